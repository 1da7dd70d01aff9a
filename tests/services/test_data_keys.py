"""New data keys for everybody, while servers run that remember the old ones."""

from dataclasses import replace

import pytest
from tests.services.locked_house import ME, SECRET, House

from satchel.domain.audit import Act
from satchel.domain.errors import VaultLocked
from satchel.domain.keys import Secret
from satchel.kit.ids import Ids
from satchel.services.vault.data_keys import DataKeys, Renewed

OTHER = replace(ME, account_id="acct_b", family_id="fam_b")
LATER = Secret("sk-another-key-0123456789")


@pytest.fixture
def house() -> House:
    return House()


def renewing(house: House) -> DataKeys:
    """Return who renews, in a process of its own over the same database."""
    process = House(house.database, house.custody)
    return DataKeys(process.database, process.vault, process.clock, Ids())


async def test_every_account_gets_another_data_key_and_every_key_still_opens(house: House) -> None:
    keys = [await house.add(), await house.add(secret=LATER), await house.add(OTHER)]
    before = {**house.database.state.tables.deks}
    sealed = {key.id: key.sealed for key in house.database.state.tables.keys.values()}
    assert await renewing(house).renew(batch=1) == Renewed(2, [])
    after = house.database.state.tables.deks
    assert len(after) == 2
    assert not {dek.id for dek in before.values()} & {dek.id for dek in after.values()}
    assert all(sealed[key.id] != key.sealed for key in house.database.state.tables.keys.values())
    anew = House(house.database, house.custody)
    assert [await anew.open(key, OTHER if key.account_id == "acct_b" else ME) for key in keys] == [
        SECRET.reveal(),
        LATER.reveal(),
        SECRET.reveal(),
    ]
    async with house.database.unit_of_work() as stores:
        assert Act.VAULT_DATA_KEY_RENEWED in [each.act for each in await stores.audit.list("acct_a", 10)]


async def test_a_server_that_remembers_the_old_one_goes_on_opening_adding_and_replacing(house: House) -> None:
    known, unread = await house.add(), await house.add(secret=LATER)
    await house.open(known)
    await renewing(house).renew()
    assert await house.open(known) == SECRET.reveal()
    assert await house.open(unread) == LATER.reveal()
    added = await house.add(secret=LATER, label="late")
    assert await house.open(added) == LATER.reveal()
    await renewing(house).renew()
    await house.vault.renew("acct_a", known.id, LATER, client=ME.client)
    assert await House(house.database, house.custody).open(known) == LATER.reveal()
    await renewing(house).renew()
    await house.switch_on()
    assert await house.open(unread) == LATER.reveal()


async def test_a_locked_vault_is_left_out(house: House) -> None:
    key = await house.add()
    await house.switch_on()
    assert await renewing(house).renew() == Renewed(0, [])
    assert await house.open(key) == SECRET.reveal()


async def test_an_account_with_a_key_that_does_not_open_is_left_as_it_is(house: House) -> None:
    moved, whole = await house.add(), await house.add(OTHER)
    tables = house.database.state.tables
    honest = tables.keys[moved.id]
    tables.keys[moved.id] = replace(honest, base_url="https://evil.example/v1", endpoint_origin="https://evil.example:443")
    done = await renewing(house).renew()
    assert (done.count, [dek.account_id for dek in done.broken]) == (1, ["acct_a"])
    tables.keys[moved.id] = honest  # put right again, it opens as before
    anew = House(house.database, house.custody)
    assert [await anew.open(moved), await anew.open(whole, OTHER)] == [SECRET.reveal()] * 2


async def test_a_row_of_a_foreign_data_key_is_refused_and_not_asked_for_ever(house: House) -> None:
    key = await house.add()
    tables = house.database.state.tables
    tables.keys[key.id] = replace(tables.keys[key.id], dek_id="dek_of_nobody")
    with pytest.raises(VaultLocked, match="cannot be opened"):
        await House(house.database, house.custody).open(key)
