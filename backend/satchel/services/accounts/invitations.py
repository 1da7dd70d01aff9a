"""Invitations: links by which the owner of a Satchel lets others make an account there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from satchel.domain.accounts import Invitation, InvitationState
from satchel.domain.audit import Act, AuditRecord
from satchel.domain.errors import NotFound, Refused
from satchel.domain.tokens import secret_hash
from satchel.kit.ids import Ids
from satchel.ports.clock import Clock
from satchel.ports.stores import Database
from satchel.services.accounts import Accounts

SETUP_PATH = "/setup"
INVITATION_LIFE = timedelta(days=7)
MAX_NAME_CHARACTERS = 100


@dataclass(frozen=True, slots=True)
class Invited:
    """An invitation, its state now, and the e-mail of whoever came by it, while that account exists."""

    invitation: Invitation
    state: InvitationState
    email: str | None


class Invitations:
    """Make, list and revoke invitations. In the portal the owner does. The command line is the operator's."""

    def __init__(self, database: Database, accounts: Accounts, clock: Clock, ids: Ids) -> None:
        self._database = database
        self._accounts = accounts
        self._clock = clock
        self._ids = ids

    async def make(self, account_id: str | None, name: str = "") -> tuple[Invitation, str]:
        """Make an invitation: a link that makes one account, within a week.

        Args:
            account_id: who invites; None is the operator, at the command line.
            name: whom it is for.

        Returns:
            The invitation, and its secret, which is kept only as a hash.

        Raises:
            Refused: nobody may sign up here, or somebody other than the owner invites.
        """
        await self._require_owner(account_id)
        if self._accounts.sign_up == "owner-only":
            raise Refused("this Satchel takes nobody in; set SATCHEL_SIGN_UP=invite, and restart it")
        text, now = self._accounts.new_secret(), self._clock.now()
        made = Invitation(self._ids.new("inv"), secret_hash(text), account_id, name, now, now + INVITATION_LIFE)
        async with self._database.unit_of_work() as stores:
            await stores.invitations.add(made)
            if account_id is not None:
                await stores.audit.add(AuditRecord(account_id, now, Act.INVITATION_MADE, made.id, name))
        return made, text

    async def list(self, account_id: str) -> Sequence[Invited]:
        """Return all invitations, newest first. Raises `Refused` for anybody but the owner."""
        await self._require_owner(account_id)
        now = self._clock.now()
        async with self._database.unit_of_work() as stores:
            found = await stores.invitations.list()
            guests = {each.used_by: await stores.accounts.get(each.used_by) for each in found if each.used_by is not None}
        emails = {guest_id: guest.email for guest_id, guest in guests.items() if guest is not None}
        return [Invited(each, each.state(now), emails.get(each.used_by or "")) for each in found]

    async def revoke(self, account_id: str, invitation_id: str) -> None:
        """Take an invitation off the list; its link makes no account any more, the account that it made stays.

        Raises:
            NotFound: there is no such invitation, or somebody other than the owner asks.
        """
        is_owner = await self._accounts.is_owner(account_id)
        async with self._database.unit_of_work() as stores:
            if not is_owner or not await stores.invitations.remove(invitation_id):
                raise NotFound(f"there is no invitation {invitation_id!r}")
            await stores.audit.add(AuditRecord(account_id, self._clock.now(), Act.INVITATION_REVOKED, invitation_id))

    async def _require_owner(self, account_id: str | None) -> None:
        if account_id is not None and not await self._accounts.is_owner(account_id):
            raise Refused("only the owner of this Satchel invites people; ask whoever runs it")
