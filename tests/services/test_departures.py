"""A copy of an account, and its deletion, looked for in the raw bytes of the database."""

import asyncio
import contextlib
import json
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.contracts.values import NOW, grant, hold, settlement, token

from satchel.bootstrap.house import House, open_house
from satchel.domain.account_copies import json_of
from satchel.domain.budgets import Period
from satchel.domain.errors import NotFound
from satchel.domain.grants import BudgetCaveat, Caveats, new_budget
from satchel.domain.keys import Secret
from satchel.domain.passkeys import Passkey
from satchel.domain.tokens import TokenKind
from satchel.domain.vault import UserWrap
from satchel.settings import Settings

EMAIL, PASSWORD = "leaver@holt.example", "a long enough password"
ORIGIN = "https://a-very-private-site.example"


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(Settings(home=tmp_path / "data", builtin_model="off", local_servers="off")) as built:
        yield built


async def lived_in(house: House, email: str = EMAIL, mark: str = "x") -> str:
    """Make an account with a bit of everything; return its id."""
    account = await house.accounts.create(email, PASSWORD)
    await house.accounts.enter(account.id, f"Browser {mark}")
    await house.tokens.create(account.id, f"token {mark}")
    await house.vault.add(account.id, "openai", "https://api.openai.example/v1", Secret(f"sk-canary-{mark}-0123456789"), f"label{mark}")
    await house.totps.begin(account.id, email)
    passkey = Passkey(f"pass_{mark}", account.id, f"credential {mark}".encode(), f"public {mark}".encode(), f"Phone {mark}", NOW)
    wrap = UserWrap(f"wrap_{mark}", account.id, "dek_x", 1, "recovery", "{}", NOW, "kek_x", f"wrapped by hand {mark}".encode())
    async with house.database.unit_of_work() as stores:
        await stores.passkeys.add(passkey)
        await stores.dek_wraps.add(wrap)
        await stores.grants.put(grant(f"grant_{mark}", account_id=account.id, origin=f"{ORIGIN}{mark}"))
    await house.journal.settle(settlement(hold(f"gen_{mark}", 0, (), account_id=account.id), 7, origin=f"{ORIGIN}{mark}"))
    return account.id


def raw(house: House) -> bytes:
    files = [house.settings.home / f"satchel.db{end}" for end in ("", "-wal", "-shm")]
    return b"".join(file.read_bytes() for file in files if file.exists())


async def test_forgotten_activity_leaves_no_byte_in_the_files(house: House) -> None:
    account = await house.accounts.create(EMAIL, PASSWORD)
    for number in range(60):  # enough for rows to move from page to page
        told = {"origin": f"{ORIGIN}/{number:02}", "requested_model": f"told/model-{number:02}", "grant_id": f"grant_told_{number:02}"}
        await house.journal.settle(settlement(hold(f"gen_{number:02}", 0, (), account_id=account.id), 7, **told))
    traces = [f"{mark}{number:02}".encode() for number in range(60) for mark in (f"{ORIGIN}/", "told/model-", "grant_told_")]
    assert [trace for trace in traces if trace not in raw(house)] == []
    assert await house.ledger.forget(account.id, "gen_07") == 1
    assert [trace for trace in traces if trace not in raw(house)] == [trace for trace in traces if trace.endswith(b"07")]
    assert await house.ledger.forget(account.id) == 59
    assert [trace for trace in traces if trace in raw(house)] == []
    assert await house.ledger.spent(account.id) == 60 * 7


async def test_whoever_reads_while_it_is_forgotten_holds_nobody_up(house: House) -> None:
    account = await house.accounts.create(EMAIL, PASSWORD)
    await house.journal.settle(settlement(hold("gen_1", 0, (), account_id=account.id), 7, origin=ORIGIN))
    with contextlib.closing(sqlite3.connect(house.settings.home / "satchel.db", isolation_level=None)) as reader:
        reader.execute("BEGIN")
        assert reader.execute("SELECT count(*) FROM generations").fetchone() == (1,)
        forgetting = asyncio.create_task(house.ledger.forget(account.id))
        while await house.ledger.get(account.id, "gen_1") is not None:
            await asyncio.sleep(0.01)
        for number in range(2, 12):  # a checkpoint that waits for the reader would hold each of them up for seconds
            async with asyncio.timeout(2):
                await house.journal.settle(settlement(hold(f"gen_{number}", 0, (), account_id=account.id), 7))
        assert not forgetting.done()
    assert await forgetting == 1
    assert ORIGIN.encode() not in raw(house)


async def test_a_copy_has_everything_and_no_secret(house: House) -> None:
    account_id = await lived_in(house)
    text = json.dumps(json_of(await house.departures.copy(account_id)))
    copy = json.loads(text)
    assert copy["format"] == "satchel-account/1"
    assert copy["account"]["email"] == EMAIL
    parts = ("passkeys", "sign_ins", "tokens", "keys", "grants", "generations", "audit")
    assert [len(copy[part]) for part in parts[:-1]] == [1, 1, 1, 1, 1, 1]
    assert copy["keys"][0]["label"] == "labelx"
    assert copy["generations"][0]["cost"]["nusd"] == 7
    assert (copy["vault"], copy["codes_since"]) == ({"mode": "managed", "ways": []}, None)
    async with house.database.unit_of_work() as stores:
        account, token = await stores.accounts.get(account_id), (await stores.tokens.list(account_id))[0]
    assert account
    for secret in ("canary", account.password_hash or "?", token.secret_hash, "public x", "sealed", "secret_hash"):
        assert secret not in text
    with pytest.raises(NotFound):
        await house.departures.copy("acct_nobody")


async def test_a_copy_has_what_a_device_was_let_in_for(house: House) -> None:
    account_id = await lived_in(house)
    terms = Caveats(models=("a/m",), budget=BudgetCaveat(7, Period.DAY))
    async with house.database.unit_of_work() as stores:
        for number in range(2):
            one = token(f"tok_{number}", account_id=account_id, kind=TokenKind.ACCESS, family_id="fam_1", caveats=terms)
            await stores.tokens.add(one)
        await stores.budgets.put(new_budget("fam_1", account_id, BudgetCaveat(7, Period.DAY), house.clock.now()))
    copy = json.loads(json.dumps(json_of(await house.departures.copy(account_id))))
    assert [each["caveats"]["models"] for each in copy["tokens"] if each["family_id"] == "fam_1"] == [["a/m"], ["a/m"]]
    assert [(each["owner_id"], each["cap_nusd"]) for each in copy["budgets"]] == [("fam_1", 7)]


async def test_a_deleted_account_leaves_no_byte_in_the_files(house: House) -> None:
    account_id, other_id = await lived_in(house), await lived_in(house, "stays@holt.example", "y")
    async with house.database.unit_of_work() as stores:
        dek, key, totp = await stores.deks.get(account_id), (await stores.keys.list(account_id))[0], await stores.totps.get(account_id)
    assert dek
    assert key.sealed
    assert totp
    traces = [dek.blob, key.sealed, totp.blob, b"wrapped by hand x", b"public x", b"credential x", EMAIL.encode(), account_id.encode()]
    traces += [f"{ORIGIN}x".encode(), b"Browser x", b"labelx", b"gen_x"]
    assert [trace for trace in traces if trace not in raw(house)] == []
    assert await house.departures.delete(account_id)
    left = raw(house)
    assert [trace for trace in traces if trace in left] == []
    assert b"stays@holt.example" in left
    assert (await house.vault.open(other_id, (await house.vault.list(other_id))[0].id)).reveal().startswith("sk-canary-y")
    assert not await house.departures.delete(account_id)


async def test_the_wraps_go_first_and_without_them_nothing_opens(house: House) -> None:
    account_id = await lived_in(house)
    async with house.database.unit_of_work() as stores:
        await stores.accounts.remove_wraps(account_id)
    async with house.database.unit_of_work() as stores:
        assert await stores.deks.get(account_id) is None
        assert await stores.totps.get(account_id) is None
        assert len(await stores.keys.list(account_id)) == 1
    house.vault.forget(account_id)
    assert [key.account_id for key in (await house.vault.verify()).broken] == [account_id]
    assert await house.departures.delete(account_id), "what was begun is finished"
