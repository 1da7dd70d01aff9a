"""Sealed blobs, version 1: a key of its own for every message, committed to, and bound to a context twice.

    blob = 0x01 || salt[32] || commit[32] || AES-256-GCM(enc_key, nonce 0, padded, aad = context) with its tag
    enc_key || commit = HKDF-SHA256(key, salt, info = "satchel/v1/seal" || context, 64 bytes)
    padded = length-prefixed plaintext, then zero bytes up to a multiple of 64

The derived key is used once, so the fixed nonce is right. Imported by `services/vault.py` and `custody/` only. The ciphers themselves
are loaded at first use: a server without keys does without their 6 MB.

`Postbox` is HPKE (RFC 9180, X25519, HKDF-SHA256, AES-256-GCM): what is sent to its public key can be read here only, in this process.
"""

import hmac
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32
SALT_BYTES = 32
_VERSION = 1
_COMMIT_BYTES = 32
_TAG_BYTES = 16
_BLOCK_BYTES = 64
_LENGTH_BYTES = 4
_HEAD_BYTES = 1 + SALT_BYTES + _COMMIT_BYTES
_NONCE = bytes(12)
_BRAND = "satchel/v1"
_INFO = b"satchel/v1/seal"


class SealBroken(Exception):
    """The blob does not open: wrong key, wrong context, changed bytes or unknown version. Nothing says which."""

    def __init__(self) -> None:
        super().__init__("a sealed blob does not open")


def context(purpose: str, *fields: str | int) -> bytes:
    """Return the context of a blob: every field behind its 4-byte length, so that no two lists of fields read the same.

    Args:
        purpose: what the blob is for, e.g. `secret`.
        fields: the deployment's id first, then what the purpose wants, in its order; numbers are written in decimal.
    """
    parts = (_BRAND, purpose, *fields)
    return b"".join(_prefixed(str(part).encode()) for part in parts)


def seal(key: bytes | bytearray, plaintext: bytes | bytearray, ctx: bytes, salt32: bytes) -> bytes:
    """Return `plaintext` sealed under `key` and bound to `ctx`.

    Args:
        key: 32 bytes.
        plaintext: up to 4 GiB; its length is hidden up to a multiple of 64.
        ctx: what `context` returned.
        salt32: 32 random bytes, never used before.
    """
    _check_sizes(key, salt32)
    size_bytes = len(plaintext) + _LENGTH_BYTES
    padded = bytearray(-(-size_bytes // _BLOCK_BYTES) * _BLOCK_BYTES)
    keys = _derive(key, salt32, ctx)
    try:
        padded[:_LENGTH_BYTES] = len(plaintext).to_bytes(_LENGTH_BYTES, "big")
        padded[_LENGTH_BYTES:size_bytes] = plaintext
        sealed = _ciphers().aes_gcm(memoryview(keys)[:KEY_BYTES]).encrypt(_NONCE, padded, ctx)
        return bytes([_VERSION]) + salt32 + bytes(keys[KEY_BYTES:]) + sealed
    finally:
        wipe(padded)
        wipe(keys)


def has_shape(blob: bytes) -> bool:
    """Tell whether this is as long as a sealed blob may be, and of a version that we open: all that can be said of it without the key."""
    body_bytes = len(blob) - _HEAD_BYTES - _TAG_BYTES
    return body_bytes >= _BLOCK_BYTES and body_bytes % _BLOCK_BYTES == 0 and blob[0] == _VERSION


def open_(key: bytes | bytearray, blob: bytes, ctx: bytes) -> bytearray:
    """Return what was sealed, in a bytearray that the caller wipes.

    Raises:
        SealBroken: for every failure alike.
    """
    ciphers = _ciphers()
    if len(key) != KEY_BYTES or not has_shape(blob):
        raise SealBroken
    padded = bytearray(len(blob) - _HEAD_BYTES - _TAG_BYTES)
    keys = _derive(key, blob[1 : 1 + SALT_BYTES], ctx)
    try:
        if not hmac.compare_digest(keys[KEY_BYTES:], blob[1 + SALT_BYTES : _HEAD_BYTES]):
            raise SealBroken
        ciphers.aes_gcm(memoryview(keys)[:KEY_BYTES]).decrypt_into(_NONCE, memoryview(blob)[_HEAD_BYTES:], ctx, padded)
        return _without_padding(padded)
    except ciphers.invalid_tag:
        raise SealBroken from None
    finally:
        wipe(padded)
        wipe(keys)


class Postbox:
    """A key pair to which others send secrets past whoever reads along. The private half is in memory only."""

    def __init__(self, random32: bytes) -> None:
        """Make it from 32 random bytes."""
        from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey  # noqa: PLC0415 - loaded at first use

        self._private = X25519PrivateKey.from_private_bytes(random32)
        self.public = self._private.public_key().public_bytes_raw()

    def open(self, letter: bytes, info: bytes) -> bytearray:
        """Return what was sent, to be wiped by the caller.

        Args:
            letter: the sender's public key (32 bytes), then what it sealed.
            info: the context that it was sealed for.

        Raises:
            SealBroken: for every failure alike.
        """
        from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite  # noqa: PLC0415 - loaded at first use

        suite = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
        try:
            return bytearray(suite.decrypt(letter, self._private, info=info))
        except (_ciphers().invalid_tag, ValueError):
            raise SealBroken from None


def wipe(secret: bytearray) -> None:
    """Overwrite a secret with zeros. Best effort: copies made elsewhere stay."""
    secret[:] = bytes(len(secret))


class _Ciphers(NamedTuple):
    aes_gcm: type["AESGCM"]
    hkdf: type["HKDF"]
    sha256: "SHA256"
    invalid_tag: type[Exception]


@cache  # asking for them by `import` at every use was 1 % of a request's time
def _ciphers() -> _Ciphers:
    from cryptography.exceptions import InvalidTag  # noqa: PLC0415 - all four at first use: 6 MB that an idle server does without
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415
    from cryptography.hazmat.primitives.hashes import SHA256  # noqa: PLC0415
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF  # noqa: PLC0415

    return _Ciphers(AESGCM, HKDF, SHA256(), InvalidTag)


def _prefixed(part: bytes) -> bytes:
    return len(part).to_bytes(_LENGTH_BYTES, "big") + part


def _check_sizes(key: bytes | bytearray, salt32: bytes) -> None:
    if len(key) != KEY_BYTES or len(salt32) != SALT_BYTES:
        raise ValueError(f"a key has {KEY_BYTES} bytes and a salt {SALT_BYTES}, not {len(key)} and {len(salt32)}")


def _derive(key: bytes | bytearray, salt32: bytes, ctx: bytes) -> bytearray:
    ciphers = _ciphers()
    keys = bytearray(KEY_BYTES + _COMMIT_BYTES)
    ciphers.hkdf(ciphers.sha256, len(keys), salt=salt32, info=_INFO + ctx).derive_into(key, keys)
    return keys


def _without_padding(padded: bytearray) -> bytearray:
    end = _LENGTH_BYTES + int.from_bytes(padded[:_LENGTH_BYTES], "big")
    if -(-end // _BLOCK_BYTES) * _BLOCK_BYTES != len(padded) or any(padded[end:]):
        raise SealBroken
    return padded[_LENGTH_BYTES:end]
