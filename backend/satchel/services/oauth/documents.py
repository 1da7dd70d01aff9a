"""Apps that nobody registered: a client id that is an https address, where a document describes the app (client ID metadata documents).

The document is read for the consent page only. Codes and tokens are bound to the address itself, so nothing is fetched to redeem them.
"""

import json
import re
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from urllib.parse import urlsplit

from authlib.oauth2.rfc8628 import DEVICE_CODE_GRANT_TYPE

from satchel.domain.apps import App
from satchel.domain.errors import MalformedRequest, SatchelError
from satchel.kit.addresses import is_plain_host
from satchel.ports.clock import Clock

MAX_DOCUMENT_BYTES = 5 * 1024
DOCUMENT_SCOPES = frozenset({"generate", "models"})

_KEPT_S = 24 * 3600.0
_FAILED_S = 30.0
_MAX_KEPT = 500
_MAX_ADDRESS_CHARACTERS = 300
_MAX_NAME_CHARACTERS = 80
_MAX_REDIRECTS = 20
_LOOPBACK = re.compile(r"http://(?:127\.0\.0\.1|\[::1\])(?::[0-9]{1,5})?/[^#]*")

Fetch = Callable[[str], Awaitable[bytes]]
"""Return the document at an address, at most `MAX_DOCUMENT_BYTES` of it, from public hosts only. Raises `SatchelError`."""
Found = tuple[App | MalformedRequest, float]


def is_document_address(client_id: str) -> bool:
    """Tell whether a client id can be the address of a document: https, a path, no user, query, fragment or dot segments."""
    try:
        parts = urlsplit(client_id)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    plain = client_id.isascii() and client_id.isprintable() and not any(character in client_id for character in ' \\"<>^`{|}@?#%')
    segments = parts.path.split("/")
    return (
        parts.scheme == "https"
        and bool(host)
        and plain
        and len(client_id) <= _MAX_ADDRESS_CHARACTERS
        and len(parts.path) > 1
        and client_id == f"https://{parts.netloc}{parts.path}"
        and parts.netloc == parts.netloc.lower()
        and not {".", ".."} & set(segments)
    )


def app_of_document(client_id: str) -> App:
    """Return the app of a document's address, as far as the address tells: it may redeem what was issued to it."""
    host = urlsplit(client_id).netloc
    return App(client_id=client_id, name=host, scopes=DOCUMENT_SCOPES, origin=f"https://{host}", pairs_devices=True)


class ClientDocuments:
    """Fetch and keep documents, for a day at the most."""

    def __init__(self, fetch: Fetch, clock: Clock) -> None:
        self._fetch = fetch
        self._clock = clock
        self._kept: OrderedDict[str, Found] = OrderedDict()

    async def find(self, client_id: str) -> App:
        """Return the app that the document at `client_id` describes.

        Raises:
            MalformedRequest: there is no document, or it does not describe an app of this address; the message says what is wrong.
        """
        kept = self._kept.get(client_id)
        if kept is None or kept[1] <= self._clock.monotonic_s():
            kept = self._keep(client_id, await self._read(client_id))
        if isinstance(kept[0], MalformedRequest):
            raise kept[0]
        return kept[0]

    def _keep(self, client_id: str, found: App | MalformedRequest) -> Found:
        life_s = _KEPT_S if isinstance(found, App) else _FAILED_S
        self._kept[client_id] = kept = (found, self._clock.monotonic_s() + life_s)
        self._kept.move_to_end(client_id)
        if len(self._kept) > _MAX_KEPT:
            self._kept.popitem(last=False)
        return kept

    async def _read(self, client_id: str) -> App | MalformedRequest:
        try:
            return _app(client_id, await self._fetch(client_id))
        except MalformedRequest as wrong:
            return wrong
        except SatchelError as error:
            return _wrong(f"the app's document could not be read: {error.message}")


def _app(client_id: str, document: bytes) -> App:
    if len(document) > MAX_DOCUMENT_BYTES:
        raise _wrong(f"the app's document is over {MAX_DOCUMENT_BYTES} bytes")
    try:
        said = json.loads(document)
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict):
        raise _wrong("the app's document is no JSON object")
    if said.get("client_id") != client_id:
        raise _wrong("the app's document names another client_id than its own address")
    if "client_secret" in said or said.get("token_endpoint_auth_method", "none") != "none":
        raise _wrong("the app's document asks for a secret; apps are public here")
    uris = said.get("redirect_uris")
    if not isinstance(uris, list) or not 0 < len(uris) <= _MAX_REDIRECTS or not all(may_return(uri) for uri in uris):
        raise _wrong("the app's document needs redirect_uris, each https or on a loopback address")
    bare, binds = app_of_document(client_id), binds_tokens(said)
    return App(
        client_id=client_id,
        name=name_of(said) or bare.name,
        scopes=bare.scopes,
        redirect_uris=frozenset(uris),
        origin=bare.origin,
        pairs_devices=isinstance(grants := said.get("grant_types"), list) and DEVICE_CODE_GRANT_TYPE in grants and not binds,
        binds_tokens=binds,
    )


def binds_tokens(said: Mapping[str, object]) -> bool:
    """Tell whether an app wants bound tokens only (RFC 9449 §5.2). Devices are then not paired: their codes are bound to no key."""
    return said.get("dpop_bound_access_tokens") is True


def name_of(said: Mapping[str, object]) -> str | None:
    """Return what an app calls itself, None if that is nothing to show."""
    name = said.get("client_name")
    good = isinstance(name, str) and name.isprintable() and 0 < len(name.strip()) <= _MAX_NAME_CHARACTERS
    return str(name).strip() if good else None


def may_return(uri: object) -> bool:
    """Tell whether a redirect URI that an app lists is safe to send a browser to."""
    if not isinstance(uri, str) or not uri.isascii() or not uri.isprintable() or any(character in uri for character in ' \\"<>#@'):
        return False
    try:
        parts = urlsplit(uri)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    return _LOOPBACK.fullmatch(uri) is not None or (parts.scheme == "https" and bool(host) and is_plain_host(parts.netloc))


def _wrong(message: str) -> MalformedRequest:
    return MalformedRequest(message, details={"param": "client_id"})
