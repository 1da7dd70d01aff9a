"""Passkeys: make one, sign in with one, name and forget them. What an authenticator must prove is `authenticators.py`."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from satchel.domain.accounts import Account, SignIn
from satchel.domain.audit import Act, AuditRecord
from satchel.domain.errors import MalformedRequest, NotFound, Refused, TokenInvalid
from satchel.domain.passkeys import CEREMONY_LIFE, Ceremony, Passkey, RelyingParty
from satchel.domain.tokens import secret_hash
from satchel.kit.ids import Ids
from satchel.ports.clock import Clock
from satchel.ports.stores import Database
from satchel.services.accounts import Accounts
from satchel.services.accounts.authenticators import (
    CHALLENGE_BYTES,
    NOT_ACCEPTED,
    Json,
    NewCredential,
    check_new,
    check_used,
    creation_options,
    credential_id_of,
    request_options,
)

MOST_PASSKEYS = 20
MAX_NAME_CHARACTERS = 60


@dataclass(frozen=True, slots=True)
class Begun:
    """What the browser is asked for, and the secret that lets it, and no other, finish; None where its sign-in does that."""

    options: Json
    secret: str | None = None


class Passkeys:
    """The passkeys of accounts. A challenge is good once, for five minutes, in the browser that it was given to."""

    def __init__(self, database: Database, accounts: Accounts, clock: Clock, ids: Ids) -> None:
        self._database = database
        self._accounts = accounts
        self._clock = clock
        self._ids = ids

    async def list(self, account_id: str) -> Sequence[Passkey]:
        """Return the account's passkeys, oldest first."""
        async with self._database.unit_of_work() as stores:
            return await stores.passkeys.list(account_id)

    async def begin_adding(self, account_id: str, sign_in_id: str, origin: str) -> Begun:
        """Begin to add a passkey to the account of a signed-in browser. `origin` is our own address as the browser has it.

        Raises:
            MalformedRequest: the account has 20, or our address is an IP address.
        """
        party = _party(origin)
        account = await self._accounts.get(account_id)
        known = await self.list(account.id)
        if len(known) >= MOST_PASSKEYS:
            raise MalformedRequest(f"an account has {MOST_PASSKEYS} passkeys at most; remove one first")
        ceremony = await self._begin(f"add/{sign_in_id}", account.id)
        return Begun(creation_options(party, account.id, account.email, ceremony.challenge, known))

    async def add(self, account_id: str, sign_in_id: str, credential: Json, name: str, origin: str) -> Passkey:
        """Keep the passkey that this sign-in began to make. Raises `TokenInvalid` if it does not answer what was asked."""
        ceremony = await self._take(f"add/{sign_in_id}")
        passkey = self._passkey(account_id, await check_new(credential, ceremony.challenge, _party(origin)), name)
        async with self._database.unit_of_work() as stores:
            if await stores.passkeys.by_credential(passkey.credential_id):
                raise MalformedRequest("this passkey is here already", details={"param": "credential"})
            await stores.passkeys.add(passkey)
            await stores.audit.add(AuditRecord(account_id, passkey.created_at, Act.PASSKEY_ADDED, passkey.id, passkey.name))
        return passkey

    async def begin_joining(self, link: str, email: str, origin: str, address: str) -> Begun:
        """Begin to make an account with a passkey in place of a password. Raises what `join` would, before a passkey is made in vain."""
        party = _party(origin)
        account = await self._accounts.draft(link, email, address)
        await self._accounts.rehearse(link, account)
        secret = self._accounts.new_secret()
        ceremony = await self._begin(_holder("join", secret), account.id)
        return Begun(creation_options(party, account.id, account.email, ceremony.challenge, ()), secret)

    async def join(self, secret: str, link: str, email: str, credential: Json, name: str, *, origin: str, address: str) -> Account:
        """Make an account as `Accounts.join` does, with the passkey that this browser began to make.

        Raises:
            TokenInvalid: the link is used or too old, or the passkey does not answer what was asked.
            MalformedRequest: the e-mail is none.
        """
        ceremony = await self._take(_holder("join", secret))
        account = replace(await self._accounts.draft(link, email, address), id=ceremony.account_id or "")
        made = await check_new(credential, ceremony.challenge, _party(origin))
        await self._accounts.admit(link, account, passkey=self._passkey(account.id, made, name))
        return account

    async def begin_sign_in(self, origin: str, address: str) -> Begun:
        """Ask for whichever passkey the person picks. Raises `RateLimited` after too many from one address."""
        party = _party(origin)
        await self._accounts.throttle(address)
        secret = self._accounts.new_secret()
        ceremony = await self._begin(_holder("sign-in", secret), None)
        return Begun(request_options(party, ceremony.challenge), secret)

    async def sign_in(self, secret: str, credential: Json, origin: str, user_agent: str | None) -> tuple[SignIn, str]:
        """Sign a browser in by the passkey it was asked for; return the sign-in with its cookie value. Raises `TokenInvalid`."""
        ceremony = await self._take(_holder("sign-in", secret))
        return await self._accounts.enter(await self._used(ceremony, credential, origin), user_agent)

    async def begin_proof(self, account_id: str, sign_in_id: str, origin: str) -> Begun:
        """Ask a signed-in browser for one of its account's passkeys."""
        party = _party(origin)
        ceremony = await self._begin(f"prove/{sign_in_id}", account_id)
        return Begun(request_options(party, ceremony.challenge, await self.list(account_id)))

    async def prove(self, account_id: str, sign_in_id: str, credential: Json, origin: str) -> None:
        """Check the passkey that this sign-in was asked for. Raises `TokenInvalid`, also for a passkey of another account."""
        ceremony = await self._take(f"prove/{sign_in_id}")
        await self._used(ceremony, credential, origin, account_id)

    async def rename(self, account_id: str, passkey_id: str, name: str) -> Passkey:
        """Give a passkey another name. Raises `NotFound` if the account has no such passkey."""
        async with self._database.unit_of_work() as stores:
            await stores.passkeys.rename(account_id, passkey_id, _name(name))
            return _one(await stores.passkeys.list(account_id), passkey_id)

    async def remove(self, account_id: str, passkey_id: str) -> None:
        """Forget a passkey: it signs in no longer.

        Raises:
            NotFound: the account has no such passkey.
            Refused: it is the only way to sign in.
        """
        async with self._database.unit_of_work() as stores:
            await stores.accounts.take_turn(account_id)  # nobody removes another way in meanwhile
            kept = await stores.passkeys.list(account_id)
            found = _one(kept, passkey_id)
            account = await stores.accounts.get(account_id)
            ways = len(kept) + len(await stores.ties.list(account_id))
            if ways == 1 and (account is None or account.password_hash is None):
                raise Refused("this passkey is your only way to sign in; add another, or a password, first")
            await stores.passkeys.remove(account_id, passkey_id)
            await stores.audit.add(AuditRecord(account_id, self._clock.now(), Act.PASSKEY_REMOVED, passkey_id, found.name))

    async def _used(self, ceremony: Ceremony, credential: Json, origin: str, owner_id: str | None = None) -> str:
        """Return whose passkey answered the ceremony's challenge, and note that it did; it must be of `owner_id`, if that is given."""
        async with self._database.unit_of_work() as stores:
            passkey = await stores.passkeys.by_credential(credential_id_of(credential))
        if passkey is None or owner_id not in (None, passkey.account_id):
            raise TokenInvalid(NOT_ACCEPTED)
        used = await check_used(credential, ceremony.challenge, _party(origin), passkey)
        async with self._database.unit_of_work() as stores:
            if not await stores.passkeys.use(replace(used, last_used_at=self._clock.now())):
                raise TokenInvalid(NOT_ACCEPTED)  # removed since we read it, or this is a copy of one that was faster
        return passkey.account_id

    async def _begin(self, holder: str, account_id: str | None) -> Ceremony:
        now = self._clock.now()
        ceremony = Ceremony(holder, self._ids.secret_bytes(CHALLENGE_BYTES), now + CEREMONY_LIFE, account_id)
        async with self._database.unit_of_work() as stores:
            await stores.ceremonies.put(ceremony, now)
        return ceremony

    async def _take(self, holder: str) -> Ceremony:
        async with self._database.unit_of_work() as stores:
            ceremony = await stores.ceremonies.take(holder, self._clock.now())
        if ceremony is None:
            raise TokenInvalid("this took too long, or was begun in another browser; try again")
        return ceremony

    def _passkey(self, account_id: str, made: NewCredential, name: str) -> Passkey:
        return Passkey(
            self._ids.new("pass"),
            account_id,
            made.credential_id,
            made.public_key,
            _name(name),
            self._clock.now(),
            made.sign_count,
            made.prf,
            made.synced,
            made.transports,
        )


def _holder(purpose: str, secret: str) -> str:
    return f"{purpose}/{secret_hash(secret)}"


def _name(name: str) -> str:
    shown = " ".join(name.split())
    if not shown or len(shown) > MAX_NAME_CHARACTERS or not shown.isprintable():
        raise MalformedRequest(f"a passkey's name has 1 to {MAX_NAME_CHARACTERS} characters", details={"param": "name"})
    return shown


def _one(passkeys: Sequence[Passkey], passkey_id: str) -> Passkey:
    found = next((passkey for passkey in passkeys if passkey.id == passkey_id), None)
    if found is None:
        raise NotFound(f"there is no passkey {passkey_id!r}")
    return found


def _party(origin: str) -> RelyingParty:
    party = RelyingParty.of(origin)
    if party is None:
        raise MalformedRequest(f"browsers make passkeys for host names, and {origin} is an address; on this computer, use localhost")
    return party
