"""The client's half of the locked vault, in Python: what a browser does, as `extension/src/vault` does it."""

import base64
import hashlib
import json
import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from satchel.kit.aead import context, open_, seal

SALT = base64.urlsafe_b64encode(bytes(range(16))).rstrip(b"=").decode()
PARAMS: Mapping[str, str] = {
    "passphrase": json.dumps({"v": 1, "m": 65536, "t": 3, "p": 4, "salt": SALT}),
    "recovery": json.dumps({"v": 1, "salt": SALT}),
    "passkey_prf": json.dumps({"v": 1, "salt": SALT, "credential_id": "AAAA"}),
    "device": json.dumps({"v": 1, "salt": SALT}),
}


def wrapping_key(kind: str, words: str) -> bytes:
    """Return the key that `words` stand for. Without Argon2: these tests are not about how slow guessing is."""
    return HKDF(SHA256(), 32, salt=None, info=b"satchel/v1/wk" + kind.encode()).derive(hashlib.sha256(words.encode()).digest())


def wrap(challenge: Mapping[str, Any], kind: str, words: str, dek: bytes, params: str | None = None) -> dict[str, Any]:
    """Return a wrap of `dek` that `words` open, as the door wants it."""
    params = PARAMS[kind] if params is None else params
    blob = seal(wrapping_key(kind, words), dek, _inner(challenge, kind, params), secrets.token_bytes(32))
    return {"kind": kind, "params": params, "blob": text(blob), "label": None}


def unwrap(challenge: Mapping[str, Any], kind: str, words: str) -> bytes:
    """Return the data key out of the challenge's wrap of this kind."""
    found: Mapping[str, Any] = next(each for each in challenge["wraps"] if each["kind"] == kind)
    return bytes(open_(wrapping_key(kind, words), raw(found["blob"]), _inner(challenge, kind, found["params"])))


def letter(challenge: Mapping[str, Any], dek: bytes, **changes: object) -> str:
    """Return `dek` sealed for the challenge."""
    known = {**challenge, **changes}
    names = ("deployment_id", "account_id", "client", "unlock_id", "dek_id", "expires_s")
    suite = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
    to = X25519PublicKey.from_public_bytes(raw(challenge["node_key"]))
    return text(suite.encrypt(dek, to, info=context("unlock", *(known[name] for name in names))))


def switch(challenge: Mapping[str, Any], dek: bytes, ways: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """Return the body that switches locked mode on with these ways to unlock: `(kind, words)`."""
    wraps = [wrap(challenge, kind, words, dek) for kind, words in ways]
    return {"unlock_id": challenge["unlock_id"], "sealed": letter(challenge, dek), "wraps": wraps}


def text(data: bytes) -> str:
    """Return base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def raw(value: str) -> bytes:
    """Return the bytes of base64url."""
    return base64.urlsafe_b64decode(value + "=" * (-len(value) % 4))


def _inner(challenge: Mapping[str, Any], kind: str, params: str) -> bytes:
    names = ("deployment_id", "account_id", "dek_id", "dek_version")
    return context("dek-wrap", *(challenge[name] for name in names), kind, params)
