"""The only place where credentials are read: bearer tokens for API doors, the sign-in cookie for portal doors, never one for the other."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from satchel.domain.accounts import Principal, SignIn, is_sign_in
from satchel.domain.errors import MalformedRequest, NotReady, ProofInvalid, TokenExpired, TokenInvalid, TokenMissing, TokenRevoked
from satchel.domain.tokens import ACCOUNT_TOKEN_SCOPES, Token, TokenKind, is_well_formed, secret_hash
from satchel.kit.single_flight import SingleFlight
from satchel.ports.clock import Clock
from satchel.ports.coordination import TOKENS_TOPIC, Bus, Message
from satchel.ports.elsewhere import hear
from satchel.ports.stores import Database, Stores
from satchel.services.oauth.issuer import Issuer
from satchel.services.oauth.key_proofs import KeyProofs

Scope = Mapping[str, Any]
RawHeaders = Iterable[tuple[bytes, bytes]]

PRINCIPAL = "satchel.principal"
"""Where the portal's wrapper leaves who is signed in, in the ASGI scope, for the doors below it."""

PERSON = "satchel.person"
"""Where it leaves the sign-in itself, for doors that a token does not open."""

ASKED_PATH = "satchel.asked_path"
"""Where the front leaves the path that a caller asked for, if it is an alias of the door's, in the ASGI scope."""

FRESH_S = 30.0
STALE_S = 300.0
CAPACITY = 10_000

_SECURE_COOKIE = "__Host-satchel_sid"
_LOOPBACK_COOKIE = "satchel_sid"
_COOKIE_LIFE_S = 30 * 24 * 3600
_SECURE_CEREMONY = "__Host-satchel_ceremony"
_LOOPBACK_CEREMONY = "satchel_ceremony"
_CEREMONY_LIFE_S = 300
_SECURE_MAIL = "__Host-satchel_mail"
_LOOPBACK_MAIL = "satchel_mail"
_MAIL_LIFE_S = 600
_MAX_CREDENTIAL_BYTES = 512


@dataclass(frozen=True, slots=True)
class _Known:
    principal: Principal
    expires_at: datetime | None
    read_at_s: float


@dataclass(frozen=True, slots=True)
class Person:
    """A browser that is signed in to the portal, our own address as it has it, and whether the last proof of who that is counts still."""

    sign_in: SignIn
    origin: str
    has_proved: bool


class Authenticator:
    """Turn a bearer token into a `Principal`.

    What was read is kept in this process for 30 seconds at the most, and dropped at once when a revocation is told on the bus. A
    database that does not answer is never "wrong token": what is known is used a little longer, anything else is `NotReady`.
    """

    def __init__(self, database: Database, bus: Bus, clock: Clock, proofs: KeyProofs, issuer: Issuer) -> None:
        self._database = database
        self._bus = bus
        self._proofs = proofs
        self._issuer = issuer
        self._clock = clock
        self._known: dict[str, _Known] = {}
        self._reads = SingleFlight[Principal]()
        self._revocations = 0
        self._unsubscribe = bus.subscribe(TOKENS_TOPIC, self._on_revoked)

    async def caller(self, scope: Scope) -> Principal:
        """Return who makes an HTTP request, given as ASGI has it.

        Raises:
            ProofInvalid: the token is bound to a key, and came without a good proof that the caller holds it, or as a plain bearer.
            Unauthenticated, MalformedRequest, NotReady: as `principal`.
        """
        headers: RawHeaders = scope["headers"]
        text, is_bound = _credential(headers)
        principal = await self._whose(text)
        if principal.key_hash is not None or is_bound:
            if not is_bound:
                raise ProofInvalid("this token is bound to a key: send it as `Authorization: DPoP sat_…`, with a proof")
            await self._prove(principal, text, _single(headers, b"dpop"), scope)
        return principal

    async def require_live(self, scope: Scope) -> None:
        """Look once more whether the token of a request is good, whose `caller` is known. Raises as that, but for proofs."""
        await self._whose(_credential(scope["headers"])[0])

    async def opener(self, text: str, proof: str | None, scope: Scope) -> Principal:
        """Return who opens a socket, given its token, the proof that came with that, and the socket as ASGI has it. Raises as `caller`."""
        principal = await self._whose(text)
        if principal.key_hash is not None:
            await self._prove(principal, text, proof, scope)
        return principal

    async def principal(self, credential: str | RawHeaders) -> Principal:
        """Return whose credential this is. Doors that serve requests ask `caller`, or `opener`, which look at proofs too.

        Args:
            credential: a token's text, or the request's headers as ASGI has them (`scope["headers"]`).

        Raises:
            TokenMissing: there is no credential.
            TokenInvalid: it is none of ours, or a refresh token, which opens nothing.
            TokenExpired: its time is over.
            TokenRevoked: it was revoked.
            MalformedRequest: `Authorization` and `x-api-key` hold different ones.
            NotReady: the database does not answer.
            ProofInvalid: it came by headers and is bound to a key, for which `caller` must be asked.
        """
        if isinstance(credential, str):
            return await self._whose(credential)
        principal = await self._whose(bearer(credential))
        if principal.key_hash is not None:
            raise ProofInvalid("this door takes no token that is bound to a key")
        return principal

    async def _whose(self, text: str) -> Principal:
        key = secret_hash(text)
        known = self._known.get(key)
        if known is None or self._clock.monotonic_s() - known.read_at_s > FRESH_S:
            if not is_well_formed(text):
                raise TokenInvalid("this is not a token of Satchel's")
            principal = await self._reads.run(key, lambda: self._read(key))
            # whoever shares a read goes on a turn after it: what was revoked in between is not known any more
            return principal if key in self._known else await self._whose(text)
        if known.expires_at is not None and known.expires_at <= self._clock.now():
            raise _expired()
        return known.principal

    async def hear_of_others(self, in_use: Iterable[str]) -> None:
        """Tell this process what another one ended: of the tokens and sign-ins with these ids, and of tokens that would be taken as known.

        The bus does not reach from one process to another. Nothing happens while the database is away.
        """
        since_s = self._clock.monotonic_s() - FRESH_S
        known = {known.principal.token_id for known in self._known.values() if known.read_at_s >= since_s}
        await hear(self._database, sorted(known.union(in_use)), _gone, self._tell_gone)

    def close(self) -> None:
        """Stop listening for revocations and forget everything."""
        self._unsubscribe()
        self._known.clear()

    def _tell_gone(self, _: Sequence[str], gone: Sequence[str]) -> None:
        for token_id in gone:
            self._bus.publish(TOKENS_TOPIC, {"token_id": token_id})

    async def _prove(self, principal: Principal, text: str, proof: str | None, scope: Scope) -> None:
        host = _single(scope["headers"], b"host") or ""
        address = self._issuer.of(host) + (scope.get(ASKED_PATH) or scope["path"])
        key_hash = await self._proofs.key_hash(proof, scope.get("method", "GET"), address, access_token=text)
        if principal.key_hash != key_hash:
            raise ProofInvalid("the DPoP proof cannot be taken: it is by another key than the token's")

    async def _read(self, key: str) -> Principal:
        while True:
            revocations = self._revocations
            read_at_s = self._clock.monotonic_s()
            try:
                async with self._database.unit_of_work() as stores:
                    token = await stores.tokens.by_hash(key)
            except (NotReady, OSError, TimeoutError) as error:
                return self._known_before(key, error)
            if revocations == self._revocations:  # else it may have been this one, after we read it
                break
        self._known.pop(key, None)
        principal = _principal(token, self._clock.now())
        if len(self._known) >= CAPACITY:
            del self._known[next(iter(self._known))]
        self._known[key] = _Known(principal=principal, expires_at=token.expires_at if token else None, read_at_s=read_at_s)
        return principal

    def _known_before(self, key: str, error: Exception) -> Principal:
        known = self._known.get(key)
        if known is None or self._clock.monotonic_s() - known.read_at_s > STALE_S:
            raise NotReady("the database does not answer; try again in a moment", retry_after_s=1.0) from error
        if known.expires_at is not None and known.expires_at <= self._clock.now():
            raise _expired()
        return known.principal

    def _on_revoked(self, message: Message) -> None:
        self._revocations += 1
        token_id, account_id = message.get("token_id"), message.get("account_id")
        gone = [
            key for key, known in self._known.items() if known.principal.token_id == token_id or known.principal.account_id == account_id
        ]
        for key in gone:
            del self._known[key]


async def _gone(stores: Stores, ids: Sequence[str]) -> Sequence[str]:
    sign_ins = [each for each in ids if is_sign_in(each)]
    gone = await stores.tokens.gone([each for each in ids if not is_sign_in(each)])
    return [*gone, *(await stores.sign_ins.gone(sign_ins) if sign_ins else ())]


def bearer(headers: RawHeaders) -> str:
    """Return the token in `Authorization`, by Bearer or DPoP, or in `x-api-key`.

    Raises:
        TokenMissing: neither is there.
        TokenInvalid: `Authorization` is of another scheme.
        MalformedRequest: they hold different tokens, or one header is there twice with different ones.
    """
    return _credential(headers)[0]


def _credential(headers: RawHeaders) -> tuple[str, bool]:
    """Return the token of a request, and whether it came as one that is bound to a key."""
    found: set[bytes] = set()
    is_bound = False
    for name, value in headers:
        if name == b"x-api-key":
            found.add(value.strip())
        elif name == b"authorization":
            scheme, _, rest = value.strip().partition(b" ")
            if (kind := scheme.lower()) not in (b"bearer", b"dpop"):
                raise TokenInvalid("Authorization must be `Bearer sat_…`")
            is_bound = is_bound or kind == b"dpop"
            found.add(rest.strip())
    if len(found) > 1:
        raise MalformedRequest("Authorization and x-api-key hold different tokens; send one", details={"param": "x-api-key"})
    text = found.pop() if found else b""
    if not text:
        raise TokenMissing("no token was sent; sign in, or send `Authorization: Bearer sat_…`")
    if len(text) > _MAX_CREDENTIAL_BYTES:
        raise TokenInvalid("this is not a token of Satchel's")
    return text.decode("latin-1"), is_bound


def _single(headers: RawHeaders, wanted: bytes) -> str | None:
    """Return the value of a header that is there once; None if it is missing, or there several times."""
    found = [value for name, value in headers if name == wanted]
    return found[0].decode("latin-1") if len(found) == 1 else None


def bearer_hash(headers: RawHeaders) -> str:
    """Return the hash by which the token of a request is kept. Raises what `bearer` does."""
    return secret_hash(bearer(headers))


def sign_in_principal(sign_in: SignIn) -> Principal:
    """Return the principal of a browser that is signed in to the portal."""
    return Principal(account_id=sign_in.account_id, token_id=sign_in.id, scopes=ACCOUNT_TOKEN_SCOPES, label="Portal")


def sign_in_cookie(cookies: Mapping[str, str], secure: bool) -> str | None:
    """Return the sign-in secret among a portal request's cookies, or None.

    Over https only the `__Host-` name counts, which no other host and no plain page can set.
    """
    return cookies.get(_cookie_name(secure)) or None


def set_sign_in_cookie(secret: str, secure: bool) -> str:
    """Return the `Set-Cookie` value that signs a browser in."""
    return f"{_cookie_name(secure)}={secret}; Max-Age={_COOKIE_LIFE_S}; {_flags(secure)}"


def clear_sign_in_cookie(secure: bool) -> str:
    """Return the `Set-Cookie` value that signs a browser out."""
    return f"{_cookie_name(secure)}=; Max-Age=0; {_flags(secure)}"


def ceremony_cookie(cookies: Mapping[str, str], secure: bool) -> str:
    """Return the secret by which a browser finishes what it began before it was signed in, '' without one."""
    return cookies.get(_SECURE_CEREMONY if secure else _LOOPBACK_CEREMONY, "")


def set_ceremony_cookie(secret: str, secure: bool) -> str:
    """Return the `Set-Cookie` value that lets this browser, and no other, finish what it begins. An empty secret takes it away."""
    name = _SECURE_CEREMONY if secure else _LOOPBACK_CEREMONY
    return f"{name}={secret}; Max-Age={_CEREMONY_LIFE_S if secret else 0}; {_flags(secure)}"


def mail_cookie(cookies: Mapping[str, str], secure: bool) -> str:
    """Return the secret by which a browser is known that asked for a link by mail, '' without one."""
    return cookies.get(_SECURE_MAIL if secure else _LOOPBACK_MAIL, "")


def set_mail_cookie(secret: str, secure: bool) -> str:
    """Return the `Set-Cookie` value that lets this browser, and no other, open the links that it asks for."""
    return f"{_SECURE_MAIL if secure else _LOOPBACK_MAIL}={secret}; Max-Age={_MAIL_LIFE_S}; {_flags(secure)}"


def _cookie_name(secure: bool) -> str:
    return _SECURE_COOKIE if secure else _LOOPBACK_COOKIE


def _flags(secure: bool) -> str:
    return "Path=/; HttpOnly; SameSite=Lax" + ("; Secure" if secure else "")


def _principal(token: Token | None, now: datetime) -> Principal:
    if token is None or token.kind is TokenKind.REFRESH:
        raise TokenInvalid("this token is not known here; sign in again")
    if token.revoked_at is not None:
        raise TokenRevoked("this token was revoked; sign in again")
    if token.disabled:
        raise TokenRevoked("this token is switched off; its owner can switch it on again")
    if token.expires_at is not None and token.expires_at <= now:
        raise _expired()
    return Principal(
        account_id=token.account_id,
        token_id=token.id,
        scopes=token.scopes,
        client_id=token.client_id,
        label=token.name,
        origin=token.origin,
        key_hash=token.key_hash,
        family_id=token.family_id,
        caveats=token.caveats,
    )


def _expired() -> TokenExpired:
    return TokenExpired("this token has expired; refresh it or sign in again")
