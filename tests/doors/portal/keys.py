"""A client's DPoP key, and the proofs that it signs."""

import base64
import hashlib
import itertools
from typing import Any

import httpx2
from joserfc import jwt
from joserfc.jwk import ECKey, OKPKey, RSAKey
from tests.doors.portal.house import BASE, House

from satchel.services.apps import EXTENSION_CLIENT_ID

NUMBERS = itertools.count()


class ProofKey:
    """A key, and how to prove that one holds it."""

    def __init__(self, home: House, key: ECKey | OKPKey | RSAKey | None = None, alg: str = "ES256") -> None:
        self.home = home
        self.key = key or ECKey.generate_key("P-256")
        self.alg = alg
        self.nonce: str | None = None

    @property
    def key_hash(self) -> str:
        return self.key.thumbprint()

    def proof(self, method: str, path: str, token: str | None = None, /, header: dict[str, Any] | None = None, **changes: object) -> str:
        """Sign a proof; None takes a claim or a header away."""
        usual = {"htm": method, "htu": self.home.base + path, "iat": int(self.home.clock.at.timestamp()), "jti": f"j{next(NUMBERS)}"}
        if token is not None:
            usual["ath"] = base64.urlsafe_b64encode(hashlib.sha256(token.encode()).digest()).decode().rstrip("=")
        claims = {name: value for name, value in {**usual, "nonce": self.nonce, **changes}.items() if value is not None}
        head = {"typ": "dpop+jwt", "alg": self.alg, "jwk": self.key.as_dict(private=False), **(header or {})}
        return jwt.encode({name: value for name, value in head.items() if value is not None}, claims, self.key, algorithms=[self.alg])

    async def post(self, path: str, form: dict[str, str], **changes: object) -> httpx2.Response:
        """Send a form with a proof; ask for a nonce first, and once more if it is too old, as clients do."""
        for _ in range(2):
            answer = await self.home.browser.post(path, data=form, headers={"dpop": self.proof("POST", path, **changes)})
            if answer.json().get("error") != "use_dpop_nonce":
                break
            self.nonce = answer.headers["dpop-nonce"]
        return answer

    async def refresh(self, refresh_token: str, **more: str) -> httpx2.Response:
        form = {"grant_type": "refresh_token", "client_id": EXTENSION_CLIENT_ID, "refresh_token": refresh_token, **more}
        return await self.post("/oauth/token", form)

    def scope(
        self, token: str, method: str = "GET", path: str = "/v1/models", *, scheme: str = "DPoP", proof: str | None = ""
    ) -> dict[str, Any]:
        """Return an HTTP request as ASGI has it, with the token and a proof of it; another proof, or with None no proof."""
        shown = self.proof(method, path, token) if proof == "" else proof
        headers = [(b"host", BASE.removeprefix("http://").encode()), (b"authorization", f"{scheme} {token}".encode())]
        headers += [(b"dpop", shown.encode())] if shown is not None else []
        return {"type": "http", "method": method, "path": path, "headers": headers}
