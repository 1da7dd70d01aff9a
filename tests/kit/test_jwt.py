import base64

import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from satchel.kit.jwt import signed_jwt

KEY = rsa.generate_private_key(65537, 2048)


def pem(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def unpacked(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def test_a_token_is_what_was_claimed_and_signed_by_the_key() -> None:
    head, claims, signature = signed_jwt({"iss": "a", "exp": 5}, pem(KEY), "k1").split(".")
    assert orjson.loads(unpacked(head)) == {"alg": "RS256", "typ": "JWT", "kid": "k1"}
    assert orjson.loads(unpacked(claims)) == {"iss": "a", "exp": 5}
    KEY.public_key().verify(unpacked(signature), f"{head}.{claims}".encode(), PKCS1v15(), SHA256())


@pytest.mark.parametrize("text", ["", "words", pem(ec.generate_private_key(ec.SECP256R1()))])
def test_what_is_no_rsa_key_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        signed_jwt({}, text)
