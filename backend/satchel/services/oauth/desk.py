"""What one request to our server works with, inside one transaction."""

from datetime import datetime

from satchel.domain.apps import App
from satchel.kit.ids import Ids
from satchel.ports.oauth import OAuthRecords


class Desk:
    """The open transaction, the app that asks if it is known, the time, the caller's address, and the tokens that were ended."""

    def __init__(self, records: OAuthRecords, app: App | None, issuer: str, *, ids: Ids, now: datetime, caller: str = "unknown") -> None:
        self.records = records
        self.app = app
        self.ids = ids
        self.now = now
        self.issuer = issuer
        self.caller = caller
        self.revoked: list[str] = []

    def revoke_family(self, family_id: str) -> None:
        """Revoke a family of tokens and note which were live, to be told once the transaction is committed."""
        self.revoked.extend(self.records.revoke_family(family_id, self.now))
