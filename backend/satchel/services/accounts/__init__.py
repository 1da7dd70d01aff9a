"""Accounts and the browsers signed in to them. Tokens are `services/oauth`; what an account owns has services of its own."""

import base64
import hashlib
import unicodedata
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

from satchel.domain.accounts import SIGN_IN, Account, SetupLink, SignIn, SignUp, proof_ends_at
from satchel.domain.audit import Act, AuditRecord
from satchel.domain.authorities import Tie, Vouched
from satchel.domain.errors import MalformedRequest, NotFound, RateLimited, Refused, TokenInvalid
from satchel.domain.passkeys import Passkey
from satchel.domain.tokens import secret_hash
from satchel.kit.addresses import neighbourhood
from satchel.kit.ids import Ids
from satchel.ports.clock import Clock
from satchel.ports.coordination import PASSWORDS_TOPIC, TOKENS_TOPIC, Bus, Limit, Limiter
from satchel.ports.stores import Database, Stores
from satchel.services.accounts.alarms import Alarms
from satchel.services.accounts.passwords import Passwords, check_password

LINK_LIFE = timedelta(hours=24)
IDLE_LIFE = timedelta(days=7)
ABSOLUTE_LIFE = timedelta(days=30)

_TOUCH_AFTER = timedelta(minutes=1)
_MAX_EMAIL_CHARACTERS = 254
_MAX_USER_AGENT_CHARACTERS = 200
_PER_ACCOUNT_HERE = Limit(count=10, window_s=300)
_PER_ACCOUNT = Limit(count=60, window_s=300)
"""Wide, so that one stranger's wrong passwords do not lock the owner out: from one address there are ten, in all thirty."""
_PER_SIGN_IN = Limit(count=10, window_s=300)
_PER_ADDRESS = Limit(count=30, window_s=300)
_OPEN_PER_ADDRESS = Limit(count=10, window_s=3600)


class _Rehearsed(Exception):
    """Leaves a unit of work so that nothing of it is kept."""


class Accounts:
    """Make accounts, sign browsers in and out."""

    def __init__(self, database: Database, limiter: Limiter, bus: Bus, clock: Clock, ids: Ids, *, sign_up: SignUp = "owner-only") -> None:
        self.sign_up = sign_up
        self._database = database
        self._limiter = limiter
        self._bus = bus
        self._clock = clock
        self._ids = ids
        self._passwords = Passwords(ids)
        self.alarms = Alarms(database, limiter, clock)

    async def setup_link(self) -> str | None:
        """Return the secret of a new one-time link that makes the owner, or None while there is one.

        It is good for 24 hours and replaces those from over a minute ago, so every start prints a fresh link until one is used.
        """
        text = self.new_secret()
        now = self._clock.now()
        async with self._database.unit_of_work() as stores:
            if await stores.accounts.owner() is not None:
                return None
            await stores.sign_ins.put_link(SetupLink(secret_hash=secret_hash(text), created_at=now, expires_at=now + LINK_LIFE))
        return text

    async def needs_owner(self) -> bool:
        """Tell whether nobody is the owner: there is no account yet, or the owner's was deleted."""
        async with self._database.unit_of_work() as stores:
            return await stores.accounts.owner() is None

    async def is_owner(self, account_id: str) -> bool:
        """Tell whether an account is the owner's."""
        async with self._database.unit_of_work() as stores:
            owner = await stores.accounts.owner()
        return owner is not None and owner.id == account_id

    async def create(self, email: str, password: str) -> Account:
        """Make an account, as the operator does: the owner's, where there is none.

        Raises:
            MalformedRequest: the e-mail is none or taken, or the password is too short; `details.param` says which.
        """
        account = await self._new_account(email, password)
        async with self._database.unit_of_work() as stores:
            is_owner = await stores.accounts.await_owner() is None
            account = replace(account, is_owner=is_owner, email_proven_at=account.created_at)
            await stores.accounts.add(account)
            await stores.audit.add(AuditRecord(account.id, account.created_at, Act.ACCOUNT_CREATED, account.id))
        return account

    async def join(self, link: str, email: str, password: str, address: str) -> Account:
        """Make an account by the set-up link, an invitation, or, where anybody may sign up, without any; a link is used up.

        Raises:
            MalformedRequest: as `create`; the link stays good.
            TokenInvalid: the link is unknown, used or too old, or nobody may sign up here.
            RateLimited: too many attempts from this address.
        """
        await self._take_join(link, address)
        account = await self._new_account(email, password)
        await self.admit(link, account)
        return account

    async def draft(self, link: str, email: str, address: str, *, is_proven: bool = False) -> Account:
        """Return an account that is not kept yet, and has no way to sign in; `admit` keeps it.

        `is_proven` says that an authority has seen its person use that e-mail.

        Raises:
            MalformedRequest: the e-mail is none.
            RateLimited: too many attempts from this address.
        """
        await self._take_join(link, address)
        now = self._clock.now()
        return Account(self._ids.new("acct"), _checked_email(email), now, email_proven_at=now if is_proven else None)

    async def admit(self, link: str, account: Account, *, passkey: Passkey | None = None, tie: Tie | None = None) -> None:
        """Keep a new account with its way to sign in, and use the link up, all or nothing.

        Raises:
            MalformedRequest: the e-mail is taken.
            TokenInvalid: the link makes no account.
            Refused: that person of an authority is tied to another account.
        """
        async with self._database.unit_of_work() as stores:
            await self._admit(stores, link, account, passkey, tie)

    async def rehearse(self, link: str, account: Account) -> None:
        """Raise what `admit` would, before a person makes something for it that would be left behind. Nothing is kept."""
        with suppress(_Rehearsed):
            async with self._database.unit_of_work() as stores:
                await self._admit(stores, link, account, None, None)
                raise _Rehearsed

    async def _admit(self, stores: Stores, link: str, account: Account, passkey: Passkey | None, tie: Tie | None) -> None:
        invitation = None
        if await stores.accounts.await_owner() is None:  # nobody else comes in before
            account = replace(account, is_owner=True, email_proven_at=account.created_at)
            may = await stores.sign_ins.take_link(secret_hash(link), account.created_at)
        elif link and self.sign_up != "owner-only":
            invitation = await stores.invitations.take(secret_hash(link), account.id, account.created_at)
            may = invitation is not None
        else:
            may = self.sign_up == "open" and not link
        if not may:
            raise TokenInvalid("this link was used or is too old; ask for a new one")
        await stores.accounts.add(account)
        await stores.audit.add(AuditRecord(account.id, account.created_at, Act.ACCOUNT_CREATED, account.id))
        if invitation is not None and invitation.account_id is not None:
            used = AuditRecord(invitation.account_id, account.created_at, Act.INVITATION_USED, invitation.id, invitation.name)
            await stores.audit.add(used)
        if passkey is not None:
            await stores.passkeys.add(passkey)
            await stores.audit.add(AuditRecord(account.id, account.created_at, Act.PASSKEY_ADDED, passkey.id, passkey.name))
        if tie is not None:
            if not await stores.ties.add(tie):
                raise Refused("that account is connected to another account here meanwhile; sign in with it again")
            about = f"{tie.issuer}: {tie.label}"
            await stores.audit.add(AuditRecord(account.id, account.created_at, Act.AUTHORITY_TIED, tie.id, about))

    async def invites(self, link: str) -> bool:
        """Tell whether a link is an invitation that makes an account now."""
        async with self._database.unit_of_work() as stores:
            found = await stores.invitations.by_hash(secret_hash(link))
        return self.sign_up != "owner-only" and found is not None and found.state(self._clock.now()) == "waiting"

    async def by_email(self, email: str) -> Account | None:
        """Return the account with this e-mail, or None."""
        async with self._database.unit_of_work() as stores:
            return await stores.accounts.by_email(folded(email))

    async def get(self, account_id: str) -> Account:
        """Return an account. Raises `NotFound` if there is none."""
        async with self._database.unit_of_work() as stores:
            account = await stores.accounts.get(account_id)
        if account is None:
            raise NotFound(f"there is no account {account_id!r}")
        return account

    async def identify(self, email: str, password: str, address: str) -> Account:
        """Return the account that a password belongs to; whether more is wanted before it lets anybody in is `proofs.py`'s to say.

        An unknown account gets the same answer after the same work as a wrong password.

        Args:
            email: as typed.
            password: as typed.
            address: the caller's network address, for the throttle.

        Raises:
            TokenInvalid: e-mail and password do not belong together.
            RateLimited: too many attempts for this account or from this address.
        """
        wanted = folded(email)
        await self.throttle(address)
        mark = hashlib.sha256(wanted.encode(errors="replace")).hexdigest()
        try:
            await self._take(f"sign-in:account:{mark}:{neighbourhood(address)}", _PER_ACCOUNT_HERE)
            await self._take(f"sign-in:account:{mark}", _PER_ACCOUNT)
        except RateLimited:
            self.alarms.raise_for(wanted, "password", address)
            raise
        async with self._database.unit_of_work() as stores:
            account = await stores.accounts.by_email(wanted)
        return await self._with_password(account, password)

    async def confirm(self, sign_in: SignIn, password: str) -> None:
        """Check the password of somebody who is signed in. What strangers try at the door is not counted against them.

        Raises:
            TokenInvalid: it is not the account's password.
            RateLimited: too many attempts in this browser.
        """
        await self._take(f"sign-in:proof:{sign_in.id}", _PER_SIGN_IN)
        await self._with_password(await self.get(sign_in.account_id), password)

    async def _with_password(self, account: Account | None, password: str) -> Account:
        kept = account.password_hash if account is not None else None
        right, better = await self._passwords.check(kept, password)
        if account is None or not right:
            raise TokenInvalid("that email and password do not belong together")
        if better is not None:
            async with self._database.unit_of_work() as stores:
                if await stores.accounts.set_password(account.id, better, instead_of=kept):
                    account = replace(account, password_hash=better)
        return account

    async def change_password(self, account_id: str, password: str, keep_sign_in_id: str) -> None:
        """Give an account a password, its first or another, and sign all browsers out but one. Raises `MalformedRequest`."""
        check_password(password)
        hashed = await self._passwords.hash(password)
        async with self._database.unit_of_work() as stores:
            if not await stores.accounts.set_password(account_id, hashed):
                raise NotFound(f"there is no account {account_id!r}")
            await stores.deks.count_lock(account_id)
            await stores.audit.add(AuditRecord(account_id, self._clock.now(), Act.PASSWORD_CHANGED, account_id))
        for sign_in in await self.sign_ins(account_id):
            if sign_in.id != keep_sign_in_id:
                await self.end_sign_in(account_id, sign_in.id)
        self._bus.publish(PASSWORDS_TOPIC, {"account_id": account_id})

    async def throttle(self, address: str) -> None:
        """Count an attempt to sign in. Raises `RateLimited` after too many from this address."""
        await self._take(f"sign-in:address:{neighbourhood(address)}", _PER_ADDRESS)

    async def session(self, secret: str) -> SignIn | None:
        """Return the live sign-in of a cookie value, or None; idle for 7 days or older than 30 days is not live."""
        now = self._clock.now()
        async with self._database.unit_of_work() as stores:
            sign_in = await stores.sign_ins.by_hash(secret_hash(secret))
            if sign_in is None or sign_in.expires_at <= now or sign_in.last_used_at + IDLE_LIFE <= now:
                return None
            if now - sign_in.last_used_at >= _TOUCH_AFTER:
                await stores.sign_ins.touch(sign_in.id, now)
        return sign_in

    def has_proved(self, sign_in: SignIn) -> bool:
        """Tell whether the sign-in's person has proved within five minutes who they are."""
        return proof_ends_at(sign_in, self._clock.now()) is not None

    async def sign_out(self, secret: str) -> None:
        """End the sign-in of a cookie value, and what it runs; nothing happens if there is none."""
        async with self._database.unit_of_work() as stores:
            sign_in = await stores.sign_ins.by_hash(secret_hash(secret))
        if sign_in is not None:
            await self.end_sign_in(sign_in.account_id, sign_in.id)

    async def sign_ins(self, account_id: str) -> Sequence[SignIn]:
        """Return the browsers that are signed in, the one used last first."""
        now = self._clock.now()
        async with self._database.unit_of_work() as stores:
            found = await stores.sign_ins.list(account_id)
        return [sign_in for sign_in in found if sign_in.expires_at > now and sign_in.last_used_at + IDLE_LIFE > now]

    async def end_sign_in(self, account_id: str, sign_in_id: str) -> bool:
        """Sign a browser out from elsewhere, and end what it runs; False if there is none."""
        async with self._database.unit_of_work() as stores:
            removed = await stores.sign_ins.remove(account_id, sign_in_id)
            if removed:
                await stores.audit.add(AuditRecord(account_id, self._clock.now(), Act.SIGNED_OUT, sign_in_id))
        if removed:
            self._bus.publish(TOKENS_TOPIC, {"token_id": sign_in_id})
        return removed

    async def _new_account(self, email: str, password: str) -> Account:
        checked = _checked_email(email)
        check_password(password)
        return Account(
            id=self._ids.new("acct"),
            email=checked,
            created_at=self._clock.now(),
            password_hash=await self._passwords.hash(password),
        )

    async def enter(
        self, account_id: str, user_agent: str | None = None, vouched: Vouched | None = None, *, password_hash: str | None = None
    ) -> tuple[SignIn, str]:
        """Sign in a browser whose person has proved who they are, or whom an authority vouches for.

        Args:
            account_id: whose it is.
            user_agent: kept so that the person can tell browsers apart.
            vouched: what the authority said that lets the person in, None if they have proved who they are here, just now.
            password_hash: the hash that their password was checked against, if it was by a password.

        Returns:
            The sign-in, and its cookie's value (256 random bits, kept only as a hash).

        Raises:
            TokenInvalid: the account is gone, or the password was changed since it was checked.
        """
        secret = self.new_secret()
        now = self._clock.now()
        sign_in = SignIn(
            id=self._ids.new(SIGN_IN),
            account_id=account_id,
            secret_hash=secret_hash(secret),
            created_at=now,
            last_used_at=now,
            expires_at=now + ABSOLUTE_LIFE,
            user_agent=user_agent[:_MAX_USER_AGENT_CHARACTERS] if user_agent else None,
            proved_at=_proved_at(vouched, now),
        )
        async with self._database.unit_of_work() as stores:
            if not await stores.accounts.pin(account_id, password_hash):  # whoever changes it ends what is there by then
                raise TokenInvalid("the password was changed meanwhile; sign in again")
            await stores.sign_ins.add(sign_in)
            await stores.audit.add(AuditRecord(account_id, now, Act.SIGNED_IN, sign_in.id, sign_in.user_agent))
        return sign_in, secret

    def new_secret(self) -> str:
        """Return 256 random bits as text, for a cookie or a link."""
        return base64.urlsafe_b64encode(self._ids.secret_bytes(32)).rstrip(b"=").decode()

    async def _take_join(self, link: str, address: str) -> None:
        await self._take(f"setup:address:{neighbourhood(address)}", _PER_ADDRESS)
        if not link:
            await self._take(f"sign-up:address:{neighbourhood(address)}", _OPEN_PER_ADDRESS)

    async def _take(self, bucket: str, limit: Limit) -> None:
        decision = await self._limiter.take(bucket, 1, limit)
        if not decision.allowed:
            raise RateLimited("too many attempts; wait a little and try again", retry_after_s=decision.retry_after_s)


def folded(email: str) -> str:
    """Return an e-mail as accounts are found by it, however it was typed."""
    return unicodedata.normalize("NFC", email).strip().lower()


def _proved_at(vouched: Vouched | None, now: datetime) -> datetime | None:
    """Return when somebody who comes in has proved who they are: now, or when the authority asked them, None if it does not say."""
    if vouched is None:
        return now
    return None if vouched.asked_at is None else min(now, vouched.asked_at)


def _checked_email(email: str) -> str:
    kept = folded(email)
    name, at, host = kept.rpartition("@")
    plain = kept.isprintable() and " " not in kept and len(kept) <= _MAX_EMAIL_CHARACTERS
    if not (plain and name and at and host) or "@" in name or host.startswith(".") or host.endswith(".") or ".." in kept:
        raise MalformedRequest(f"{email!r} is not an email address", details={"param": "email"})
    return kept
