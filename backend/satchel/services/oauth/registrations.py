"""Apps that register themselves (RFC 7591), where the operator lets them. Nothing is stored, so that strangers fill nothing.

A client id *is* the registration: what the app said of itself and until when that counts, with a MAC by a secret of this deployment.
Nobody checks that the site it names is the app's own. What does is that codes go to that site's pages, so such an app pairs no devices.
"""

import base64
import binascii
import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from satchel.domain.apps import App
from satchel.ports.clock import Clock
from satchel.services.oauth.checks import refused
from satchel.services.oauth.documents import DOCUMENT_SCOPES, binds_tokens, may_return, name_of
from satchel.services.oauth.key_proofs import Secrets
from satchel.services.oauth.records import Answer, scope_text, scopes_of

REGISTRATION_LIFE = timedelta(days=180)
"""As long as the longest sign-in; then the app registers anew."""

_PREFIX = "reg."
_MAX_REDIRECTS = 5
_MAX_CLIENT_ID_CHARACTERS = 1_500
_GRANTS = ("authorization_code", "refresh_token")


class _Unfit(Exception):
    """What an app said of itself cannot be taken: RFC 7591's error code, and why."""


@dataclass(frozen=True, slots=True)
class _Said:
    """What counts of a registration."""

    name: str | None
    redirect_uris: tuple[str, ...]
    scopes: frozenset[str]
    until: int
    binds_tokens: bool


class Registrations:
    """Let apps register, and know them again."""

    def __init__(self, secrets: Secrets, clock: Clock, *, is_on: bool) -> None:
        """Build it; `secrets` are those of this deployment for this purpose. Where it is off nobody registers, and nobody is known."""
        self.is_on = is_on
        self._secrets = secrets
        self._clock = clock

    async def register(self, body: bytes) -> Answer:
        """Answer a registration (RFC 7591 §3): with what was taken of it, which may be less, or with what is wrong."""
        now = self._clock.now()
        try:
            said = _read(body, now + REGISTRATION_LIFE)
            client_id = _client_id(said, (await self._secrets())[0])
        except _Unfit as wrong:
            error, why = wrong.args
            return refused(why, error)
        told = {
            "client_id": client_id,
            "client_id_issued_at": int(now.timestamp()),
            "redirect_uris": list(said.redirect_uris),
            "grant_types": list(_GRANTS),
            "response_types": ["code"],
            "token_endpoint_auth_method": "none",
            "scope": scope_text(said.scopes),
        }
        more = {"client_name": said.name} if said.name else {}
        return Answer(201, told | more | ({"dpop_bound_access_tokens": True} if said.binds_tokens else {}))

    async def find(self, client_id: str) -> App | None:
        """Return the app of a client id that was given out here and still counts, or None. Raises `NotReady` while that cannot be told."""
        if not self.is_on or not client_id.startswith(_PREFIX) or len(client_id) > _MAX_CLIENT_ID_CHARACTERS:
            return None
        payload, _, mac = client_id.removeprefix(_PREFIX).partition(".")
        if not any(hmac.compare_digest(mac.encode(errors="replace"), _mac(payload, secret).encode()) for secret in await self._secrets()):
            return None
        try:
            name, uris, scopes, _, until, *binds = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        except (ValueError, binascii.Error):
            return None
        if until <= self._clock.now().timestamp():
            return None
        parts = urlsplit(uris[0])
        origin = f"{parts.scheme}://{parts.netloc}"
        allowed, back = frozenset(scopes), frozenset(uris)
        return App(client_id, name or parts.netloc, allowed, redirect_uris=back, origin=origin, binds_tokens=bool(binds))


def _read(body: bytes, until: datetime) -> _Said:
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict):
        raise _Unfit("invalid_client_metadata", "The request is no JSON object")
    uris = said.get("redirect_uris")
    if not isinstance(uris, list) or not 0 < len(uris) <= _MAX_REDIRECTS or not all(may_return(uri) for uri in uris):
        raise _Unfit("invalid_redirect_uri", f"1 to {_MAX_REDIRECTS} redirect_uris are needed, each https or on a loopback address")
    if len({_site_of(uri) for uri in uris}) > 1:
        raise _Unfit("invalid_redirect_uri", "All redirect_uris must be of one site: it is what people are asked about")
    grants, types = said.get("grant_types", ["authorization_code"]), said.get("response_types", ["code"])
    if not isinstance(grants, list) or "authorization_code" not in grants or not isinstance(types, list) or "code" not in types:
        raise _Unfit("invalid_client_metadata", "Apps sign in by authorization_code, with the response type code")
    wanted = said.get("scope", "")
    scopes = scopes_of(wanted if isinstance(wanted, str) else "") & DOCUMENT_SCOPES
    return _Said(name_of(said), tuple(uris), scopes or DOCUMENT_SCOPES, int(until.timestamp()), binds_tokens(said))


def _site_of(uri: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(uri)
    return (parts.scheme, parts.hostname, parts.port if parts.scheme == "https" else None)


def _client_id(said: _Said, secret: bytes) -> str:
    listed = [said.name, said.redirect_uris, sorted(said.scopes), _GRANTS, said.until, *([True] if said.binds_tokens else [])]
    payload = _base64url(json.dumps(listed, separators=(",", ":")).encode())
    client_id = f"{_PREFIX}{payload}.{_mac(payload, secret)}"
    if len(client_id) > _MAX_CLIENT_ID_CHARACTERS:
        raise _Unfit("invalid_client_metadata", "What the app says of itself is too long")
    return client_id


def _mac(payload: str, secret: bytes) -> str:
    return _base64url(hmac.digest(secret, f"satchel/registration/{payload}".encode(errors="replace"), hashlib.sha256))


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
