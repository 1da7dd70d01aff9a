"""Signing in with authorities: we are the client, of OpenID Connect servers and of GitHub. Our own server is `service.py`.

Authlib's pure client pieces make and read the messages; they travel over `Ask`, which goes through our own transport.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import cast
from urllib.parse import urlencode, urlsplit

from authlib.oauth2.auth import ClientAuth
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri

from satchel.domain.authorities import Authority, Vouched
from satchel.domain.errors import NotFound, NotReady, RateLimited, Refused, SatchelError
from satchel.kit.addresses import neighbourhood
from satchel.kit.ids import Ids
from satchel.ports.clock import Clock
from satchel.ports.coordination import Limit, Limiter
from satchel.services.oauth.attempts import Attempt, attempt_secret
from satchel.services.oauth.id_tokens import UnknownSigner, claims_of
from satchel.services.oauth.records import Parameters

_METADATA = "/.well-known/openid-configuration"
_KEPT_S = 3600.0
_PER_CALLER = Limit(count=60, window_s=300)
_MAX_EMAIL_CHARACTERS = 254
_LEEWAY = timedelta(minutes=1)
_LONG_AGO = datetime.fromtimestamp(0, UTC)
_GITHUB_JSON = "application/vnd.github+json"


@dataclass(frozen=True, slots=True)
class Heard:
    """What a server answered: its status, and its body if that is JSON."""

    status: int
    body: object


Ask = Callable[[str, Mapping[str, str], bytes | None], Awaitable[Heard]]
"""Ask an address, by GET or, with a body, by POST; public hosts and the authorities' own only. Raises `SatchelError`."""


@dataclass(frozen=True, slots=True)
class _Known:
    """What an authority says of itself, and until when we believe it."""

    metadata: Mapping[str, object]
    keys: Mapping[str, object]
    until_s: float


class Authorities:
    """Send people to authorities, and hear what those say of them."""

    def __init__(self, authorities: Sequence[Authority], ask: Ask, limiter: Limiter, clock: Clock, ids: Ids) -> None:
        self._authorities = {authority.id: authority for authority in authorities}
        self._ask = ask
        self._limiter = limiter
        self._clock = clock
        self._ids = ids
        self._known: dict[str, _Known] = {}

    def list(self) -> Sequence[Authority]:
        """Return all, in the operator's order."""
        return list(self._authorities.values())

    def get(self, authority_id: str) -> Authority:
        """Return one. Raises `NotFound` if there is none."""
        if (authority := self._authorities.get(authority_id)) is None:
            raise NotFound("nobody can sign in with that here")
        return authority

    def now(self) -> datetime:
        """Return the time that attempts are measured by."""
        return self._clock.now()

    async def begin(self, authority_id: str, after: str, caller: str, sign_in_id: str | None = None, *, is_proof: bool = False) -> Attempt:
        """Return a new attempt.

        Args:
            authority_id: with whom.
            after: where the browser goes then, a local path.
            caller: its network address, for the throttle.
            sign_in_id: the live sign-in that is to be tied; None to sign in.
            is_proof: whether the authority must ask the person again although it knows them.

        Raises:
            RateLimited: too many from this address.
        """
        await self._take(caller)
        return Attempt(attempt_secret(self._ids.secret_bytes(32)), authority_id, after, self._clock.now(), sign_in_id, is_proof)

    async def address(self, attempt: Attempt, redirect_uri: str) -> str:
        """Return where the browser goes to begin an attempt. Raises `NotReady` if the authority does not say where."""
        authority = self.get(attempt.authority_id)
        metadata = (await self._metadata(authority)).metadata
        more = {"nonce": attempt.nonce} if authority.dialect == "openid" else {}
        if attempt.is_proof:
            more |= {"prompt": "login", "max_age": "0"} if authority.dialect == "openid" else {"prompt": "select_account"}
        address: str = prepare_grant_uri(
            _endpoint(authority, metadata, "authorization_endpoint"),
            authority.client_id,
            "code",
            redirect_uri,
            authority.scopes,
            attempt.state,
            code_challenge=attempt.challenge,
            code_challenge_method="S256",
            **more,
        )
        return address

    async def vouched(self, attempt: Attempt, redirect_uri: str, query: Parameters, caller: str) -> Vouched:
        """Return who an authority's answer says has come back.

        Args:
            attempt: what this browser began, by its cookie. If it is a proof and the authority does not say when it asked the person
                (`asked_at` is None), then nothing is proved, which is the caller's to see.
            redirect_uri: our own address that the answer came to.
            query: every pair of the answer.
            caller: the browser's network address, for the throttle.

        Raises:
            Refused: the answer is not to this attempt, or of another authority, or says no.
            NotReady: the authority does not answer.
            RateLimited: too many answers from this address.
        """
        await self._take(caller)
        authority, sent = self.get(attempt.authority_id), dict(query)
        if len(sent) != len(query) or not attempt.is_answered_by(sent.get("state", "")):
            raise Refused("this answer is not to a sign-in that this browser began; go back to the sign-in page and start there")
        known = await self._metadata(authority)
        told = known.metadata.get("authorization_response_iss_parameter_supported") is True
        if sent.get("iss", authority.issuer) != authority.issuer or (told and "iss" not in sent):
            raise Refused(f"this answer is not {authority.name}'s; nobody was signed in")
        if "error" in sent or not sent.get("code"):
            raise Refused(f"{authority.name} did not let you in; nobody was signed in")
        tokens = await self._tokens(authority, known.metadata, attempt, redirect_uri, sent["code"])
        if authority.dialect == "github":
            return await self._github_person(authority, tokens)
        return await self._openid_person(authority, tokens, attempt)

    async def _tokens(
        self, authority: Authority, metadata: Mapping[str, object], attempt: Attempt, redirect_uri: str, code: str
    ) -> Mapping[str, object]:
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri, "code_verifier": attempt.verifier}
        client = ClientAuth(authority.client_id, authority.client_secret.reveal(), _auth_method(authority, metadata))
        headers = {"Accept": "application/json", "Content-Type": "application/x-www-form-urlencoded"}
        address, headers, body = client.prepare("POST", _endpoint(authority, metadata, "token_endpoint"), headers, urlencode(form))
        heard = await self._hear(authority, address, headers, body.encode())
        if heard.status != 200 or not isinstance(heard.body, dict) or not isinstance(heard.body.get("access_token"), str):
            raise Refused(f"{authority.name} did not confirm this sign-in; nobody was signed in")
        return heard.body

    async def _openid_person(self, authority: Authority, tokens: Mapping[str, object], attempt: Attempt) -> Vouched:
        known = await self._metadata(authority)
        try:
            claims = self._claims(authority, known, tokens, attempt)
        except UnknownSigner:  # its keys may have been rotated since we read them
            try:
                claims = self._claims(authority, await self._metadata(authority, anew=True), tokens, attempt)
            except UnknownSigner as error:
                raise Refused(f"{authority.name} answered with an ID token that it did not sign; nobody was signed in") from error
        said, address = claims, known.metadata.get("userinfo_endpoint")
        if "email" not in claims and isinstance(address, str):
            heard = await self._hear(authority, address, _bearer(str(tokens["access_token"])))
            if heard.status == 200 and isinstance(heard.body, dict) and heard.body.get("sub") == claims["sub"]:
                said = heard.body
        asked_at = _asked_at(claims, known.metadata.get("claims_supported"))
        if attempt.is_proof and asked_at is not None and asked_at < attempt.begun_at - _LEEWAY:
            raise Refused(f"{authority.name} does not say that it has just asked who you are; prove it otherwise, such as by a passkey")
        return Vouched(authority.issuer, str(claims["sub"]), _email(said.get("email")), said.get("email_verified") is True, asked_at)

    def _claims(self, authority: Authority, known: _Known, tokens: Mapping[str, object], attempt: Attempt) -> Mapping[str, object]:
        now, access_token = self._clock.now(), str(tokens["access_token"])
        return claims_of(tokens.get("id_token"), known.keys, authority, nonce=attempt.nonce, access_token=access_token, now=now)

    async def _github_person(self, authority: Authority, tokens: Mapping[str, object]) -> Vouched:
        address = _endpoint(authority, {}, "person_endpoint")
        heard = await self._hear(authority, address, _bearer(str(tokens["access_token"])) | {"Accept": _GITHUB_JSON})
        if heard.status != 200 or not isinstance(heard.body, dict) or not isinstance(heard.body.get("id"), int):
            raise Refused(f"{authority.name} did not say who you are; nobody was signed in")
        email = _email(heard.body.get("email") or heard.body.get("login"))
        return Vouched(authority.issuer, str(heard.body["id"]), email)

    async def _metadata(self, authority: Authority, *, anew: bool = False) -> _Known:
        """Return what an authority says of itself, kept for an hour. GitHub says nothing: its row does."""
        if authority.dialect == "github":
            return _Known({}, {}, 0.0)
        known = self._known.get(authority.id)
        if anew or known is None or known.until_s <= self._clock.monotonic_s():
            metadata = await self._object(authority, authority.issuer.rstrip("/") + _METADATA)
            if metadata.get("issuer") != authority.issuer:
                raise NotReady(f"{authority.name} calls itself by another issuer than the one that is set here; tell the operator")
            keys = await self._object(authority, _endpoint(authority, metadata, "jwks_uri"))
            known = self._known[authority.id] = _Known(metadata, keys, self._clock.monotonic_s() + _KEPT_S)
        return known

    async def _object(self, authority: Authority, address: str) -> Mapping[str, object]:
        heard = await self._hear(authority, address, {"Accept": "application/json"})
        if heard.status != 200 or not isinstance(heard.body, dict):
            raise NotReady(f"{authority.name} does not describe itself; try again later, or sign in another way")
        return heard.body

    async def _take(self, caller: str) -> None:
        decision = await self._limiter.take(f"authority:{neighbourhood(caller)}", 1, _PER_CALLER)
        if not decision.allowed:
            raise RateLimited("too many attempts; wait a little and try again", retry_after_s=decision.retry_after_s)

    async def _hear(self, authority: Authority, address: str, headers: Mapping[str, str], body: bytes | None = None) -> Heard:
        try:
            return await self._ask(address, headers, body)
        except SatchelError as error:
            raise NotReady(f"{authority.name} cannot be reached; try again later, or sign in another way") from error


def _endpoint(authority: Authority, metadata: Mapping[str, object], name: str) -> str:
    found = getattr(authority, name, None) or metadata.get(name)
    if not isinstance(found, str) or urlsplit(found).scheme not in ("https", "http"):
        raise NotReady(f"{authority.name} has no {name}; tell the operator")
    return found


def _auth_method(authority: Authority, metadata: Mapping[str, object]) -> str:
    """Return how we present ourselves: by the header, unless the authority takes the form only."""
    if not authority.client_secret:
        return "none"
    taken = cast("list[object]", metadata.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"])
    return "client_secret_post" if authority.dialect == "github" or "client_secret_basic" not in taken else "client_secret_basic"


def _bearer(access_token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {access_token}", "Accept": "application/json"}


def _asked_at(claims: Mapping[str, object], supported: object) -> datetime | None:
    """Return when the person was asked by what an ID token says: None from an authority that never says it, else long ago if untold.

    Whoever sits at the browser can take `max_age` out of what we ask: that an authority which can say it then does not must prove nothing.
    """
    if "auth_time" not in claims:
        return _LONG_AGO if isinstance(supported, list) and "auth_time" in supported else None
    said = claims["auth_time"]
    try:
        return datetime.fromtimestamp(said, UTC) if isinstance(said, int | float) and not isinstance(said, bool) else _LONG_AGO
    except (ValueError, OverflowError, OSError):
        return _LONG_AGO


def _email(said: object) -> str | None:
    return said if isinstance(said, str) and said.isprintable() and 0 < len(said) <= _MAX_EMAIL_CHARACTERS else None
