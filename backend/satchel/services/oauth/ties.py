"""Which account a person of an authority may sign in to. Ties are made by whoever is signed in, never because two emails are the same."""

from collections.abc import Sequence

from satchel.domain.audit import Act, AuditRecord
from satchel.domain.authorities import Authority, Tie, Vouched
from satchel.domain.errors import NotFound, Refused
from satchel.kit.ids import Ids
from satchel.ports.clock import Clock
from satchel.ports.stores import Database


class Ties:
    """Make, list, use and undo ties."""

    def __init__(self, database: Database, clock: Clock, ids: Ids) -> None:
        self._database = database
        self._clock = clock
        self._ids = ids

    async def account_id(self, vouched: Vouched) -> str | None:
        """Return the account that this person may sign in to, and note that they did; None if there is no tie."""
        async with self._database.unit_of_work() as stores:
            tie = await stores.ties.of_subject(vouched.issuer, vouched.subject)
            if tie is not None:
                await stores.ties.touch(tie.id, self._clock.now())
        return None if tie is None else tie.account_id

    async def tie(self, account_id: str, authority: Authority, vouched: Vouched) -> Tie:
        """Tie a person to an account, whose holder is signed in; nothing happens if they are.

        Raises:
            Refused: that person is tied to another account.
        """
        tie, now = self.draft(account_id, vouched), self._clock.now()
        async with self._database.unit_of_work() as stores:
            if await stores.ties.add(tie):
                about = f"{authority.name}: {vouched.email}" if vouched.email else authority.name
                await stores.audit.add(AuditRecord(account_id, now, Act.AUTHORITY_TIED, tie.id, about))
                return tie
            kept = await stores.ties.of_subject(vouched.issuer, vouched.subject)
        if kept is None or kept.account_id != account_id:
            raise Refused(f"that {authority.name} account is connected to another account here; disconnect it there first")
        return kept

    def draft(self, account_id: str, vouched: Vouched) -> Tie:
        """Return a tie that is not kept yet."""
        now = self._clock.now()
        return Tie(self._ids.new("tie"), account_id, vouched.issuer, vouched.subject, now, now, vouched.email)

    async def list(self, account_id: str) -> Sequence[Tie]:
        """Return an account's ties, the oldest first."""
        async with self._database.unit_of_work() as stores:
            return await stores.ties.list(account_id)

    async def untie(self, account_id: str, tie_id: str) -> None:
        """Undo a tie.

        Raises:
            NotFound: the account has none such.
            Refused: it is the only way in.
        """
        async with self._database.unit_of_work() as stores:
            await stores.accounts.take_turn(account_id)  # nobody removes another way in meanwhile
            account = await stores.accounts.get(account_id)
            ties = await stores.ties.list(account_id)
            if account is None or tie_id not in {tie.id for tie in ties}:
                raise NotFound("there is no such connection")
            ways = len(ties) + len(await stores.passkeys.list(account_id))
            if account.password_hash is None and ways == 1:
                raise Refused("this is your only way to sign in; add a passkey or set a password first")
            await stores.ties.remove(account_id, tie_id)
            await stores.audit.add(AuditRecord(account_id, self._clock.now(), Act.AUTHORITY_UNTIED, tie_id))
