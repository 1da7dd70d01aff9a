"""AWS Signature Version 4: the headers that prove a request comes from whoever holds a secret key. Pure: the time is handed in.

Source: AWS's description of the signing process; compared with botocore 1.44.5, 2026-11-23.
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import quote, urlsplit

_ALGORITHM = "AWS4-HMAC-SHA256"
_USUAL_PORTS = {"https": ":443", "http": ":80"}


@dataclass(frozen=True, slots=True)
class AwsCredentials:
    """Keys of an AWS identity; `session_token` only where they are temporary."""

    access_key_id: str = field(repr=False)
    secret_access_key: str = field(repr=False)
    session_token: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class SigningScope:
    """What a signature is good for: one service in one region."""

    region: str
    service: str


def signed_headers(
    url: str, headers: Mapping[str, str], body: bytes, *, credentials: AwsCredentials, scope: SigningScope, now: datetime
) -> dict[str, str]:
    """Return the headers to add to a POST.

    Args:
        url: as it goes over the wire, escapes included, without a query: its path is escaped once more in what is signed.
        headers: those that the signature shall cover; the host is covered too.
        body: the exact bytes.
        credentials: who signs.
        scope: where the signature is good.
        now: aware; the service accepts five minutes' difference.
    """
    stamp = now.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    added = {"X-Amz-Date": stamp}
    if credentials.session_token is not None:
        added["X-Amz-Security-Token"] = credentials.session_token
    covered = {name.lower(): " ".join(value.split()) for name, value in {**headers, **added, "host": _host(url)}.items()}
    names = ";".join(sorted(covered))
    lines = "".join(f"{name}:{value}\n" for name, value in sorted(covered.items()))
    request = "\n".join(["POST", quote(urlsplit(url).path or "/", safe="/~"), "", lines, names, hashlib.sha256(body).hexdigest()])
    where = f"{stamp[:8]}/{scope.region}/{scope.service}/aws4_request"
    to_sign = "\n".join([_ALGORITHM, stamp, where, hashlib.sha256(request.encode()).hexdigest()])
    signature = hmac.digest(_key(credentials.secret_access_key, where), to_sign.encode(), "sha256").hex()
    named = f"Credential={credentials.access_key_id}/{where}, SignedHeaders={names}, Signature={signature}"
    return {**added, "Authorization": f"{_ALGORITHM} {named}"}


def _key(secret: str, where: str) -> bytes:
    key = b"AWS4" + secret.encode()
    for part in where.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    return key


def _host(url: str) -> str:
    """Return what the Host header will say: a usual port is left out."""
    parts = urlsplit(url)
    return parts.netloc.lower().removesuffix(_USUAL_PORTS.get(parts.scheme, ""))
