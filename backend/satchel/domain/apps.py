"""Apps: what a token may be issued to. One app is built in, our own extension; others follow with the OAuth issue."""

import re
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class App:
    """An OAuth client. All are public and use PKCE S256.

    Redirect URIs match exactly, or are pages of an origin that is the app as a whole: without query, for it would be lost.
    """

    client_id: str
    name: str
    scopes: frozenset[str]
    redirect_uris: frozenset[str] = frozenset()
    origin: str | None = None
    verified: bool = False

    def allows_redirect(self, uri: str) -> bool:
        """Tell whether `uri` is one of the app's redirect URIs, character for character, or a page of the app's origin."""
        return uri in self.redirect_uris or (self.origin is not None and _page_of(uri, self.origin))


@dataclass(frozen=True, slots=True)
class AuthorizationCode:
    """A code between consent and token, single use; stored only as its hash."""

    secret_hash: str = field(repr=False)
    client_id: str
    account_id: str
    redirect_uri: str
    scopes: frozenset[str]
    code_challenge: str
    created_at: datetime
    expires_at: datetime
    family_id: str
    used: bool = False


def _page_of(uri: str, origin: str) -> bool:
    """Tell whether `uri` is a plain address at `origin`, in a form that no browser reads as another."""
    path = uri.removeprefix(origin)
    return path != uri and _PATH.fullmatch(path) is not None


_PATH = re.compile(r"/[A-Za-z0-9._~!$&'()*+,;=:@%/-]*")
_CHROMIUM_ID = re.compile(r"[a-p]{32}")
_FIREFOX_HASH = re.compile(r"[0-9a-f]{40}")


def extension_redirect_uris(extension_ids: frozenset[str]) -> frozenset[str]:
    """Return the redirect URIs browsers give extensions: Chromium ids (32 letters a-p) and SHA-1 hashes of Firefox add-on ids (40 hex).

    Source: `identity.getRedirectURL`, both browsers, read 2026-11-23.
    """
    uris = set()
    for extension_id in extension_ids:
        if _CHROMIUM_ID.fullmatch(extension_id):
            uris.add(f"https://{extension_id}.chromiumapp.org/")
        elif _FIREFOX_HASH.fullmatch(extension_id):
            uris.add(f"https://{extension_id}.extensions.allizom.org/")
    return frozenset(uris)
