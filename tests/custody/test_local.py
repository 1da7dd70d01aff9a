"""The key-encryption key on this machine: made once, read by its owner only, never weak, never overwritten."""

import base64
import hashlib
import os
import stat
import threading
from pathlib import Path

import pytest

from satchel.custody.keyring import extend_keyring, make_keyring, parse_keyring, read_keyring
from satchel.custody.local import LocalCustody, kek_id_of, local_custody
from satchel.domain.errors import VaultLocked
from satchel.ports.custody import KekRefused

KEK, OTHER = bytes((37 * n + 11) ** 2 % 251 for n in range(32)), bytes((91 * n + 5) ** 3 % 241 for n in range(32))
DEK, CONTEXT = bytes(range(200, 232)), ("acct_a", "dek_1", "1", "managed")


def text(key: bytes) -> str:
    return base64.b64encode(key).decode()


async def test_what_another_kek_or_deployment_wrapped_does_not_open() -> None:
    wrap = await LocalCustody([KEK], "dep_1").wrap(DEK, CONTEXT)
    for keeper in (LocalCustody([KEK], "dep_2"), LocalCustody([OTHER], "dep_1")):
        with pytest.raises(VaultLocked):
            await keeper.unwrap(wrap, CONTEXT)


async def test_an_old_kek_still_unwraps_while_the_new_one_wraps() -> None:
    before = LocalCustody([OTHER], "dep_1")
    after = LocalCustody([KEK, OTHER], "dep_1")
    assert await after.unwrap(await before.wrap(DEK, CONTEXT), CONTEXT) == DEK
    assert (await after.wrap(DEK, CONTEXT)).kek_id == kek_id_of(KEK)
    assert await after.known() == [kek_id_of(KEK), kek_id_of(OTHER)]


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
        (text(bytes.fromhex("feffe9928665731c6d6a8f9467308308") * 2), "example"),
        (text(bytes.fromhex("603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4")), "example"),
        (text(hashlib.sha256(b"changeme").digest()), "example"),
        (hashlib.sha256(KEK).hexdigest(), "48 bytes"),
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
    assert await again.unwrap(await first.wrap(DEK, CONTEXT), CONTEXT) == DEK


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
    found: list[bytes] = []

    def start() -> None:
        LocalCustody.from_keyring(keyring, "dep_1")
        found.extend(read_keyring(keyring))

    threads = [threading.Thread(target=start) for _ in range(8)]
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


def test_a_keyring_of_another_user_is_refused(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    keyring = tmp_path / "kek"
    make_keyring(keyring)
    try:
        os.chown(keyring, 12345, -1)
    except PermissionError:
        pytest.skip("only root can give a file away")
    with pytest.raises(KekRefused, match="another user"):
        read_keyring(keyring)


async def test_the_url_says_where_the_kek_is(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    file = tmp_path / "my kek"
    file.write_text(text(KEK))
    file.chmod(0o400)
    keyring = tmp_path / "satchel" / "kek"
    assert await local_custody("env:", kek=text(KEK), keyring=keyring, deployment_id="dep_1").known() == [kek_id_of(KEK)]
    assert await local_custody(file.as_uri(), kek=None, keyring=keyring, deployment_id="dep_1").known() == [kek_id_of(KEK)]
    assert not keyring.exists()
    assert await local_custody(None, kek=None, keyring=keyring, deployment_id="dep_1").known() != [kek_id_of(KEK)]


def test_a_lost_keyring_is_not_made_anew_once_something_is_sealed(tmp_path: Path) -> None:
    keyring = tmp_path / "satchel" / "kek"
    with pytest.raises(KekRefused, match="put it back"):
        local_custody(None, kek=None, keyring=keyring, deployment_id="dep_1", is_first=False)
    assert list(tmp_path.iterdir()) == []


async def test_a_renewed_kek_wraps_and_the_old_one_unwraps_here_and_in_a_server_that_runs(tmp_path: Path) -> None:
    keyring = tmp_path / "satchel" / "kek"
    server = LocalCustody.from_keyring(keyring, "dep_1")
    old = await server.wrap(DEK, CONTEXT)
    await LocalCustody.from_keyring(keyring, "dep_1").renew()
    new = await LocalCustody.from_keyring(keyring, "dep_1").wrap(DEK, CONTEXT)
    assert old.kek_id != new.kek_id
    for wrap in (new, old, await server.wrap(DEK, CONTEXT)):
        assert await server.unwrap(wrap, CONTEXT) == DEK
    assert await server.known() == [new.kek_id, old.kek_id]
    assert [stat.S_IMODE(each.stat().st_mode) for each in keyring.parent.iterdir()] == [0o600]


async def test_a_keyring_that_breaks_under_a_running_server_changes_nothing_for_it(tmp_path: Path) -> None:
    keyring = tmp_path / "satchel" / "kek"
    server = LocalCustody.from_keyring(keyring, "dep_1")
    wrap = await server.wrap(DEK, CONTEXT)
    keyring.write_text("broken")
    assert await server.unwrap(await server.wrap(DEK, CONTEXT), CONTEXT) == DEK
    keyring.unlink()
    assert await server.unwrap(wrap, CONTEXT) == DEK
    with pytest.raises(KekRefused, match="put it back"):
        await server.renew()


def test_many_rotations_at_once_lose_no_key(tmp_path: Path) -> None:
    keyring = tmp_path / "satchel" / "kek"
    make_keyring(keyring)
    before = read_keyring(keyring)
    threads = [threading.Thread(target=extend_keyring, args=(keyring,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    after = read_keyring(keyring)
    assert len(set(after)) == 9
    assert after[-1:] == before


async def test_a_kek_that_is_the_operators_is_not_renewed_but_said_how(tmp_path: Path) -> None:
    with pytest.raises(KekRefused, match="first line"):
        await LocalCustody.from_env(text(KEK), "dep_1").renew()


@pytest.mark.parametrize("url", ["env:", "file:///missing/kek", "file://elsewhere/kek", "https://kms.example/kek", "plain"])
def test_a_url_that_leads_nowhere_is_refused(tmp_path: Path, url: str) -> None:
    with pytest.raises(KekRefused):
        local_custody(url, kek=None, keyring=tmp_path / "kek", deployment_id="dep_1")
