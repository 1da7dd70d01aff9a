"""Whether a cookie request comes from our own pages: Fetch-Metadata and Origin always, a signed token on forms that decide something."""

import base64
import hashlib
import hmac
from collections.abc import Mapping

from satchel.domain.errors import Refused


def require_same_origin(headers: Mapping[str, str], own_origin: str) -> None:
    """Refuse a request that a browser says comes from anywhere but our own pages.

    `Sec-Fetch-Site` cannot be set by a page and every browser we support sends it to https and to loopback. Without it `Origin` must
    be ours; without both, nobody vouches for the request.

    Raises:
        Refused: it comes from elsewhere, or nothing says where from.
    """
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if site is not None and site != "same-origin":
        raise _foreign()
    if origin not in (None, "null", own_origin):
        raise _foreign()
    if site is None and origin != own_origin:
        raise _foreign()


def form_token(secret: str, purpose: str) -> str:
    """Return the token that a form for `purpose` carries: signed with the sign-in's secret, which only this browser has."""
    mac = hmac.digest(secret.encode(), f"satchel/form/{purpose}".encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(mac).rstrip(b"=").decode()


def require_form_token(sent: str, secret: str, purpose: str) -> None:
    """Raise `Refused` unless a form carried the token for exactly this purpose."""
    if not hmac.compare_digest(sent.encode(), form_token(secret, purpose).encode()):
        raise Refused("this form is not from your sign-in; load the page again")


def _foreign() -> Refused:
    return Refused("this request came from another site; open the page here and try again")
