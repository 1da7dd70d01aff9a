"""DPoP proofs (RFC 9449): whether whoever sends a token also holds the key that it is bound to, for just this request, just now.

joserfc is imported where a proof is read: an idle server does without.
"""

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from urllib.parse import urlsplit

from satchel.domain.errors import ProofInvalid
from satchel.ports.clock import Clock
from satchel.ports.proofs import UsedProofs

ALGORITHMS = ("ES256", "Ed25519", "PS256", "RS256", "ES384")

_WINDOW_S = 120
_SWEPT_EVERY_S = 60.0
_NONCE_LIFE_S = 300
_MAX_CHARACTERS = 8 * 1024
_MAX_JTI_CHARACTERS = 256
_PRIVATE = frozenset({"d", "p", "q", "dp", "dq", "qi", "k"})
_WEB = {"ws": "http", "wss": "https"}
_PORTS = {"http": 80, "https": 443}
_ENCODED = re.compile(r"%[0-9a-fA-F]{2}")


Secrets = Callable[[], Awaitable[Sequence[bytes]]]
"""Return secrets that all processes of this deployment share, the one to use first."""


class NonceNeeded(Exception):
    """The proof is good, but carries no nonce of ours, or an old one (RFC 9449 §8)."""


class KeyProofs:
    """Check proofs. Each is good once, for two minutes around its time: in all processes on one database together, and over a restart."""

    def __init__(self, used: UsedProofs, clock: Clock, secrets: Secrets) -> None:
        self._used = used
        self._clock = clock
        self._secrets = secrets
        self._swept_at_s = clock.monotonic_s()

    async def key_hash(
        self, proof: str | None, method: str, address: str, *, access_token: str | None = None, needs_nonce: bool = False
    ) -> str:
        """Return the thumbprint of the key that signed a proof.

        Args:
            proof: the `DPoP` header; None where there was none.
            method: the request's method.
            address: the request's address; query and fragment do not count.
            access_token: the token that came along; the proof must then be for it.
            needs_nonce: whether the proof must carry a nonce of ours.

        Raises:
            ProofInvalid: it is none, or for another request, or was used before.
            NonceNeeded: it lacks a fresh nonce, which `nonce` gives.
            NotReady: whether its nonce is ours, or whether it was used, cannot be told just now.
        """
        claims, key_hash = _read(proof)
        now = self._clock.now()
        jti, at = claims.get("jti"), claims.get("iat")
        if claims.get("htm") != method or not _same_address(claims.get("htu"), address):
            raise _wrong("it is for another request (htm, htu)")
        if not isinstance(at, int | float) or isinstance(at, bool) or not abs(now.timestamp() - at) <= _WINDOW_S:  # NaN is not now either
            raise _wrong("its time (iat) is not now")
        if not isinstance(jti, str) or not 0 < len(jti) <= _MAX_JTI_CHARACTERS:
            raise _wrong("it has no jti")
        if access_token is not None and not _same(claims.get("ath"), _base64url(hashlib.sha256(access_token.encode()).digest())):
            raise _wrong("it is for another token (ath)")
        if needs_nonce and not await self._is_ours(claims.get("nonce"), now):
            raise NonceNeeded
        await self._use(hashlib.sha256(f"{key_hash}/{jti}".encode(errors="replace")).hexdigest(), at + _WINDOW_S, now)
        return key_hash

    async def nonce(self) -> str:
        """Return a nonce that is good for the next five minutes and a little longer, in every process of this deployment.

        Raises:
            NotReady: the secret that it is made of cannot be had just now.
        """
        secrets = await self._secrets()
        return _nonce_of(secrets[0], int(self._clock.now().timestamp()) // _NONCE_LIFE_S)

    async def _use(self, proof_hash: str, ends_at_s: float, now: datetime) -> None:
        if self._clock.monotonic_s() - self._swept_at_s >= _SWEPT_EVERY_S:
            self._swept_at_s = self._clock.monotonic_s()
            await self._used.remove_ended(now)
        # a second more: a proof of the very last moment must not be forgotten while it is looked at
        if not await self._used.add(proof_hash, datetime.fromtimestamp(ends_at_s + 1, UTC)):
            raise _wrong("it was used before")

    async def _is_ours(self, nonce: object, now: datetime) -> bool:
        count = int(now.timestamp()) // _NONCE_LIFE_S
        return any(_same(nonce, _nonce_of(secret, one)) for secret in await self._secrets() for one in (count, count - 1))


def _nonce_of(secret: bytes, count: int) -> str:
    return _base64url(hmac.digest(secret, f"satchel/dpop-nonce/{count}".encode(), hashlib.sha256))


def _read(proof: str | None) -> tuple[dict[str, object], str]:
    """Return a proof's claims and its key's thumbprint, once the key that it brings has signed it."""
    from joserfc import errors, jws  # noqa: PLC0415 - only where a proof is read
    from joserfc.jwk import ECKey, OKPKey, RSAKey, import_key  # noqa: PLC0415 - only where a proof is read

    if not proof or len(proof) > _MAX_CHARACTERS:
        raise _wrong("there is none")
    registry = jws.JWSRegistry(algorithms=ALGORITHMS)
    registry.max_header_length = _MAX_CHARACTERS  # its 512 bytes are too few for an RSA key
    try:
        header = jws.extract_compact(proof.encode(), registry=registry).headers()
        sent = header.get("jwk")
        if header.get("typ") != "dpop+jwt" or not isinstance(sent, dict) or _PRIVATE & sent.keys():
            raise _wrong("its header needs typ dpop+jwt, and jwk, a public key")
        key = import_key(sent)
        if not isinstance(key, ECKey | RSAKey | OKPKey):
            raise _wrong("its key is not a public key")
        claims = json.loads(jws.deserialize_compact(proof, key, registry=registry).payload)
        if not isinstance(claims, dict):
            raise _wrong("it says nothing")
        return claims, key.thumbprint()
    except (errors.JoseError, ValueError, TypeError, KeyError) as error:
        raise _wrong("it is not signed by the key that it brings") from error


def _same_address(htu: object, address: str) -> bool:
    return isinstance(htu, str) and (found := _plain(htu)) is not None and found == _plain(address)


def _plain(address: str) -> tuple[str, str | None, int | None, str] | None:
    """Return what of an address counts: no query, no fragment, no default port; a socket's counts as the request that opens it."""
    try:
        parts = urlsplit(address)
        scheme = _WEB.get(parts.scheme, parts.scheme)
        port = parts.port or _PORTS.get(scheme)
        host = parts.hostname
    except ValueError:
        return None
    path = _ENCODED.sub(lambda found: found[0].upper(), parts.path or "/")
    return None if parts.username is not None else (scheme, host, port, path)


def _same(sent: object, wanted: str) -> bool:
    return isinstance(sent, str) and hmac.compare_digest(sent.encode(errors="replace"), wanted.encode())


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _wrong(why: str) -> ProofInvalid:
    return ProofInvalid(f"the DPoP proof cannot be taken: {why}")
