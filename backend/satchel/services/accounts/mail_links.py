"""Signing in by a link in a mail: 128 random bits, kept as a hash, good for ten minutes, once, and only in the browser that asked.

Whether an account has the address is looked up after the answer: nobody learns it from what is said, nor from how long that takes.

An account whose address nobody has proven is shared with nobody: a stranger may have made it, to wait in it for the address's holder.
The first link into it proves the address in a browser that is signed in to it; elsewhere it makes a new account in its place, if its
holder says so.
"""

import asyncio
import base64
import hashlib
import hmac
import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Literal

from satchel.domain.accounts import Account
from satchel.domain.audit import Act, AuditRecord
from satchel.domain.errors import RateLimited, TokenInvalid
from satchel.domain.passkeys import Ceremony
from satchel.domain.tokens import secret_hash
from satchel.kit.addresses import neighbourhood
from satchel.kit.ids import Ids
from satchel.ports.clock import Clock
from satchel.ports.coordination import Limit, Limiter
from satchel.ports.mail import Mailer, MailFailed
from satchel.ports.stores import Database, Stores
from satchel.services.accounts import Accounts, folded
from satchel.services.accounts.departures import Departures

MAIL_LINK_LIFE = timedelta(minutes=10)

_LINK_BYTES = 16
_PER_EMAIL_HERE = Limit(count=3, window_s=600)
_PER_EMAIL = Limit(count=12, window_s=600)
"""Wide, so that a stranger's three do not keep the mailbox's owner from asking for one of their own."""
_PER_ADDRESS = Limit(count=10, window_s=3600)
_MAX_WAITING = 100
_SUBJECT = "Your link to sign in to Satchel"
_TEXT = """Somebody, most likely you, asked to sign in to Satchel with this email address.

Open this link within ten minutes, in the browser in which you asked for it:

{address}

It works once. If you did not ask for it, do nothing: without this mail nobody gets in.
"""

_log = logging.getLogger(__name__)

Standing = Literal["proven", "here", "unproven"]
"""What is known of the address of a link's account: proven before, proven now by the browser that is signed in to it, or nothing."""


class MailLinks:
    """Mail links, and take them back."""

    def __init__(
        self,
        database: Database,
        accounts: Accounts,
        departures: Departures,
        mailer: Mailer | None,
        *,
        limiter: Limiter,
        clock: Clock,
        ids: Ids,
    ) -> None:
        """Build it; without a mailer there are no links."""
        self._database = database
        self._accounts = accounts
        self._departures = departures
        self._mailer = mailer
        self._limiter = limiter
        self._clock = clock
        self._ids = ids
        self._waiting: set[asyncio.Task[None]] = set()

    @property
    def are_offered(self) -> bool:
        """Tell whether mail can be sent here."""
        return self._mailer is not None

    async def ask(self, email: str, nonce: str, caller: str, address_of: Callable[[str], str]) -> None:
        """Mail a link to an account's holder, after this has returned; nothing happens if no account has that email.

        Args:
            email: as typed.
            nonce: what only the browser that asks knows.
            caller: its network address, for the throttle.
            address_of: makes the page's address of the link's secret.

        Raises:
            RateLimited: too many links for that email or from that address.
        """
        hashed = hashlib.sha256(folded(email).encode(errors="replace")).hexdigest()
        here = neighbourhood(caller)
        buckets = (
            (f"mail:address:{here}", _PER_ADDRESS),
            (f"mail:email:{hashed}:{here}", _PER_EMAIL_HERE),
            (f"mail:email:{hashed}", _PER_EMAIL),
        )
        for bucket, limit in buckets:
            decision = await self._limiter.take(bucket, 1, limit)
            if not decision.allowed:
                raise RateLimited("too many links were asked for; wait a little and try again", retry_after_s=decision.retry_after_s)
        if len(self._waiting) >= _MAX_WAITING:
            raise RateLimited("many people ask for links just now; try again in a minute", retry_after_s=60.0)
        task = asyncio.create_task(self._send(email, nonce, address_of))
        self._waiting.add(task)
        task.add_done_callback(self._waiting.discard)

    async def look(self, link: str, nonce: str, account_id: str | None) -> Standing | None:
        """Return what is known of the address of a link's account, None if the link opens nothing in this browser.

        `account_id` is whose account the browser is signed in to.
        """
        async with self._database.unit_of_work() as stores:
            try:
                account = await self._account(stores, link, nonce)
            except TokenInvalid:
                return None
        return _standing(account, account_id)

    async def take(self, link: str, nonce: str, caller: str, account_id: str | None = None, *, anew: bool = False) -> str | None:
        """Use a link up; return the account that it lets in to.

        Args:
            link: its secret.
            nonce: what only the browser that asked knows.
            caller: its network address, for the throttle.
            account_id: whose account the browser is signed in to.
            anew: whether an account whose address nobody has proven is deleted, and a new one with that address made.

        Returns:
            The account; None, and the link stays good, where its address is unproven and it is not to be replaced.

        Raises:
            TokenInvalid: it was used, is too old, or was asked for in another browser, where it stays good.
            RateLimited: too many attempts from that network address.
        """
        await self._accounts.throttle(caller)
        now = self._clock.now()
        async with self._database.unit_of_work() as stores:
            account = await self._account(stores, link, nonce)
            standing = _standing(account, account_id)
            if standing == "unproven" and not anew:
                return None
            if standing == "here" and await stores.accounts.prove_email(account.id, now):
                await stores.audit.add(AuditRecord(account.id, now, Act.EMAIL_PROVEN, account.id))
            if await stores.ceremonies.take(_holder(link), now) is None:
                raise _used()
        return account.id if standing != "unproven" else await self._replaced(account)

    async def aclose(self) -> None:
        """Give up mails that are still on their way."""
        for task in self._waiting:
            task.cancel()
        await asyncio.gather(*self._waiting, return_exceptions=True)

    async def _account(self, stores: Stores, link: str, nonce: str) -> Account:
        begun = await stores.ceremonies.get(_holder(link), self._clock.now())
        if begun is not None and not hmac.compare_digest(begun.challenge, _nonce_hash(nonce)):
            raise TokenInvalid("open the link in the browser in which you asked for it")
        account = await stores.accounts.get(begun.account_id) if begun is not None and begun.account_id is not None else None
        if account is None:
            raise _used()
        return account

    async def _replaced(self, account: Account) -> str:
        """Delete an account, and make a new one with its address. Nothing that its maker has opens that: it has another id."""
        now = self._clock.now()
        heir = Account(self._ids.new("acct"), account.email, now, email_proven_at=now)
        if not await self._departures.delete(account.id, heir):
            raise _used()
        return heir.id

    async def _send(self, email: str, nonce: str, address_of: Callable[[str], str]) -> None:
        account = await self._accounts.by_email(email)
        if account is None or self._mailer is None:
            return
        link = base64.urlsafe_b64encode(self._ids.secret_bytes(_LINK_BYTES)).rstrip(b"=").decode()
        now = self._clock.now()
        async with self._database.unit_of_work() as stores:
            await stores.ceremonies.put(Ceremony(_holder(link), _nonce_hash(nonce), now + MAIL_LINK_LIFE, account.id), now)
            await stores.audit.add(AuditRecord(account.id, now, Act.LINK_MAILED, account.id))
        try:
            await self._mailer.send(account.email, _SUBJECT, _TEXT.format(address=address_of(link)))
        except MailFailed as failure:
            _log.warning("a sign-in link could not be mailed: %s", failure)


def _standing(account: Account, account_id: str | None) -> Standing:
    if account.email_proven_at is not None:
        return "proven"
    return "here" if account.id == account_id else "unproven"


def _used() -> TokenInvalid:
    return TokenInvalid("this link was used or is too old; ask for a new one")


def _holder(link: str) -> str:
    return f"mail/{secret_hash(link)}"


def _nonce_hash(nonce: str) -> bytes:
    return hashlib.sha256(nonce.encode(errors="replace")).digest()
