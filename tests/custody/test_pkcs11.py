"""A token behind PKCS#11 as custody: SoftHSM's."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from satchel.custody.pkcs11 import Pkcs11Custody
from satchel.custody.pkcs11_address import TokenAddress
from satchel.domain.errors import NotReady, VaultLocked
from satchel.domain.keys import Wrap
from satchel.ports.custody import KekRefused

from .soft_token import PIN, SoftToken

DEK, CONTEXT = bytes(range(200, 232)), ("acct_a", "dek_1", "1", "managed")


async def test_the_token_makes_new_keys_that_wrap_while_old_ones_unwrap(token: SoftToken) -> None:
    token.make_key("rotated", b"\xff")
    custody = Pkcs11Custody(TokenAddress.parse(token.url("rotated")), PIN, "dep_1")
    old = await custody.wrap(DEK, CONTEXT)
    await custody.renew()
    new = await custody.wrap(DEK, CONTEXT)
    assert await custody.known() == [new.kek_id, old.kek_id] == ["pkcs11:satchel test:rotated:100", "pkcs11:satchel test:rotated:ff"]
    assert await custody.unwrap(old, CONTEXT) == await custody.unwrap(new, CONTEXT) == DEK
    with pytest.raises(VaultLocked):
        await custody.unwrap(replace(old, kek_id=new.kek_id), CONTEXT)
    await custody.aclose()


async def test_a_key_named_by_its_id_is_the_only_one_and_its_owners_to_renew(token: SoftToken) -> None:
    for key_id in (b"\x01", b"\x02"):
        token.make_key("chosen", key_id)
    custody = Pkcs11Custody(TokenAddress.parse(token.url("chosen", id="%01")), PIN, "dep_1")
    assert await custody.known() == ["pkcs11:satchel test:chosen:1"]
    with pytest.raises(KekRefused, match="yours to make"):
        await custody.renew()
    await custody.aclose()


async def test_two_custodies_of_one_token_and_many_calls_at_once_do_not_log_each_other_out(token: SoftToken) -> None:
    token.make_key("shared")
    one, other = (Pkcs11Custody(TokenAddress.parse(token.url("shared")), PIN, "dep_1") for _ in range(2))
    wraps = await asyncio.gather(*(custody.wrap(DEK, CONTEXT) for custody in (one, other) * 8))
    await one.aclose()
    assert [await other.unwrap(wrap, CONTEXT) for wrap in wraps] == [DEK] * 16
    assert await one.unwrap(wraps[0], CONTEXT) == DEK
    for custody in (one, other):
        await custody.aclose()


async def test_a_wrong_pin_is_tried_once_and_never_again(token: SoftToken) -> None:
    token.make_key("guarded")
    wrong, right = (Pkcs11Custody(TokenAddress.parse(token.url("guarded")), pin, "dep_1") for pin in ("0000-wrong", PIN))
    for _ in range(30):
        with pytest.raises(NotReady, match="refuses the PIN") as refused:
            await wrong.wrap(DEK, CONTEXT)
        assert "0000-wrong" not in str(refused.value)
    assert len(await right.known()) == 1
    await right.aclose()


async def test_a_token_key_or_library_that_is_not_there_is_no_broken_key(token: SoftToken) -> None:
    address = TokenAddress.parse(token.url("nowhere"))
    for missing, says in (
        (address, "pkcs11-tool"),
        (replace(address, token="another"), "NoSuchToken"),
        (replace(address, module=Path("/nowhere.so")), "/nowhere.so"),
    ):
        custody = Pkcs11Custody(missing, PIN, "dep_1")
        with pytest.raises(NotReady, match=says):
            await custody.known()
        await custody.aclose()


async def test_what_another_custody_wrapped_is_refused_without_the_token() -> None:
    custody = Pkcs11Custody(TokenAddress(Path("/nowhere.so"), "kek", "satchel"), PIN, "dep_1")
    for foreign in (Wrap("kek_1", bytes(99)), Wrap("pkcs11:satchel:other:1", bytes(99)), Wrap("pkcs11:satchel:kek:1", bytes(27))):
        with pytest.raises(VaultLocked):
            await custody.unwrap(foreign, CONTEXT)


def test_an_address_names_token_key_library_and_pin(tmp_path: Path) -> None:
    pin = tmp_path / "the pin"
    pin.write_text("1234\n")
    found = TokenAddress.parse(
        f"pkcs11:serial=9a0f;object=my%20kek;id=%00%ff;type=secret-key?module-path=/usr/lib/x.so&pin-source=file:{tmp_path}/the%20pin"
    )
    assert found == TokenAddress(Path("/usr/lib/x.so"), "my kek", None, "9a0f", b"\x00\xff", pin)
    assert found.name == "9a0f:my kek"
    assert found.pin("another") == "1234"
    pin.write_text(" \n")
    with pytest.raises(KekRefused, match="empty"):
        found.pin("another")
    pin.unlink()
    with pytest.raises(KekRefused, match="cannot be read"):
        found.pin("another")


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("pkcs11:", "must look like"),
        ("pkcs11:object=kek?module-path=/x.so", "must look like"),
        ("pkcs11:token=t?module-path=/x.so", "must look like"),
        ("pkcs11:token=t;object=kek", "must look like"),
        ("pkcs11:token=t;object=kek?module-path=x.so", "must look like"),
        ("pkcs11:token=t;token=u;object=kek?module-path=/x.so", "must look like"),
        ("pkcs11:token=t;object?module-path=/x.so", "must look like"),
        ("pkcs11:token=t;object=kek;model=m?module-path=/x.so", "must look like"),
        ("pkcs11:token=t;object=kek;type=private?module-path=/x.so", "secret-key"),
        ("pkcs11:token=t;object=kek?module-path=/x.so&pin-value=1234", "pin-source"),
    ],
)
def test_an_address_that_names_no_key_is_refused(url: str, says: str) -> None:
    with pytest.raises(KekRefused, match=says) as refused:
        TokenAddress.parse(url)
    assert "1234" not in str(refused.value)


def test_a_token_without_a_pin_is_refused() -> None:
    with pytest.raises(KekRefused, match="no PIN"):
        TokenAddress.parse("pkcs11:token=t;object=kek?module-path=/x.so").pin(None)
