"""The audit log in memory."""

from collections.abc import Sequence
from dataclasses import replace

from satchel.domain.audit import AuditRecord
from satchel.stores.memory.state import Tables


class MemoryAudit:
    """`AuditStore` over a dictionary."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    async def add(self, record: AuditRecord) -> None:
        """Write down an act."""
        add_audit(self._tables, record)

    async def list(self, account_id: str, limit: int, before: int | None = None) -> Sequence[AuditRecord]:
        """Return the account's records, newest first."""
        found = [one for one in self._tables.audit.values() if one.account_id == account_id and (before is None or one.number < before)]
        return found[::-1][:limit]


def add_audit(tables: Tables, record: AuditRecord) -> None:
    """Write down an act under the next number."""
    number = len(tables.audit) + 1
    tables.audit[number] = replace(record, number=number)
