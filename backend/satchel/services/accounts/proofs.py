"""Proving who one is: at the door, in one or two steps, and once more before a dangerous act."""

import hashlib
from collections.abc import Sequence
from datetime import datetime

from satchel.domain.accounts import SignIn, is_newly_vouched, proof_ends_at
from satchel.domain.audit import Act, AuditRecord
from satchel.domain.errors import RateLimited, TokenInvalid, TokenMissing
from satchel.domain.passkeys import CEREMONY_LIFE, Ceremony
from satchel.domain.tokens import secret_hash
from satchel.ports.clock import Clock
from satchel.ports.stores import Database
from satchel.services.accounts import Accounts
from satchel.services.accounts.authenticators import Json
from satchel.services.accounts.passkeys import Begun, Passkeys
from satchel.services.accounts.totps import Totps


class Proofs:
    """Who has proved what. A passkey verifies its holder, so it is enough; a password or a mailbox is not where codes are on."""

    def __init__(self, database: Database, accounts: Accounts, passkeys: Passkeys, totps: Totps, *, clock: Clock) -> None:
        self._database = database
        self._accounts = accounts
        self._passkeys = passkeys
        self._totps = totps
        self._clock = clock

    async def enter(self, email: str, password: str, address: str, user_agent: str | None) -> tuple[SignIn | None, str]:
        """Sign a browser in by password.

        Returns:
            The sign-in with its cookie value; or None, where a code is wanted too, with the secret that `enter_by_code` asks for.

        Raises:
            TokenInvalid: e-mail and password do not belong together.
            RateLimited: too many attempts for this account or from this address.
        """
        account = await self._accounts.identify(email, password, address)
        return await self.enter_half(account.id, user_agent, account.password_hash)

    async def enter_half(self, account_id: str, user_agent: str | None, password_hash: str | None = None) -> tuple[SignIn | None, str]:
        """Sign a browser in that has shown one thing, a password of this hash or a link by mail. Returns as `enter`."""
        if (await self._totps.state(account_id)).since_at is None:
            return await self._accounts.enter(account_id, user_agent, password_hash=password_hash)
        secret, now, shown = self._accounts.new_secret(), self._clock.now(), _mark(password_hash)
        async with self._database.unit_of_work() as stores:
            await stores.ceremonies.put(Ceremony(_holder(secret), shown, now + CEREMONY_LIFE, account_id), now)
        return None, secret

    async def enter_by_code(self, secret: str, code: str, address: str, user_agent: str | None) -> tuple[SignIn, str]:
        """Sign a browser in that has given the password, by the code that was wanted too. A wrong code may be followed by another.

        Raises:
            TokenInvalid: the code is wrong, or the password was changed since it was given.
            TokenMissing: no password was given in this browser within five minutes.
            RateLimited: five tries in five minutes.
        """
        async with self._database.unit_of_work() as stores:
            ceremony = await stores.ceremonies.get(_holder(secret), self._clock.now())
        if ceremony is None or ceremony.account_id is None:
            raise TokenMissing("this took too long; give your password again")
        await self._check_code(ceremony.account_id, code, address)
        async with self._database.unit_of_work() as stores:
            await stores.ceremonies.take(ceremony.holder, self._clock.now())
        password_hash = (await self._accounts.get(ceremony.account_id)).password_hash if ceremony.challenge else None
        if ceremony.challenge != _mark(password_hash):
            raise TokenInvalid("the password was changed meanwhile; sign in again")
        return await self._accounts.enter(ceremony.account_id, user_agent, password_hash=password_hash)

    async def ways(self, account_id: str) -> Sequence[str]:
        """Return in which ways the account's holder can prove who they are: `passkey`, `password`, `code`.

        Where codes are on a password is none: whoever has it and a signed-in browser would switch the codes off with it.
        """
        account = await self._accounts.get(account_id)
        async with self._database.unit_of_work() as stores:
            has_passkey = bool(await stores.passkeys.list(account_id))
            totp = await stores.totps.get(account_id)
        has_codes = totp is not None and totp.confirmed_at is not None
        found = {"passkey": has_passkey, "password": account.password_hash is not None and not has_codes, "code": has_codes}
        return [way for way, there in found.items() if there]

    async def may_begin(self, sign_in: SignIn) -> bool:
        """Tell whether the sign-in's person may add a passkey or a password without a proof, because they have nothing to give one by.

        Their authority does not say when it asked them, so all that it opens is this first step, within five minutes of letting them in:
        whoever has only the sign-in's cookie would have to be let in by it too.
        """
        return is_newly_vouched(sign_in, self._clock.now()) and not await self.ways(sign_in.account_id)

    def until(self, sign_in: SignIn) -> datetime | None:
        """Return until when the sign-in's last proof counts, None if it does not."""
        return proof_ends_at(sign_in, self._clock.now())

    async def by_password(self, sign_in: SignIn, password: str, address: str) -> str:
        """Prove it by the password; return the sign-in's new cookie value.

        Raises:
            TokenInvalid: it is wrong, or not enough: codes are on.
            RateLimited: ten tries in five minutes.
        """
        try:
            await self._accounts.confirm(sign_in, password)
        except RateLimited:
            await self._raise_alarm(sign_in.account_id, "password", address)
            raise
        if "password" not in await self.ways(sign_in.account_id):
            raise TokenInvalid("codes are on for this account, so a password is not enough; give a code, or use a passkey")
        return await self._proved(sign_in)

    async def by_code(self, sign_in: SignIn, code: str, address: str) -> str:
        """Prove it by a code; return the sign-in's new cookie value. Raises `TokenInvalid` or `RateLimited`."""
        await self._check_code(sign_in.account_id, code, address)
        return await self._proved(sign_in)

    async def begin_passkey(self, sign_in: SignIn, origin: str) -> Begun:
        """Ask for one of the account's passkeys. Raises `MalformedRequest` where our address is an IP address."""
        return await self._passkeys.begin_proof(sign_in.account_id, sign_in.id, origin)

    async def by_passkey(self, sign_in: SignIn, credential: Json, origin: str) -> str:
        """Prove it by the passkey that was asked for; return the sign-in's new cookie value. Raises `TokenInvalid`."""
        await self._passkeys.prove(sign_in.account_id, sign_in.id, credential, origin)
        return await self._proved(sign_in)

    async def _check_code(self, account_id: str, code: str, address: str) -> None:
        try:
            await self._totps.check(account_id, code)
        except RateLimited:
            await self._raise_alarm(account_id, "code", address)
            raise

    async def _raise_alarm(self, account_id: str, what: str, address: str) -> None:
        self._accounts.alarms.raise_for((await self._accounts.get(account_id)).email, what, address)

    async def _proved(self, sign_in: SignIn) -> str:
        secret, now = self._accounts.new_secret(), self._clock.now()
        async with self._database.unit_of_work() as stores:
            if not await stores.sign_ins.prove(sign_in.id, secret_hash(secret), now):
                raise TokenInvalid("this browser was signed out; sign in again")
            await stores.audit.add(AuditRecord(sign_in.account_id, now, Act.PROVED, sign_in.id, sign_in.user_agent))
        return secret


def _mark(password_hash: str | None) -> bytes:
    """Return what tells whether a password is still the one that was given; nothing, where none was."""
    return b"" if password_hash is None else hashlib.sha256(password_hash.encode()).digest()


def _holder(secret: str) -> str:
    return f"code/{secret_hash(secret)}"
