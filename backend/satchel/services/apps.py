"""The apps that tokens may be issued to: our own extension, which is built in, and the web pages that the operator allows."""

import hashlib
import re
from urllib.parse import urlsplit

from satchel.domain.apps import App, extension_redirect_uris, is_page_of
from satchel.domain.tokens import INFERENCE_SCOPES

EXTENSION_CLIENT_ID = "satchel-extension"
TERMINAL_CLIENT_ID = "satchel-terminal"
EXTENSION_SCOPES = frozenset({"generate", "models", "grants", "activity", "settings", "ext:attest-origin"})

CHROMIUM_EXTENSION_ID = "obokckflholpogcnmlgdjmncdemhikia"
"""Chromium's id: the first 16 bytes of the SHA-256 of the public key pinned as `key` in the manifest, each hex digit as a letter a-p."""

GECKO_ADDON_ID = "satchel@satchel.dev"
"""Firefox's id, pinned as `browser_specific_settings.gecko.id`; its redirect address holds the id's SHA-1."""

WEB_SCOPES = frozenset({"generate", "models"})

_CHROMIUM_ORIGIN = "chrome-extension://"
_FIREFOX_ORIGIN = re.compile(r"moz-extension://[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class Apps:
    """Know apps by client id."""

    def __init__(
        self,
        extension_ids: frozenset[str] = frozenset(),
        origins: frozenset[str] = frozenset(),
        redirect_uris: frozenset[str] = frozenset(),
    ) -> None:
        """Build the list.

        Args:
            extension_ids: ids of extensions that the operator built, beside our own: Chromium ids, Firefox add-on ids or their SHA-1.
            origins: web pages that the operator allows. Each is an app: its origin is its client id, and its name is its host.
            redirect_uris: the only pages of theirs that get codes; an origin that none is of has all of its own.
        """
        known = frozenset({CHROMIUM_EXTENSION_ID, _firefox_hash(GECKO_ADDON_ID)}) | {_firefox_hash(id_) for id_ in extension_ids}
        self._extension_ids = known
        extension = App(
            client_id=EXTENSION_CLIENT_ID,
            name="Satchel extension",
            scopes=EXTENSION_SCOPES,
            redirect_uris=extension_redirect_uris(known),
            verified=True,
        )
        # Anybody may use this name: nothing tells who asks by it, and a stranger's code might be typed by mistake. So it gets little.
        terminal = App(TERMINAL_CLIENT_ID, "A program in a terminal", INFERENCE_SCOPES, pairs_devices=True)
        self._web = {origin: _web_app(origin, redirect_uris) for origin in origins if origin.startswith(("https://", "http://"))}
        self._apps = {extension.client_id: extension, terminal.client_id: terminal, **self._web}

    def find(self, client_id: str) -> App | None:
        """Return the built-in app of this client id, or None."""
        return self._apps.get(client_id)

    def named(self, word: str) -> frozenset[str]:
        """Return the client ids of the built-in apps whose name has `word`, which is in small letters."""
        return frozenset(app.client_id for app in self._apps.values() if word in app.name.lower())

    def allows_origin(self, origin: str) -> bool:
        """Tell whether `origin` is an extension of ours or a web page the operator allows, which may call us across origins.

        Firefox gives every installation a random address, so there any extension passes: the origin only opens the door for a request
        that still needs its token.
        """
        if origin.startswith(_CHROMIUM_ORIGIN):
            return urlsplit(origin).netloc in self._extension_ids and origin == _CHROMIUM_ORIGIN + urlsplit(origin).netloc
        return origin in self._web or _FIREFOX_ORIGIN.fullmatch(origin) is not None


def _web_app(origin: str, redirect_uris: frozenset[str]) -> App:
    pages = frozenset(uri for uri in redirect_uris if is_page_of(uri, origin))
    return App(origin, urlsplit(origin).netloc, WEB_SCOPES, redirect_uris=pages, redirect_origin=origin, origin=origin)


def _firefox_hash(extension_id: str) -> str:
    """Return a Firefox add-on id (`name@host` or `{uuid}`) as its SHA-1, any other id unchanged."""
    if "@" in extension_id or extension_id.startswith("{"):
        return hashlib.sha1(extension_id.encode(), usedforsecurity=False).hexdigest()
    return extension_id
