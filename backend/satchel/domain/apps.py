"""Apps: what a token may be issued to. One app is built in, our own extension; others follow with the OAuth issue."""

import re
from dataclasses import dataclass, field
from datetime import datetime

from satchel.domain.grants import BudgetCaveat


@dataclass(frozen=True, slots=True)
class App:
    """An OAuth client. All are public and use PKCE S256.

    Redirect URIs match exactly, but for the port of those on this computer. An app that is a whole site, `redirect_origin`, has all its
    pages where none is named: without query, for it would be lost.
    """

    client_id: str
    name: str
    scopes: frozenset[str]
    redirect_uris: frozenset[str] = frozenset()
    redirect_origin: str | None = None
    verified: bool = False
    origin: str | None = None
    """The site that its tokens speak for, bound to what the person allowed that site; None for an app that asks about each site itself."""

    pairs_devices: bool = False
    """Whether a program without a browser may ask in its name, by a code that a person types."""

    binds_tokens: bool = False
    """Whether it wants no token that is not bound to a DPoP key (RFC 9449 §5.2)."""

    def allows_redirect(self, uri: str) -> bool:
        """Tell whether `uri` is one of the app's redirect URIs, character for character; on loopback addresses with any port (RFC 8252)."""
        if uri in self.redirect_uris:
            return True
        if self.redirect_origin is not None:
            return not self.redirect_uris and is_page_of(uri, self.redirect_origin)
        return (loopback := _without_port(uri)) is not None and loopback in self._loopbacks()

    def _loopbacks(self) -> frozenset[str]:
        return frozenset(bare for uri in self.redirect_uris if (bare := _without_port(uri)) is not None)


ANY_KEY = "any"
"""In place of a thumbprint: some DPoP key is needed, whichever."""


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
    origin: str | None = None
    key_hash: str | None = None
    """The thumbprint of the only DPoP key that may redeem it; `ANY_KEY` if one must; None for any, or none."""

    name: str | None = None
    """What the token that it is traded for is called."""

    limit: BudgetCaveat | None = None
    """What that token itself may spend; None where the grant of its site says it, or nothing does."""

    ends_at: datetime | None = None
    """When that token ends; None for its natural end."""

    def is_for(self, key_hash: str | None) -> bool:
        """Tell whether it may be redeemed by whoever has proved to hold the key of this thumbprint, None for no key."""
        return self.key_hash in (None, key_hash) or (self.key_hash == ANY_KEY and key_hash is not None)


_LOOPBACK = re.compile(r"(http://(?:127\.0\.0\.1|\[::1\]))(?::[0-9]{1,5})?(/[^#]*)")


def _without_port(uri: str) -> str | None:
    """Return a redirect URI on a loopback address without its port; None for any other. `localhost` is a name, so it is another."""
    found = _LOOPBACK.fullmatch(uri)
    return found[1] + found[2] if found else None


def is_page_of(uri: str, origin: str) -> bool:
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
