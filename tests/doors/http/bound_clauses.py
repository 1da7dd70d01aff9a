"""The clauses of RFC 9126 (pushed requests) and RFC 9449 (DPoP)."""

import pytest
from tests.doors.http.clause_checks import METADATA, Check
from tests.doors.portal.house import BASE, OURS, Flow, House, code_of, form_token, shared_secrets
from tests.doors.portal.keys import ProofKey
from tests.doors.portal.test_bound_tokens import SPOILT, connected
from tests.doors.portal.test_pushes import address, answered, push

from satchel.domain.errors import ProofInvalid
from satchel.doors.auth import Authenticator
from satchel.doors.errors import error_headers
from satchel.services.oauth.issuer import Issuer
from satchel.services.oauth.key_proofs import KeyProofs

ES256_HEADER = b'DPoP realm="satchel", error="invalid_dpop_proof"'


def not_pushed(error: str, **changes: str | None) -> Check:
    """Return the check that such a request cannot be pushed."""

    async def check(home: House) -> None:
        answer = await push(home, Flow(), **changes)
        assert (answer.status_code, answer.json()["error"]) == (400, error)

    return check


async def pushed_by_form(home: House) -> None:
    assert (await home.browser.get("/oauth/par")).status_code == 405
    answer = await home.browser.post("/oauth/par", json=Flow().query())
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


async def answers_201(home: House) -> None:
    answer = await push(home, Flow())
    assert (answer.status_code, answer.headers["content-type"]) == (201, "application/json")
    assert answer.json()["request_uri"].startswith("urn:ietf:params:oauth:request_uri:")
    assert 5 <= answer.json()["expires_in"] <= 600
    assert len(answer.json()["request_uri"].rpartition(":")[2]) >= 43  # 256 bits


async def bound_to_its_client(home: House) -> None:
    await home.sign_in()
    answer = await home.browser.get(address(await push(home, Flow()), client_id="https://notes.example/app.json"))
    assert (answer.status_code, "location" in answer.headers) == (400, False)


async def used_once(home: House) -> None:
    await home.sign_in()
    where = address(await push(home, Flow()))
    await answered(home, where)
    assert (await home.browser.get(where)).status_code == 400


async def expires(home: House) -> None:
    await home.sign_in()
    pushed = await push(home, Flow())
    home.clock.pass_by(seconds=pushed.json()["expires_in"])
    assert (await home.browser.get(address(pushed))).status_code == 400


async def checked_again(home: House) -> None:
    """The person still decides: a pushed request gives no code by itself, nor to another form's token."""
    await home.sign_in()
    where = address(await push(home, Flow()))
    other = await home.browser.get(Flow().address())
    form = {"token": form_token(other.text), "decision": "allow"}
    assert (await home.browser.post(where, data=form, headers=OURS)).status_code == 403


async def told_par(home: House) -> None:
    metadata = (await home.browser.get(METADATA)).json()
    assert metadata["pushed_authorization_request_endpoint"] == f"{BASE}/oauth/par"
    assert metadata["require_pushed_authorization_requests"] is False


def no_proof(what: str) -> Check:
    """Return the check that a spoilt proof opens nothing."""

    async def check(home: House) -> None:
        await home.sign_in()
        key = ProofKey(home)
        token = (await connected(home, key))["access_token"]
        with pytest.raises(ProofInvalid):
            await home.authenticator.caller(key.scope(token, proof=SPOILT[what](key, token)))

    return check


async def two_proofs(home: House) -> None:
    await home.sign_in()
    flow, key = Flow(), ProofKey(home)
    form = flow.redemption(code_of(await home.consent(flow)))
    headers = [("dpop", key.proof("POST", "/oauth/token")), ("dpop", key.proof("POST", "/oauth/token"))]
    answer = await home.browser.post("/oauth/token", data=form, headers=headers)
    assert answer.json()["error"] == "invalid_dpop_proof"


async def replayed(home: House) -> None:
    await home.sign_in()
    key = ProofKey(home)
    token = (await connected(home, key))["access_token"]
    proof = key.proof("GET", "/v1/models", token)
    await home.authenticator.caller(key.scope(token, proof=proof))
    with pytest.raises(ProofInvalid):
        await home.authenticator.caller(key.scope(token, proof=proof))
    proofs = KeyProofs(home.used_proofs, home.clock, shared_secrets)  # another process, or this one after a restart
    elsewhere = Authenticator(home.database, home.bus, home.clock, proofs, Issuer())
    with pytest.raises(ProofInvalid, match="used before"):
        await elsewhere.caller(key.scope(token, proof=proof))
    elsewhere.close()


async def never_now(home: House) -> None:
    await home.sign_in()
    key = ProofKey(home)
    token = (await connected(home, key))["access_token"]
    with pytest.raises(ProofInvalid, match="iat"):
        await home.authenticator.caller(key.scope(token, proof=key.proof("GET", "/v1/models", token, iat=float("nan"))))


async def is_of_type_dpop(home: House) -> None:
    await home.sign_in()
    assert (await connected(home, ProofKey(home)))["token_type"] == "DPoP"


async def wrong_proof_at_the_token_endpoint(home: House) -> None:
    form = Flow().redemption("c")
    answer = await home.browser.post("/oauth/token", data=form, headers={"dpop": "no.proof.atall"})
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_dpop_proof")


async def refresh_needs_its_key(home: House) -> None:
    await home.sign_in()
    key = ProofKey(home)
    tokens = await connected(home, key)
    assert (await ProofKey(home).refresh(tokens["refresh_token"])).json()["error"] == "invalid_grant"
    assert (await home.refresh(tokens["refresh_token"])).json()["error"] == "invalid_grant"
    assert (await key.refresh(tokens["refresh_token"])).status_code == 200


async def told_dpop(home: House) -> None:
    for where in (METADATA, "/.well-known/oauth-protected-resource"):
        algorithms = (await home.browser.get(where)).json()["dpop_signing_alg_values_supported"]
        assert "ES256" in algorithms
        assert not {"none", "HS256"} & set(algorithms)


async def confirmed(home: House) -> None:
    await home.sign_in()
    key = ProofKey(home)
    token = (await connected(home, key))["access_token"]
    account_id = (await home.authenticator.principal(token)).account_id
    assert (await home.tokens.introspect(account_id, token))["cnf"] == {"jkt": key.key_hash}


async def not_as_bearer(home: House) -> None:
    await home.sign_in()
    key = ProofKey(home)
    token = (await connected(home, key))["access_token"]
    with pytest.raises(ProofInvalid) as refused:
        await home.authenticator.caller(key.scope(token, scheme="Bearer"))
    challenges = [value for name, value in error_headers(refused.value) if name == b"www-authenticate"]
    assert challenges[0].startswith(ES256_HEADER)
    assert b'algs="ES256 ' in challenges[0]


async def by_its_own_key(home: House) -> None:
    await home.sign_in()
    key = ProofKey(home)
    token = (await connected(home, key))["access_token"]
    with pytest.raises(ProofInvalid):
        await home.authenticator.caller(ProofKey(home).scope(token))


async def unbound_by_dpop(home: House) -> None:
    await home.sign_in()
    token = (await home.connect(Flow()))["access_token"]
    with pytest.raises(ProofInvalid):
        await home.authenticator.caller(ProofKey(home).scope(token))


async def asks_for_a_nonce(home: House) -> None:
    await home.sign_in()
    flow, key = Flow(), ProofKey(home)
    form = flow.redemption(code_of(await home.consent(flow)))
    answer = await home.browser.post("/oauth/token", data=form, headers={"dpop": key.proof("POST", "/oauth/token")})
    assert (answer.status_code, answer.json()["error"]) == (400, "use_dpop_nonce")
    key.nonce = answer.headers["dpop-nonce"]
    assert (await key.post("/oauth/token", form)).status_code == 200, "the code was not used up by the question"


async def code_bound_to_a_key(home: House) -> None:
    await home.sign_in()
    key, flow = ProofKey(home), Flow()
    code = code_of(await home.consent(flow, dpop_jkt=key.key_hash))
    assert (await ProofKey(home).post("/oauth/token", flow.redemption(code))).json()["error"] == "invalid_grant"


async def push_of_another_key(home: House) -> None:
    key = ProofKey(home)
    answer = await key.post("/oauth/par", Flow().query(dpop_jkt=ProofKey(home).key_hash))
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


BOUND_CLAUSES: dict[str, Check] = {
    "RFC 9126 §2.1 a request is pushed as a form, by POST": pushed_by_form,
    "RFC 9126 §2.1 request_uri must not be pushed": not_pushed("invalid_request", request_uri="urn:ietf:params:oauth:request_uri:x"),
    "RFC 9126 §2.1 the client must be checked": not_pushed("invalid_client", client_id="nobody"),
    "RFC 9126 §2.1 it is checked as at the authorization endpoint (redirect)": not_pushed(
        "invalid_request", redirect_uri="https://evil.example/"
    ),
    "RFC 9126 §2.1 it is checked as at the authorization endpoint (scope)": not_pushed("invalid_scope", scope="tokens"),
    "RFC 9126 §2.1 it is checked as at the authorization endpoint (PKCE)": not_pushed("invalid_request", code_challenge=None),
    "RFC 9126 §2.2 the answer is 201 with a name that cannot be guessed": answers_201,
    "RFC 9126 §2.2 request_uri is bound to its client": bound_to_its_client,
    "RFC 9126 §4 request_uri is used once": used_once,
    "RFC 9126 §4 an expired request_uri must be refused": expires,
    "RFC 9126 §4 the person is asked as ever": checked_again,
    "RFC 9126 §5 the endpoint must be told": told_par,
    "RFC 9449 §4.2 typ must be dpop+jwt": no_proof("of another type"),
    "RFC 9449 §4.2 alg must not be none": no_proof("that nobody signed"),
    "RFC 9449 §4.2 alg must not be symmetric": no_proof("with a key that both sides know"),
    "RFC 9449 §4.2 jwk must not hold a private key": no_proof("with its private key"),
    "RFC 9449 §4.2 jwk is required": no_proof("without a key"),
    "RFC 9449 §4.2 jti is required": no_proof("without an id"),
    "RFC 9449 §4.3 there is one DPoP header at the most": two_proofs,
    "RFC 9449 §4.3 it must be a JWT": no_proof("that is no proof"),
    "RFC 9449 §4.3 it must be signed by the key that it brings": no_proof("with another key than it is signed by"),
    "RFC 9449 §4.3 htm must be the request's": no_proof("for another method"),
    "RFC 9449 §4.3 htu must be the request's": no_proof("for another path"),
    "RFC 9449 §4.3 iat must be now": no_proof("that is old"),
    "RFC 9449 §4.3 iat must be a time": never_now,
    "RFC 9449 §4.3 ath must be the token's": no_proof("for another token"),
    "RFC 9449 §4.3 ath is required with a token": no_proof("for no token"),
    "RFC 9449 §5 a wrong proof must be invalid_dpop_proof": wrong_proof_at_the_token_endpoint,
    "RFC 9449 §5 token_type must be DPoP": is_of_type_dpop,
    "RFC 9449 §5 refresh tokens of public clients must be bound": refresh_needs_its_key,
    "RFC 9449 §5.1 the algorithms must be told": told_dpop,
    "RFC 9449 §6.2 introspection must tell cnf": confirmed,
    "RFC 9449 §7.1 the proof must be by the token's own key": by_its_own_key,
    "RFC 9449 §7.1 the challenge is DPoP, with algs": not_as_bearer,
    "RFC 9449 §7.1 an unbound token is not taken as a bound one": unbound_by_dpop,
    "RFC 9449 §7.2 a bound token must not be taken as a bearer token": not_as_bearer,
    "RFC 9449 §8 a missing nonce must be use_dpop_nonce, with a new one": asks_for_a_nonce,
    "RFC 9449 §10 a code must be bound to dpop_jkt": code_bound_to_a_key,
    "RFC 9449 §10.1 dpop_jkt of a push must be the proof's": push_of_another_key,
    "RFC 9449 §11.1 a proof must not be used twice": replayed,
}
