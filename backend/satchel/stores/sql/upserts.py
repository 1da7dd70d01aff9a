"""`INSERT … ON CONFLICT`, which SQLAlchemy writes by dialect. Only the dialect in use is loaded: PostgreSQL's takes 2 MB at rest."""

from typing import TYPE_CHECKING

from sqlalchemy import Table

if TYPE_CHECKING:
    from sqlalchemy.dialects.postgresql import Insert


def insert_into(table: Table, dialect: str) -> "Insert":
    """Return an insert that knows `on_conflict_do_nothing` and `on_conflict_do_update`, with `index_elements`.

    Args:
        table: where to.
        dialect: `sqlite` or `postgresql`. Both classes take the same words here; PostgreSQL's stands for both in types.
    """
    if dialect == "sqlite":
        from sqlalchemy.dialects import sqlite  # noqa: PLC0415 - the dialect in use, and no other

        return sqlite.insert(table)  # type: ignore[return-value]
    from sqlalchemy.dialects import postgresql  # noqa: PLC0415 - the dialect in use, and no other

    return postgresql.insert(table)
