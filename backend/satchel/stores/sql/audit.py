"""The audit log in SQL."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import insert, select

from satchel.domain.audit import Act, AuditRecord
from satchel.stores.sql.tables import audit
from satchel.stores.sql.transaction import Transaction


class SqlAudit:
    """`AuditStore` in SQL."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def add(self, record: AuditRecord) -> None:
        """Write down an act."""
        await self._transaction.write(insert(audit).values(audit_columns(record)))

    async def list(self, account_id: str, limit: int, before: int | None = None) -> Sequence[AuditRecord]:
        """Return the account's records, newest first."""
        query = select(audit).where(audit.c.account_id == account_id)
        if before is not None:
            query = query.where(audit.c.number < before)
        rows = await self._transaction.rows(query.order_by(audit.c.number.desc()).limit(limit))
        return [AuditRecord(**{**row._mapping, "act": Act(row.act)}) for row in rows]


def audit_columns(record: AuditRecord) -> dict[str, Any]:
    """Return a record as a row; the database numbers it."""
    columns = {column.name: getattr(record, column.name) for column in audit.c if column.name != "number"}
    return {**columns, "act": record.act.value}
