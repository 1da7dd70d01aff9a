"""An authority that a test scripts: it signs what it is told to, and remembers what it was asked."""

import base64
import hashlib
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, RSAKey

from satchel.domain.authorities import Authority
from satchel.domain.errors import ProviderUnavailable
from satchel.domain.keys import Secret
from satchel.services.oauth.authorities import Heard

Key = RSAKey | ECKey | OctKey

ISSUER = "https://id.example"
COMPANY = Authority("company", "Company", ISSUER, "satchel-client", Secret("s3cret"))
GITHUB = Authority(
    "github",
    "GitHub",
    "https://github.com",
    "gh-client",
    Secret("gh-secret"),
    "github",
    ("read:user",),
    "https://github.com/login/oauth/authorize",
    "https://github.com/login/oauth/access_token",
    "https://api.github.com/user",
)


class Elsewhere:
    """What is at the end of `Ask`."""

    def __init__(self) -> None:
        self.key = RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})
        self.published: list[Any] = [self.key]
        self.asked: list[tuple[str, Mapping[str, str], dict[str, list[str]]]] = []
        self.away = False
        self.token_status = 200
        self.claims: dict[str, object] = {"sub": "person-1", "email": "mira@holt.example", "email_verified": True}
        self.metadata: dict[str, object] = {}
        self.person: object = {"id": 42, "login": "mira", "email": None}
        self.id_token: str | None = None

    async def ask(self, address: str, headers: Mapping[str, str], body: bytes | None) -> Heard:
        """Answer."""
        self.asked.append((address, headers, parse_qs((body or b"").decode())))
        if self.away:
            raise ProviderUnavailable("nothing answers")
        match urlsplit(address).path:
            case "/.well-known/openid-configuration":
                return Heard(200, self._metadata())
            case "/jwks":
                return Heard(200, {"keys": [key.as_dict(private=key.key_type == "oct") for key in self.published]})
            case "/token":
                return Heard(self.token_status, {"access_token": "at", "token_type": "Bearer", "id_token": self.id_token})
            case "/login/oauth/access_token":
                return Heard(200, {"access_token": "gh-at", "token_type": "bearer"})
            case "/user":
                return Heard(200, self.person)
        raise AssertionError(address)

    def will_say(self, location: str, changes: Mapping[str, object], key: Key | None = None, alg: str = "RS256") -> None:
        """Prepare the ID token for the attempt that was sent to `location`; None takes a claim away."""
        asked = parse_qs(urlsplit(location).query)
        hashed = base64.urlsafe_b64encode(hashlib.sha256(b"at").digest()[:16]).decode().rstrip("=")
        usual = {"iss": ISSUER, "aud": "satchel-client", "nonce": asked["nonce"][0], "exp": 0, "iat": 0, "at_hash": hashed}
        claims = {name: value for name, value in {**usual, **self.claims, **changes}.items() if value is not None}
        signer = key or self.key
        self.id_token = jwt.encode({"alg": alg, "kid": signer.kid}, claims, signer, algorithms=[alg])

    def will_say_unsigned(self, location: str, **claims: object) -> None:
        """Prepare an ID token that nobody signed."""
        self.will_say(location, claims)
        assert self.id_token
        head = base64.urlsafe_b64encode(json.dumps({"alg": "none"}).encode()).decode().rstrip("=")
        self.id_token = f"{head}.{self.id_token.split('.')[1]}."

    def _metadata(self) -> dict[str, object]:
        return {
            "issuer": ISSUER,
            "authorization_endpoint": f"{ISSUER}/authorize?keep=1",
            "token_endpoint": f"{ISSUER}/token",
            "jwks_uri": f"{ISSUER}/jwks",
            **self.metadata,
        }
