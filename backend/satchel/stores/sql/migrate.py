"""Bring a database to the tables that this program wants, in process and without a word."""

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from satchel.stores.sql.engine import UNREACHABLE, async_engine, begin_write, database_url, not_ready
from satchel.stores.sql.tables import REVISION

if TYPE_CHECKING:
    from alembic.config import Config

_ONE_AT_A_TIME = 7_246_815_094_203_331  # our advisory lock on PostgreSQL: several workers may start at once
_SCRIPTS = Path(__file__).parent / "migrations"


async def migrate(url: str, revision: str = REVISION) -> None:
    """Upgrade, or downgrade, the database to `revision`. Nothing happens if it is there; everything or nothing happens if not.

    Args:
        url: as for `SqlDatabase`.
        revision: a revision's id, or `base` for no tables at all.

    Raises:
        NotReady: the database does not answer.
        ValueError: the URL is none of ours.
    """
    engine = async_engine(database_url(url), patient=True)
    try:
        async with engine.connect() as connection:
            if await connection.run_sync(_revision_of) != revision:
                await connection.rollback()
                await connection.run_sync(_move, revision)
            await connection.commit()
    except UNREACHABLE as error:
        raise not_ready(error) from error
    finally:
        await engine.dispose()


async def revision_of(url: str) -> str | None:
    """Return the revision that a database is at, None for an empty one. Raises `NotReady` where it does not answer."""
    engine = async_engine(database_url(url), patient=True)
    try:
        async with engine.connect() as connection:
            return await connection.run_sync(_revision_of)
    except UNREACHABLE as error:
        raise not_ready(error) from error
    finally:
        await engine.dispose()


def _revision_of(connection: Connection) -> str | None:
    with contextlib.suppress(DBAPIError), connection.begin_nested() if connection.dialect.name != "sqlite" else contextlib.nullcontext():
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return None


def _move(connection: Connection, revision: str) -> None:
    from alembic import command  # noqa: PLC0415  # it takes a fifth of a second to load, and most starts have nothing to migrate

    begin_write(connection)
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _ONE_AT_A_TIME})
    now = _revision_of(connection)
    if now == revision:
        return
    config = _config(connection)
    if revision == "base" or (now is not None and revision < now):
        command.downgrade(config, revision)
    else:
        command.upgrade(config, revision)


def _config(connection: Connection) -> "Config":
    from alembic.config import Config  # noqa: PLC0415 - only where there is something to migrate

    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
