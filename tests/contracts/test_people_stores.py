"""Passkeys and ceremonies, read back as they were written, on every kind of store."""

import asyncio
from dataclasses import replace
from datetime import timedelta

from satchel.domain.passkeys import Ceremony, Passkey

from .conftest import House
from .values import DAY, NOW

PASSKEY = Passkey("pass_1", "acct_a", b"\0name\xff", b"cose\0", "Laptop", NOW, 7, True, False, ("internal", "hybrid"), NOW)
SOON = NOW + timedelta(minutes=5)


async def test_a_passkey_is_found_by_its_credential_and_changed_by_its_account_only(house: House) -> None:
    async with house.database.unit_of_work() as work:
        await work.passkeys.add(PASSKEY)
        await work.passkeys.add(replace(PASSKEY, id="pass_2", credential_id=b"2", created_at=NOW - DAY, last_used_at=None, transports=()))
        assert await work.passkeys.by_credential(PASSKEY.credential_id) == PASSKEY
        assert await work.passkeys.by_credential(b"name") is None
        assert [one.id for one in await work.passkeys.list("acct_a")] == ["pass_2", "pass_1"]
        assert await work.passkeys.list("acct_b") == []
        assert not await work.passkeys.update(replace(PASSKEY, account_id="acct_b", name="mine"))
        assert await work.passkeys.update(replace(PASSKEY, sign_count=8, name="Phone"))
        found = await work.passkeys.by_credential(PASSKEY.credential_id)
        assert found
        assert (found.sign_count, found.name) == (8, "Phone")
        assert not await work.passkeys.remove("acct_b", "pass_1")
        assert await work.passkeys.remove("acct_a", "pass_1")
        assert not await work.passkeys.remove("acct_a", "pass_1")


async def test_a_ceremony_is_taken_once_while_it_lasts(house: House) -> None:
    async with house.database.unit_of_work() as work:
        await work.ceremonies.put(Ceremony("add/sign_1", b"first", SOON, "acct_a"), NOW)
        await work.ceremonies.put(Ceremony("add/sign_1", b"second", SOON, None), NOW)
        await work.ceremonies.put(Ceremony("add/sign_2", b"third", SOON), NOW)
        assert await work.ceremonies.get("add/sign_1", SOON) is None
        found = await work.ceremonies.get("add/sign_1", NOW)
        assert found == Ceremony("add/sign_1", b"second", SOON, None)
        assert await work.ceremonies.take("add/sign_2", SOON) is None

    async def take() -> Ceremony | None:
        async with house.database.unit_of_work() as work:
            return await work.ceremonies.take("add/sign_1", NOW)

    taken = await asyncio.gather(*[take() for _ in range(5)])
    assert [one for one in taken if one is not None] == [found]


async def test_ceremonies_that_are_too_old_are_forgotten(house: House) -> None:
    async with house.database.unit_of_work() as work:
        await work.ceremonies.put(Ceremony("old", b"x", NOW), NOW - DAY)
        await work.ceremonies.put(Ceremony("new", b"y", SOON), NOW)
        assert await work.ceremonies.get("old", NOW - DAY) is None
