"""Pairings in SQL, on a database connection lent by `run_sync`."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from satchel.domain.grants import Caveats
from satchel.domain.pairings import Pairing, PairingState
from satchel.stores.sql.oauth_tables import pairings
from satchel.stores.sql.turns import turn_of


class SqlPairings:
    """`PairingRecords` over a synchronous connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, pairing: Pairing) -> None:
        """Keep a pairing, and forget those that had ended."""
        self._connection.execute(delete(pairings).where(pairings.c.expires_at <= pairing.created_at))
        columns = {column.name: getattr(pairing, column.name) for column in pairings.c}
        kept = {"scopes": " ".join(sorted(pairing.scopes)), "state": pairing.state.value}
        self._connection.execute(insert(pairings).values({**columns, **kept}))

    def by_user_code(self, user_hash: str) -> Pairing | None:
        """Return the pairing of a code that somebody typed, or None."""
        row = self._connection.execute(select(pairings).where(pairings.c.user_hash == user_hash)).first()
        return _pairing(row) if row else None

    def by_device_code(self, device_hash: str, client_id: str) -> Pairing | None:
        """Return the pairing of a device's code, or None."""
        wanted = (pairings.c.device_hash == device_hash, pairings.c.client_id == client_id)
        row = self._connection.execute(select(pairings).where(*wanted)).first()
        return _pairing(row) if row else None

    def decide(self, user_hash: str, account_id: str, now: datetime, *, allowed: bool, caveats: Caveats | None = None) -> bool:
        """Decide a pairing that is pending and not over, by one conditional UPDATE."""
        wanted = (pairings.c.user_hash == user_hash, pairings.c.state == PairingState.PENDING.value, pairings.c.expires_at > now)
        state = PairingState.ALLOWED if allowed else PairingState.DENIED
        decided = update(pairings).where(*wanted).values(state=state.value, account_id=account_id, caveats=caveats)
        return self._connection.execute(decided).rowcount == 1

    def claim(self, device_hash: str) -> bool:
        """Use up a pairing that was allowed, the same way."""
        account_id = self._connection.execute(select(pairings.c.account_id).where(pairings.c.device_hash == device_hash)).scalar()
        if account_id is None:
            return False
        self._connection.execute(turn_of(account_id))
        wanted = (pairings.c.device_hash == device_hash, pairings.c.state == PairingState.ALLOWED.value)
        return self._connection.execute(update(pairings).where(*wanted).values(state=PairingState.USED.value)).rowcount == 1

    def note_poll(self, device_hash: str, now: datetime, interval_s: int) -> None:
        """Note when the device asked, and how long it must wait."""
        noted = update(pairings).where(pairings.c.device_hash == device_hash).values(polled_at=now, interval_s=interval_s)
        self._connection.execute(noted)


def _pairing(row: Row[Any]) -> Pairing:
    return Pairing(**{**row._mapping, "scopes": frozenset(row.scopes.split()), "state": PairingState(row.state)})
