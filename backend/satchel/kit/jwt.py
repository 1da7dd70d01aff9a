"""A signed JSON Web Token, as services want it that give an access token for the signature of an RSA key. Pure: times are claims.

Source: RFC 7515 and RFC 7519.
"""

import base64
from collections.abc import Mapping

import orjson
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key


def signed_jwt(claims: Mapping[str, object], private_key_pem: str, key_id: str | None = None) -> str:
    """Return `claims` signed with RS256. Raises `ValueError` where the PEM holds no RSA key."""
    key = load_pem_private_key(private_key_pem.encode(), None)
    if not isinstance(key, RSAPrivateKey):
        raise ValueError("not an RSA key")  # noqa: TRY004 - the text is wrong, not its type
    head = {"alg": "RS256", "typ": "JWT"} | ({"kid": key_id} if key_id else {})
    said = f"{_base64url(orjson.dumps(head))}.{_base64url(orjson.dumps(dict(claims)))}"
    return f"{said}.{_base64url(key.sign(said.encode(), PKCS1v15(), SHA256()))}"


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
