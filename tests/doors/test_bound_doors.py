"""A token that is bound to a key, at the real doors: with a proof they open, without one they do not, over HTTP and on the socket."""

import base64
import hashlib
import json
import secrets
import time

from joserfc import jwt
from joserfc.jwk import ECKey
from tests.doors.socket.test_socket import bare

from satchel.domain.tokens import SCOPES, Token, TokenKind, secret_hash, token_text

from .served import ASK, Served

KEY = ECKey.generate_key("P-256")


async def bound_token(house: Served) -> str:
    """Make a token that is bound to the key."""
    text = token_text(secrets.token_bytes(32))
    token = Token(
        id=house.house.ids.new("tok"),
        account_id=house.account.id,
        kind=TokenKind.ACCESS,
        secret_hash=secret_hash(text),
        scopes=SCOPES,
        created_at=house.house.clock.now(),
        key_hash=KEY.thumbprint(),
    )
    async with house.house.database.unit_of_work() as stores:
        await stores.tokens.add(token)
    return text


def proof(house: Served, token: str, method: str, path: str, scheme: str = "http") -> str:
    hashed = base64.urlsafe_b64encode(hashlib.sha256(token.encode()).digest()).decode().rstrip("=")
    htu = f"{scheme}://127.0.0.1:{house.port}{path}"
    claims = {"htm": method, "htu": htu, "iat": int(time.time()), "jti": secrets.token_hex(8), "ath": hashed}
    return jwt.encode({"typ": "dpop+jwt", "alg": "ES256", "jwk": KEY.as_dict(private=False)}, claims, KEY, algorithms=["ES256"])


async def test_every_door_wants_the_proof_of_a_bound_token(house: Served) -> None:
    token = await bound_token(house)
    for method, path, body in (
        ("GET", "/v1/models", None),
        ("GET", "/api/v1/models", None),
        ("POST", "/v1/chat/completions", {"model": "lab:hello", "messages": ASK}),
        ("POST", "/api/v1/chat/completions", {"model": "lab:hello", "messages": ASK}),
        ("POST", "/v1/messages/count_tokens", {"model": "lab:hello", "messages": ASK}),
    ):
        sent = {"authorization": f"DPoP {token}", "dpop": proof(house, token, method, path)}
        async with house.http.request(method, house.url + path, json=body, headers=sent) as answer:
            assert answer.status == 200, (path, await answer.text())
        for headers in (sent, {"authorization": f"DPoP {token}"}, {"authorization": f"Bearer {token}"}, {"x-api-key": token}):
            async with house.http.request(method, house.url + path, json=body, headers=headers) as answer:
                assert answer.status == 401, (path, headers)
                assert "proof_invalid" in await answer.text()
                assert any(value.startswith("DPoP ") for value in answer.headers.getall("www-authenticate"))


async def test_the_socket_wants_the_proof_of_a_bound_token(house: Served) -> None:
    token = await bound_token(house)
    async with bare(house) as client:
        await client.say("hello", token=token, proof=proof(house, token, "GET", "/v1/socket", "ws"))
        assert (await client.hear())["type"] == "welcome"
        assert (await client.generate())["type"] == "started"
        assert (await client.rest())[-1]["type"] == "finished"
    for shown in (None, proof(house, token, "GET", "/v1/models"), json.dumps({})):
        async with bare(house) as client:
            await client.say("hello", token=token, **({"proof": shown} if shown is not None else {}))
            assert await client.closed() == 4401
