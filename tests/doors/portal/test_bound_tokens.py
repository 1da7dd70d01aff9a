"""Tokens that are bound to a key (DPoP): who copies one cannot use it, and who loses an answer is told it again."""

import asyncio
from collections.abc import Callable

import pytest
from joserfc.jwk import OctKey, OKPKey, RSAKey
from tests.doors.portal.house import Flow, House, code_of
from tests.doors.portal.keys import ProofKey

from satchel.domain.errors import ProofInvalid, TokenInvalid, TokenRevoked

Spoil = Callable[[ProofKey, str], str]


async def connected(home: House, key: ProofKey, flow: Flow | None = None, **changes: str) -> dict[str, str]:
    """Go through the whole flow with proofs; return the token answer."""
    flow = flow or Flow()
    code = code_of(await home.consent(flow, **changes))
    answer = await key.post("/oauth/token", flow.redemption(code))
    assert answer.status_code == 200, answer.text
    tokens: dict[str, str] = answer.json()
    return tokens


async def test_a_bound_token_opens_doors_with_a_proof_of_its_key_only(home: House) -> None:
    await home.sign_in()
    key, other = ProofKey(home), ProofKey(home)
    tokens = await connected(home, key)
    assert tokens["token_type"] == "DPoP"
    access = tokens["access_token"]
    principal = await home.authenticator.caller(key.scope(access))
    assert principal.key_hash == key.key_hash
    for scope in (
        key.scope(access, proof=None),
        key.scope(access, scheme="Bearer"),
        key.scope(access, scheme="Bearer", proof=None),
        other.scope(access),
    ):
        with pytest.raises(ProofInvalid):
            await home.authenticator.caller(scope)
    with pytest.raises(ProofInvalid):
        await home.authenticator.principal(key.scope(access, scheme="Bearer")["headers"])
    with pytest.raises(ProofInvalid):
        await home.authenticator.caller(
            {**key.scope(access, proof=None), "headers": [(b"x-api-key", access.encode()), (b"host", b"127.0.0.1:8787")]}
        )
    with pytest.raises(TokenInvalid):
        await home.authenticator.caller(key.scope(tokens["refresh_token"]))


SPOILT: dict[str, Spoil] = {
    "for another method": lambda key, token: key.proof("POST", "/v1/models", token),
    "for another path": lambda key, token: key.proof("GET", "/v1/generations", token),
    "for another host": lambda key, token: key.proof("GET", "/v1/models", token, htu="http://evil.example/v1/models"),
    "without an address": lambda key, token: key.proof("GET", "/v1/models", token, htu=None),
    "without a method": lambda key, token: key.proof("GET", "/v1/models", token, htm=None),
    "for another token": lambda key, token: key.proof("GET", "/v1/models", "sat_another"),
    "for no token": lambda key, token: key.proof("GET", "/v1/models"),
    "that is old": lambda key, token: key.proof("GET", "/v1/models", token, iat=int(key.home.clock.at.timestamp()) - 121),
    "from the future": lambda key, token: key.proof("GET", "/v1/models", token, iat=int(key.home.clock.at.timestamp()) + 121),
    "without a time": lambda key, token: key.proof("GET", "/v1/models", token, iat=None),
    "with no number as time": lambda key, token: key.proof("GET", "/v1/models", token, iat=True),
    "without an id": lambda key, token: key.proof("GET", "/v1/models", token, jti=None),
    "with an endless id": lambda key, token: key.proof("GET", "/v1/models", token, jti="j" * 257),
    "of another type": lambda key, token: key.proof("GET", "/v1/models", token, {"typ": "JWT"}),
    "without a key": lambda key, token: key.proof("GET", "/v1/models", token, {"jwk": None}),
    "with its private key": lambda key, token: key.proof("GET", "/v1/models", token, {"jwk": key.key.as_dict(private=True)}),
    "with another key than it is signed by": lambda key, token: key.proof(
        "GET", "/v1/models", token, {"jwk": ProofKey(key.home).key.as_dict(private=False)}
    ),
    "with a key that both sides know": lambda key, token: ProofKey(key.home, OctKey.generate_key(256), "HS256").proof(  # type: ignore[arg-type]
        "GET", "/v1/models", token
    ),
    "that nobody signed": lambda key, token: key.proof("GET", "/v1/models", token).rpartition(".")[0] + ".",
    "that was signed for something else": lambda key, token: ".".join(
        [*key.proof("GET", "/v1/models", token, jti="x").split(".")[:2], key.proof("GET", "/v1/models", token).split(".")[2]]
    ),
    "that is no proof": lambda key, token: "no.proof.atall",
    "that is nothing": lambda key, token: " ",
    "that is endless": lambda key, token: "a" * 9000,
}


@pytest.mark.parametrize("what", SPOILT)
async def test_a_proof_opens_nothing(what: str, quick: House) -> None:
    await quick.sign_in()
    key = ProofKey(quick)
    token = (await connected(quick, key))["access_token"]
    with pytest.raises(ProofInvalid):
        await quick.authenticator.caller(key.scope(token, proof=SPOILT[what](key, token)))
    await quick.authenticator.caller(key.scope(token))


async def test_a_proof_is_good_once_and_two_are_none(quick: House) -> None:
    await quick.sign_in()
    key = ProofKey(quick)
    token = (await connected(quick, key))["access_token"]
    proof = key.proof("GET", "/v1/models", token)
    await quick.authenticator.caller(key.scope(token, proof=proof))
    with pytest.raises(ProofInvalid, match="used before"):
        await quick.authenticator.caller(key.scope(token, proof=proof))
    two = key.scope(token)
    two["headers"].append((b"dpop", key.proof("GET", "/v1/models", token).encode()))
    with pytest.raises(ProofInvalid):
        await quick.authenticator.caller(two)


async def test_query_and_fragment_and_a_default_port_do_not_count_but_an_alias_does(quick: House) -> None:
    await quick.sign_in()
    key = ProofKey(quick)
    token = (await connected(quick, key))["access_token"]
    for htu in (f"{quick.base}/v1/models?a=b#c", "HTTP://127.0.0.1:8787/v1/models"):
        await quick.authenticator.caller(key.scope(token, proof=key.proof("GET", "/v1/models", token, htu=htu)))
    aliased = {**key.scope(token, path="/api/v1/models"), "path": "/v1/models", "satchel.asked_path": "/api/v1/models"}
    await quick.authenticator.caller(aliased)


@pytest.mark.parametrize("kind", ["Ed25519", "RSA"])
async def test_other_kinds_of_keys_are_taken(kind: str, quick: House) -> None:
    await quick.sign_in()
    key = (
        ProofKey(quick, OKPKey.generate_key("Ed25519"), "Ed25519")
        if kind == "Ed25519"
        else ProofKey(quick, RSAKey.generate_key(2048), "PS256")
    )
    tokens = await connected(quick, key)
    await quick.authenticator.caller(key.scope(tokens["access_token"]))


async def test_the_token_endpoint_asks_for_a_nonce_of_its_own(quick: House) -> None:
    await quick.sign_in()
    flow, key = Flow(), ProofKey(quick)
    form = flow.redemption(code_of(await quick.consent(flow)))
    for nonce in (None, "stale", 5):
        answer = await quick.browser.post("/oauth/token", data=form, headers={"dpop": key.proof("POST", "/oauth/token", nonce=nonce)})
        assert (answer.status_code, answer.json()["error"]) == (400, "use_dpop_nonce")
        assert "DPoP-Nonce" in answer.headers["access-control-expose-headers"]
    nonce = answer.headers["dpop-nonce"]
    quick.clock.pass_by(minutes=11)
    answer = await quick.browser.post("/oauth/token", data=form, headers={"dpop": key.proof("POST", "/oauth/token", nonce=nonce)})
    assert answer.json()["error"] == "use_dpop_nonce"
    bad = await quick.browser.post("/oauth/token", data=form, headers={"dpop": key.proof("POST", "/oauth/revoke")})
    assert (bad.status_code, bad.json()["error"]) == (400, "invalid_dpop_proof")


async def test_the_servers_description_brings_the_nonce_of_the_next_proof(quick: House) -> None:
    await quick.sign_in()
    flow, key = Flow(), ProofKey(quick)
    form = flow.redemption(code_of(await quick.consent(flow)))
    described = await quick.browser.get("/.well-known/oauth-authorization-server")
    assert {"Date", "DPoP-Nonce"} <= set(described.headers["access-control-expose-headers"].split(", "))
    proof = key.proof("POST", "/oauth/token", nonce=described.headers["dpop-nonce"])
    answer = await quick.browser.post("/oauth/token", data=form, headers={"dpop": proof})
    assert (answer.status_code, answer.json()["token_type"]) == (200, "DPoP")


async def test_a_bound_refresh_token_needs_its_key_and_rotates(home: House) -> None:
    await home.sign_in()
    key, thief = ProofKey(home), ProofKey(home)
    first = await connected(home, key)
    assert (await home.refresh(first["refresh_token"])).json()["error"] == "invalid_grant"
    assert (await thief.refresh(first["refresh_token"])).json()["error"] == "invalid_grant"
    second = (await key.refresh(first["refresh_token"])).json()
    assert second["token_type"] == "DPoP"
    assert second["refresh_token"] != first["refresh_token"]
    await home.authenticator.caller(key.scope(second["access_token"]))
    unbound = await home.connect(Flow())
    assert (await key.refresh(unbound["refresh_token"])).json()["error"] == "invalid_grant"
    assert (await home.refresh(unbound["refresh_token"])).status_code == 200


async def test_who_loses_the_answer_is_told_it_again_for_ten_seconds(home: House) -> None:
    await home.sign_in()
    key = ProofKey(home)
    first = await connected(home, key)
    second = (await key.refresh(first["refresh_token"])).json()
    home.clock.pass_by(seconds=9)
    again = (await key.refresh(first["refresh_token"])).json()
    assert {name: again[name] for name in ("access_token", "refresh_token")} == {
        name: second[name] for name in ("access_token", "refresh_token")
    }
    await home.authenticator.caller(key.scope(second["access_token"]))
    home.clock.pass_by(seconds=2)
    assert (await key.refresh(first["refresh_token"])).json()["error"] == "invalid_grant"
    await asyncio.sleep(0)
    with pytest.raises(TokenRevoked):
        await home.authenticator.principal(second["access_token"])


async def test_eight_refreshes_at_once_by_one_key_give_one_successor(home: House) -> None:
    await home.sign_in()
    key = ProofKey(home)
    first = await connected(home, key)
    answers = [answer.json() for answer in await asyncio.gather(*[key.refresh(first["refresh_token"]) for _ in range(8)])]
    assert len({answer["refresh_token"] for answer in answers}) == 1


async def test_once_the_successor_was_used_the_old_token_is_reuse(quick: House) -> None:
    await quick.sign_in()
    key = ProofKey(quick)
    first = await connected(quick, key)
    second = (await key.refresh(first["refresh_token"])).json()
    third = (await key.refresh(second["refresh_token"])).json()
    assert (await key.refresh(first["refresh_token"])).json()["error"] == "invalid_grant"
    assert (await key.refresh(third["refresh_token"])).json()["error"] == "invalid_grant"


async def test_a_code_may_be_bound_to_the_key_beforehand(quick: House) -> None:
    await quick.sign_in()
    key, thief, flow = ProofKey(quick), ProofKey(quick), Flow()
    tokens = await connected(quick, key, dpop_jkt=key.key_hash)
    await quick.authenticator.caller(key.scope(tokens["access_token"]))
    code = code_of(await quick.consent(flow, dpop_jkt=key.key_hash))
    assert (await thief.post("/oauth/token", flow.redemption(code))).json()["error"] == "invalid_grant"
    code = code_of(await quick.consent(flow, dpop_jkt=key.key_hash))
    assert (await quick.browser.post("/oauth/token", data=flow.redemption(code))).json()["error"] == "invalid_grant"


async def test_introspection_tells_the_key(quick: House) -> None:
    await quick.sign_in()
    key = ProofKey(quick)
    tokens = await connected(quick, key)
    principal = await quick.authenticator.principal(tokens["access_token"])
    told = await quick.tokens.introspect(principal.account_id, tokens["access_token"])
    assert (told["token_type"], told["cnf"]) == ("DPoP", {"jkt": key.key_hash})
