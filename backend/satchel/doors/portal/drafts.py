"""What a person set on a consent page, kept by their browser while they sign in once more elsewhere: nothing of it counts by itself."""

import hashlib
from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode

_LIFE_S = 600
_FIELDS = ("model", "budget", "period", "days")
_MAX_CHARACTERS = 2000


def draft_cookie(form: Mapping[str, str], purpose: str, secure: bool) -> str:
    """Return the `Set-Cookie` value that keeps what a form for `purpose` says for ten minutes; empty if that is too long to keep."""
    kept = urlencode({"for": _mark(purpose), **{name: form[name] for name in _FIELDS if name in form}})
    flags = "Path=/; HttpOnly; SameSite=Lax" + ("; Secure" if secure else "")
    return f"{_name(secure)}={kept if len(kept) <= _MAX_CHARACTERS else ''}; Max-Age={_LIFE_S}; {flags}"


def draft_of(cookies: Mapping[str, str], purpose: str, secure: bool) -> Mapping[str, str] | None:
    """Return what was set on the page for `purpose`, None if nothing was kept for it."""
    kept = dict(parse_qsl(cookies.get(_name(secure), ""), keep_blank_values=True))
    return {name: kept[name] for name in _FIELDS if name in kept} if kept.get("for") == _mark(purpose) else None


def _name(secure: bool) -> str:
    return "__Host-satchel_draft" if secure else "satchel_draft"


def _mark(purpose: str) -> str:
    return hashlib.sha256(purpose.encode()).hexdigest()
