"""The key-encryption key on this machine: made once, read by its owner only, never weak, never overwritten."""

import base64
import stat
import threading
from pathlib import Path

import pytest

from satchel.custody.local import KekRefused, LocalCustody, kek_id_of, local_custody, make_keyring, parse_keyring
from satchel.domain.errors import VaultLocked

KEK, OTHER = bytes((37 * n + 11) ** 2 % 251 for n in range(32)), bytes((91 * n + 5) ** 3 % 241 for n in range(32))
DEK, CONTEXT = bytes(range(200, 232)), ("acct_a", "dek_1", "1", "managed")


def text(key: bytes) -> str:
    return base64.b64encode(key).decode()


async def test_what_is_wrapped_unwraps_in_the_same_context_only() -> None:
    custody = LocalCustody([KEK], "dep_1")
    blob = await custody.wrap(DEK, CONTEXT)
    assert await custody.unwrap(custody.kek_id, blob, CONTEXT) == DEK
    for kek_id, context, keeper in [
        ("kek_unknown", CONTEXT, custody),
        (custody.kek_id, ("acct_b", *CONTEXT[1:]), custody),
        (custody.kek_id, CONTEXT, LocalCustody([KEK], "dep_2")),
        (custody.kek_id, CONTEXT, LocalCustody([OTHER], "dep_1")),
    ]:
        with pytest.raises(VaultLocked):
            await keeper.unwrap(kek_id, blob, context)


async def test_an_old_kek_still_unwraps_while_the_new_one_wraps() -> None:
    before = LocalCustody([OTHER], "dep_1")
    after = LocalCustody([KEK, OTHER], "dep_1")
    assert await after.unwrap(before.kek_id, await before.wrap(DEK, CONTEXT), CONTEXT) == DEK
    assert after.kek_id == kek_id_of(KEK)


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ("", "no key"),
        ("not base64!", "not base64"),
        (text(KEK[:31]), "31 bytes"),
        (text(KEK + b"x"), "33 bytes"),
        (text(bytes(32)), "example"),
        (text(b"\xff" * 32), "example"),
        (text(bytes(range(32))), "example"),
        (text(b"0123456789abcdef0123456789abcdef"), "example"),
        (text(b"change-me-change-me-change-me-32"), "example"),
        (f"{text(KEK)}\n{text(bytes(32))}", "example"),
    ],
)
def test_a_weak_or_malformed_kek_is_refused_without_being_shown(value: str, says: str) -> None:
    with pytest.raises(KekRefused, match=says) as refused:
        parse_keyring(value, "SATCHEL_KEK")
    assert not value or value not in str(refused.value)


async def test_the_first_start_makes_a_keyring_for_its_owner_only(tmp_path: Path) -> None:
    keyring = tmp_path / "config" / "satchel" / "kek"
    first = LocalCustody.from_keyring(keyring, "dep_1")
    assert stat.S_IMODE(keyring.stat().st_mode) == 0o600
    assert stat.S_IMODE(keyring.parent.stat().st_mode) == 0o700
    assert list(keyring.parent.iterdir()) == [keyring]
    again = LocalCustody.from_keyring(keyring, "dep_1")
    assert await again.unwrap(first.kek_id, await first.wrap(DEK, CONTEXT), CONTEXT) == DEK


def test_a_keyring_is_never_overwritten(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    keyring = tmp_path / "kek"
    make_keyring(keyring)
    before = keyring.read_bytes()
    make_keyring(keyring)
    assert keyring.read_bytes() == before
    keyring.write_text("broken")
    with pytest.raises(KekRefused):
        LocalCustody.from_keyring(keyring, "dep_1")
    assert keyring.read_text() == "broken"


def test_many_first_starts_at_once_agree_on_one_key(tmp_path: Path) -> None:
    keyring = tmp_path / "satchel" / "kek"
    found: list[str] = []
    threads = [threading.Thread(target=lambda: found.append(LocalCustody.from_keyring(keyring, "dep_1").kek_id)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(found)) == 1


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_a_keyring_that_others_may_read_is_refused(tmp_path: Path, mode: int) -> None:
    tmp_path.chmod(0o700)
    keyring = tmp_path / "kek"
    make_keyring(keyring)
    keyring.chmod(mode)
    with pytest.raises(KekRefused, match="chmod 600"):
        LocalCustody.from_file(keyring, "dep_1")


def test_a_keyring_folder_that_others_may_enter_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "open"
    folder.mkdir(mode=0o755)
    with pytest.raises(KekRefused, match="chmod 700"):
        LocalCustody.from_keyring(folder / "kek", "dep_1")
    assert list(folder.iterdir()) == []


def test_the_url_says_where_the_kek_is(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    file = tmp_path / "my kek"
    file.write_text(text(KEK))
    file.chmod(0o400)
    keyring = tmp_path / "satchel" / "kek"
    assert local_custody("env:", kek=text(KEK), keyring=keyring, deployment_id="dep_1").kek_id == kek_id_of(KEK)
    assert local_custody(file.as_uri(), kek=None, keyring=keyring, deployment_id="dep_1").kek_id == kek_id_of(KEK)
    assert not keyring.exists()
    assert local_custody(None, kek=None, keyring=keyring, deployment_id="dep_1").kek_id != kek_id_of(KEK)


@pytest.mark.parametrize("url", ["env:", "file:///missing/kek", "file://elsewhere/kek", "https://kms.example/kek", "plain"])
def test_a_url_that_leads_nowhere_is_refused(tmp_path: Path, url: str) -> None:
    with pytest.raises(KekRefused):
        local_custody(url, kek=None, keyring=tmp_path / "kek", deployment_id="dep_1")
