"""Authorization requests that an app pushed beforehand (RFC 9126), so that nobody can change them on the way through a browser."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

PUSH_LIFE = timedelta(minutes=5)
REQUEST_URI_PREFIX = "urn:ietf:params:oauth:request_uri:"


@dataclass(frozen=True, slots=True)
class Push:
    """One pushed request, by the hash of its `request_uri`. `parameters` is the form as it came, closed.

    Only the `request_uri` itself opens it. `key_hash` is the DPoP key that pushed it.
    """

    reference_hash: str = field(repr=False)
    client_id: str
    parameters: str
    expires_at: datetime
    key_hash: str | None = None
