"""An OpenID Connect authority over a real socket, which vouches for one person with tokens of the test's own."""

import base64
import hashlib
import json
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from urllib.parse import parse_qs, urlsplit

from aiohttp import web
from joserfc import jwt
from joserfc.jwk import RSAKey
from tests.doors.canaries import CANARY

CLIENT_SECRET = f"{CANARY}-client-secret"
CODE = f"{CANARY}-code-of-the-authority"
ACCESS_TOKEN = f"{CANARY}-access-token-of-the-authority"


class Authority:
    """Its key, and the attempts that browsers were sent with."""

    def __init__(self) -> None:
        self.issuer = ""
        self.key = RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})
        self.nonce = ""
        self.heard: list[dict[str, list[str]]] = []

    def lets_in(self, location: str) -> dict[str, str]:
        """Return what the browser, sent to `location`, brings back."""
        asked = parse_qs(urlsplit(location).query)
        self.nonce = asked["nonce"][0]
        return {"code": CODE, "state": asked["state"][0], "iss": self.issuer}

    async def metadata(self, request: web.Request) -> web.Response:
        """Say where everything is."""
        places = {"authorization_endpoint": "/authorize", "token_endpoint": "/token", "jwks_uri": "/jwks"}
        return web.json_response({"issuer": self.issuer, **{name: self.issuer + path for name, path in places.items()}})

    async def keys(self, request: web.Request) -> web.Response:
        """Publish the key."""
        return web.json_response({"keys": [self.key.as_dict(private=False)]})

    async def token(self, request: web.Request) -> web.Response:
        """Exchange the code."""
        self.heard.append(parse_qs((await request.read()).decode()))
        hashed = base64.urlsafe_b64encode(hashlib.sha256(ACCESS_TOKEN.encode()).digest()[:16]).decode().rstrip("=")
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": "satchel",
            "sub": "person-1",
            "email": "mira@id.example",
            "nonce": self.nonce,
            "at_hash": hashed,
        }
        claims |= {"iat": now, "exp": now + 60, "auth_time": now, "name": f"{CANARY} of a person"}
        id_token = jwt.encode({"alg": "RS256", "kid": "one"}, claims, self.key, algorithms=["RS256"])
        answer = {"access_token": ACCESS_TOKEN, "refresh_token": ACCESS_TOKEN, "token_type": "Bearer", "id_token": id_token}
        return web.Response(text=json.dumps(answer), content_type="application/json")


@asynccontextmanager
async def authority() -> AsyncGenerator[Authority, None]:
    """Run one on a free port of this computer."""
    one = Authority()
    asgi = web.Application()
    asgi.router.add_get("/.well-known/openid-configuration", one.metadata)
    asgi.router.add_get("/jwks", one.keys)
    asgi.router.add_post("/token", one.token)
    runner = web.AppRunner(asgi)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        one.issuer = f"http://127.0.0.1:{runner.addresses[0][1]}"
        yield one
    finally:
        await runner.cleanup()
