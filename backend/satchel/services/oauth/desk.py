"""What one request to our server works with, inside one transaction."""

from dataclasses import dataclass
from datetime import datetime

from satchel.domain.apps import App
from satchel.domain.audit import Act, AuditRecord
from satchel.kit.ids import Ids
from satchel.ports.oauth import OAuthRecords


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks: its network address, and the key that it proved to hold, if any."""

    caller: str = "unknown"
    key_hash: str | None = None


class Desk:
    """The open transaction, the app that asks if it is known, the time, the caller's address and key, and the tokens that were ended.

    `heir_of` is the text and salt of a bound refresh token, whose successors are derived from them.
    """

    def __init__(self, records: OAuthRecords, app: App | None, issuer: str, *, ids: Ids, now: datetime, asking: Asking) -> None:
        self.records = records
        self.app = app
        self.ids = ids
        self.now = now
        self.issuer = issuer
        self.caller = asking.caller
        self.key_hash = asking.key_hash
        self.heir_of: tuple[str, str] | None = None
        self.revoked: list[str] = []

    def revoke_family(self, account_id: str, family_id: str) -> bool:
        """Revoke a family of tokens and note which were live, to be told once the transaction is committed; tell whether any was."""
        ended = self.records.revoke_family(account_id, family_id, self.now)
        self.revoked.extend(ended)
        return bool(ended)

    def write_down(self, account_id: str, act: Act, subject: str, about: str | None = None) -> None:
        """Write an act into the account's audit log."""
        self.records.add_audit(AuditRecord(account_id, self.now, act, subject, about or (self.app.name if self.app else None)))
