"""How a provider key is sealed with a data key: bound to its account, its row, and the origin it may be sent to."""

import hmac
from dataclasses import replace
from functools import lru_cache
from urllib.parse import urlsplit

from satchel.domain.errors import MalformedRequest, VaultLocked
from satchel.domain.keys import Key, Secret
from satchel.kit.aead import SALT_BYTES, SealBroken, context, has_shape, open_, seal, wipe
from satchel.kit.ids import Ids

_AUTH_SCHEME = "bearer"
_FINGERPRINT = b"satchel/v1/fingerprint"
_FINGERPRINT_BYTES = 16
_CHECK = b"satchel/v1/kcv"
_DEFAULT_PORTS = {"http": 80, "https": 443}


class Seals:
    """Seal and open provider keys with data keys of this deployment."""

    def __init__(self, deployment_id: str, ids: Ids) -> None:
        self.deployment_id = deployment_id
        self._ids = ids

    def seal(self, key: Key, secret: bytes | bytearray, dek: bytearray, dek_id: str) -> Key:
        """Return `key` with `secret` sealed in it."""
        key = replace(key, dek_id=dek_id)
        sealed = seal(dek, secret, self._context(key, key.endpoint_origin), self._ids.secret_bytes(SALT_BYTES))
        return replace(key, sealed=sealed, fingerprint=_fingerprint(dek, secret))

    def open(self, key: Key, dek: bytearray | None, dek_id: str | None, base_url: str | None = None) -> Secret:
        """Return the secret of `key`.

        Args:
            key: the row.
            dek: the account's data key, and its id.
            dek_id: None where the account has none.
            base_url: where it is going to be sent; None = where the row says.

        Raises:
            VaultLocked: it does not open; nothing says why.
        """
        clear = self._clear(key, dek, dek_id, base_url)
        try:
            return Secret(clear.decode())
        finally:
            wipe(clear)

    def move(self, key: Key, before: tuple[bytearray, str], after: tuple[bytearray, str]) -> Key:
        """Return `key` sealed with the data key `after` (with its id) instead of `before`. Raises `VaultLocked` if it does not open."""
        clear = self._clear(key, *before, None)
        try:
            return self.seal(key, clear, *after)
        finally:
            wipe(clear)

    def _clear(self, key: Key, dek: bytearray | None, dek_id: str | None, base_url: str | None) -> bytearray:
        origin = origin_or_none(key.base_url if base_url is None else base_url)
        if key.sealed is None or dek is None or key.dek_id != dek_id or origin is None or origin != key.endpoint_origin:
            raise unusable(key)
        try:
            return open_(dek, key.sealed, self._context(key, origin))
        except SealBroken as error:
            raise unusable(key) from error

    def _context(self, key: Key, origin: str) -> bytes:
        row = (key.account_id, key.id, key.provider, origin, _AUTH_SCHEME, key.dek_id or "", key.secret_version)
        return _secret_context(self.deployment_id, *row)


def endpoint_origin(base_url: str) -> str:
    """Return scheme, host and port of a base URL, the port always written out.

    Raises:
        MalformedRequest: it is no plain http or https URL.
    """
    origin = origin_or_none(base_url)
    if origin is None:
        raise MalformedRequest(
            "the base URL must look like https://host/path, without user, password, query or fragment", details={"param": "base_url"}
        )
    return origin


@lru_cache(maxsize=256)
def origin_or_none(base_url: str) -> str | None:
    """Return what `endpoint_origin` does, None where it raises."""
    try:
        parts = urlsplit(base_url)
        host, port = parts.hostname, parts.port or _DEFAULT_PORTS.get(parts.scheme)
    except ValueError:
        return None
    odd = "@" in parts.netloc or "\\" in base_url or not base_url.isascii() or not base_url.isprintable() or " " in base_url
    if not host or port is None or odd or parts.query or parts.fragment or parts.scheme not in _DEFAULT_PORTS:
        return None
    return f"{parts.scheme}://[{host}]:{port}" if ":" in host else f"{parts.scheme}://{host}:{port}"


def may_open(key: Key, dek_id: str) -> bool:
    """Tell whether a key might open with the data key of this id: what can be said of its row without that."""
    return key.sealed is not None and has_shape(key.sealed) and key.dek_id == dek_id and origin_or_none(key.base_url) == key.endpoint_origin


def check_value(dek: bytearray) -> bytes:
    """Return what tells this data key from others, and says nothing of it."""
    return hmac.digest(dek, _CHECK, "sha256")


def unusable(key: Key) -> VaultLocked:
    """Return the error of a key that does not open, and will not by unlocking."""
    details = {"provider": key.provider, "key_label": key.label, "key_id": key.id}
    named = f"your key {key.label!r}" if key.label else "your key"
    return VaultLocked(f"{named} for {key.provider!r} cannot be opened; remove it and add it again", details=details)


def _fingerprint(dek: bytearray, secret: bytes | bytearray) -> str:
    own_key = hmac.digest(dek, _FINGERPRINT, "sha256")
    return hmac.digest(own_key, secret, "sha256")[:_FINGERPRINT_BYTES].hex()


@lru_cache(maxsize=256)  # nothing of it is secret; writing it anew was 3 % of a request's time
def _secret_context(*fields: str | int) -> bytes:
    return context("secret", *fields)
