"""Migrations: up, down and up again on both engines, to exactly the tables that the code reads."""

import asyncio
import stat
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text
from tests.contracts.values import NOW
from tests.postgres import Postgres

from satchel.domain.accounts import Account
from satchel.domain.usage import Usage
from satchel.stores.sql import migrate as module
from satchel.stores.sql.database import SqlDatabase
from satchel.stores.sql.engine import async_engine, database_url
from satchel.stores.sql.migrate import migrate, revision_of
from satchel.stores.sql.tables import REVISION, metadata


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return the address of an empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/home/satchel.db"
    postgres: Postgres = request.getfixturevalue("postgres")
    name = f"migrations_{abs(hash(tmp_path)) % 10**9}"
    postgres.sql(f"CREATE DATABASE {name}")
    return postgres.url(name)


async def differences(url: str) -> list[object]:
    """Return how the database differs from the tables in the code."""
    engine = async_engine(database_url(url), patient=True)
    async with engine.connect() as connection:
        found = await connection.run_sync(lambda sync: compare_metadata(MigrationContext.configure(sync), metadata))
    await engine.dispose()
    return list(found)


async def test_up_down_and_up_again(url: str) -> None:
    assert await revision_of(url) is None
    await migrate(url)
    assert await revision_of(url) == REVISION
    assert await differences(url) == []
    database = SqlDatabase(url)
    first = await database.deployment_id()
    async with database.unit_of_work() as work:
        await work.accounts.add(Account("acct_a", "a@example.org", NOW))
    await database.aclose()
    await migrate(url)
    await migrate(url, "base")
    assert await revision_of(url) is None
    await migrate(url)
    assert await differences(url) == []
    database = SqlDatabase(url)
    assert await database.deployment_id() != first
    async with database.unit_of_work() as work:
        assert await work.accounts.owner() is None
    await database.aclose()


async def test_what_was_written_before_there_were_kinds_is_a_chat(url: str) -> None:
    await migrate(url, "0008")
    counts = "input_tokens, output_tokens, reasoning_tokens, cached_tokens, cache_write_tokens, cost_nusd, duration_ms, attempts"
    named = "account_id, requested_model, model, provider"
    moment = "0" if url.startswith("sqlite") else "now()"
    engine = async_engine(database_url(url), patient=True)
    async with engine.connect() as connection:
        for statement in (
            f"INSERT INTO generations (generation_id, {named}, status, {counts}, estimated, cost_known, dropped, started_at)"
            f" VALUES ('gen_1', 'acct_a', 'a/b', 'a/b', 'acme', 'finished', 7, 3, 0, 0, 0, 5, 9, 1, false, true, '', {moment})",
            f"INSERT INTO holds (generation_id, {named}, amount_nusd, budget_ids, worker_id, started_at)"
            f" VALUES ('gen_2', 'acct_a', 'a/b', 'a/b', 'acme', 5, '', 'work_1', {moment})",
        ):
            await connection.execute(text(statement))
        await connection.commit()
    await engine.dispose()
    await migrate(url)
    assert await differences(url) == []
    database = SqlDatabase(url)
    async with database.unit_of_work() as work:
        entry = await work.generations.get("acct_a", "gen_1")
    await database.aclose()
    assert entry is not None
    assert (entry.kind, entry.usage, entry.failed_attempts) == ("chat", Usage(7, 3), ())


async def test_an_invitation_that_waited_before_its_maker_was_known_still_waits(url: str) -> None:
    await migrate(url, "0011")
    engine = async_engine(database_url(url), patient=True)
    sqlite = url.startswith("sqlite")
    begun, ended = ("0", str(2**53)) if sqlite else ("now()", "now() + interval '1 day'")
    async with engine.connect() as connection:
        await connection.execute(text(f"INSERT INTO invitations (secret_hash, created_at, expires_at) VALUES ('ab', {begun}, {ended})"))
        await connection.commit()
    await engine.dispose()
    await migrate(url)
    database = SqlDatabase(url)
    async with database.unit_of_work() as work:
        await work.accounts.add(Account("acct_a", "a@example.org", NOW))
        (invitation,) = await work.invitations.list()
        assert (invitation.id, invitation.account_id, invitation.name) == ("inv_ab", None, "")
        assert await work.invitations.take("ab", "acct_a", invitation.created_at) is not None
    await database.aclose()


async def test_the_oldest_account_was_the_owners_and_stays_it_and_its_address_is_proven(url: str) -> None:
    await migrate(url, "0013")
    engine = async_engine(database_url(url), patient=True)
    times = ("1", "2") if url.startswith("sqlite") else ("now()", "now() + interval '1 day'")
    async with engine.connect() as connection:
        for account_id, at in zip(("acct_b", "acct_a"), times, strict=True):
            kept = f"'{account_id}', '{account_id}@example.org', '{account_id}@example.org', {at}"
            await connection.execute(text(f"INSERT INTO accounts (id, email, email_lower, created_at) VALUES ({kept})"))
        await connection.commit()
    await engine.dispose()
    await migrate(url)
    database = SqlDatabase(url)
    async with database.unit_of_work() as work:
        owner, other = await work.accounts.owner(), await work.accounts.get("acct_a")
    await database.aclose()
    assert owner is not None
    assert other is not None
    assert (owner.id, other.is_owner) == ("acct_b", False)
    assert (owner.email_proven_at, other.email_proven_at) == (owner.created_at, None), "nobody knows whose address the other one's is"


async def test_several_workers_may_migrate_at_once(url: str) -> None:
    await asyncio.gather(*[migrate(url) for _ in range(4)])
    assert await differences(url) == []


def test_the_newest_script_is_the_revision_that_the_code_wants() -> None:
    assert ScriptDirectory(str(module._SCRIPTS)).get_current_head() == REVISION


async def test_migrating_says_nothing(url: str, capfd: pytest.CaptureFixture[str]) -> None:
    await migrate(url)
    assert capfd.readouterr() == ("", "")


async def test_a_sqlite_file_and_its_folder_are_for_their_owner_only(tmp_path: Path) -> None:
    file = tmp_path / "home" / "satchel.db"
    await migrate(f"sqlite:///{file}")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
