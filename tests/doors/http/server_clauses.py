"""More clauses that fall on the server: at the edges of the flows of `flow_clauses.py`, `device_clauses.py` and `bound_clauses.py`."""

import json
from dataclasses import asdict
from urllib.parse import parse_qs, urlencode, urlsplit

from tests.doors.http.bound_clauses import no_proof, not_pushed
from tests.doors.http.clause_checks import APP, FORM, METADATA, Check, told
from tests.doors.http.device_clauses import no_codes
from tests.doors.portal.house import BASE, EMAIL, Flow, House, code_of, form_token
from tests.doors.portal.keys import ProofKey
from tests.doors.portal.test_bound_tokens import SPOILT, connected
from tests.doors.portal.test_device import asked, poll
from tests.doors.portal.test_pushes import address, answered, push

from satchel.domain.tokens import TokenKind
from satchel.doors.http.cors import is_bearer_door

DEVICES = "/oauth/device_authorization"
PUSHES = "/oauth/par"
TERMINAL = {"client_id": "satchel-terminal", "scope": "models"}
ELSEWHERE = "https://elsewhere.example"
BACK = "https://notes.example/back"


async def no_cors_at_the_authorization_endpoint(home: House) -> None:
    headers = {"origin": "https://evil.example", "access-control-request-method": "GET"}
    for method in ("GET", "OPTIONS"):
        answer = await home.browser.request(method, Flow().address(), headers=headers)
        assert "access-control-allow-origin" not in answer.headers
    assert not is_bearer_door("/oauth/authorize")


async def a_verifier_is_for_its_own_code(home: House) -> None:
    await home.sign_in()
    first, second = Flow(), Flow()
    codes = [code_of(await home.consent(flow)) for flow in (first, second)]
    swapped = await home.browser.post("/oauth/token", data=first.redemption(codes[1]))
    assert swapped.json()["error"] == "invalid_grant"
    assert (await home.browser.post("/oauth/token", data=first.redemption(codes[0]))).status_code == 200


async def proxies_headers_say_nothing(home: House) -> None:
    forged = {"x-forwarded-host": "evil.example", "x-forwarded-proto": "https", "forwarded": "host=evil.example"}
    assert (await home.browser.get(METADATA, headers=forged)).json()["issuer"] == BASE


async def refreshed_scopes_are_the_consented(home: House) -> None:
    await home.sign_in()
    flow = Flow()
    form = flow.redemption(code_of(await home.consent(flow, scope="models")))
    first = (await home.browser.post("/oauth/token", data=form)).json()
    second = (await home.refresh(first["refresh_token"])).json()
    assert (first["scope"], second["scope"]) == ("models", "models")


async def an_altered_refresh_token_is_none(home: House) -> None:
    await home.sign_in()
    token = (await home.connect(Flow()))["refresh_token"]
    for at in (5, len(token) // 2, len(token) - 1):
        altered = token[:at] + ("A" if token[at] != "A" else "B") + token[at + 1 :]
        assert (await home.refresh(altered)).json()["error"] == "invalid_grant"
    assert (await home.refresh(token)).status_code == 200


async def tokens_are_kept_as_hashes(home: House) -> None:
    await home.sign_in()
    tokens = await home.connect(Flow())
    account = await home.accounts.by_email(EMAIL)
    assert account
    async with home.database.unit_of_work() as stores:
        found = await stores.tokens.list(account.id)
    assert {token.kind for token in found} == {TokenKind.ACCESS, TokenKind.REFRESH}
    kept = repr([asdict(token) for token in found])
    assert not [name for name in ("access_token", "refresh_token") if tokens[name] in kept]


async def no_revocation_by_query(home: House) -> None:
    await home.sign_in()
    tokens = await home.connect(Flow())
    query = urlencode({"token": tokens["access_token"], "client_id": "satchel-extension"})
    assert (await home.browser.post(f"/oauth/revoke?{query}", content=b"", headers=FORM)).status_code == 400
    await home.authenticator.principal(tokens["access_token"])


async def nothing_counts_twice_at(home: House, path: str, form: dict[str, str]) -> None:
    body = urlencode([*form.items(), ("scope", "settings")])
    answer = await home.browser.post(path, content=body, headers=FORM)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


async def device_parameters_once(home: House) -> None:
    await nothing_counts_twice_at(home, DEVICES, TERMINAL)


async def pushed_parameters_once(home: House) -> None:
    await nothing_counts_twice_at(home, PUSHES, Flow().query())


async def unknown_device_parameters_are_ignored(home: House) -> None:
    answer = await home.browser.post(DEVICES, data={**TERMINAL, "colour": "red"})
    assert answer.status_code == 200, answer.text


async def empty_device_parameters_are_omitted(home: House) -> None:
    answers = [(await home.browser.post(DEVICES, data={"client_id": "satchel-terminal", **more})) for more in ({}, {"scope": ""})]
    assert answers[0].status_code == answers[1].status_code
    assert answers[0].json().get("error") == answers[1].json().get("error")


async def tells_the_interval(home: House) -> None:
    assert int((await asked(home))["interval"]) == 5


async def polls_say_who_asks(home: House) -> None:
    codes = await asked(home)
    form = {"grant_type": "urn:ietf:params:oauth:grant-type:device_code", "device_code": codes["device_code"]}
    assert (await home.browser.post("/oauth/token", data=form)).json()["error"] == "invalid_client"
    assert (await poll(home, codes)).json()["error"] == "authorization_pending"


async def devices_are_throttled(home: House) -> None:
    for _ in range(21):
        answer = await home.browser.post(DEVICES, data=TERMINAL)
    assert (answer.status_code, "retry-after" in answer.headers) == (429, True)


async def pushes_are_throttled(home: House) -> None:
    for _ in range(21):
        answer = await push(home, Flow())
    assert (answer.status_code, "retry-after" in answer.headers) == (429, True)


async def a_push_that_is_too_large(home: House) -> None:
    assert (await push(home, Flow("x" * 70_000))).status_code == 413


async def pushes_are_not_stored(home: House) -> None:
    answer = await push(home, Flow())
    assert answer.headers["cache-control"] == "no-store"


async def a_name_alone_is_no_client(home: House) -> None:
    await home.sign_in()
    where = f"/oauth/authorize?{urlencode({'request_uri': (await push(home, Flow())).json()['request_uri']})}"
    answer = await home.browser.get(where)
    assert (answer.status_code, "location" in answer.headers) == (400, False)


async def a_pushed_redirect_is_checked_by_the_document(home: House) -> None:
    home.documents[APP] = json.dumps({"client_id": APP, "redirect_uris": ["https://notes.example/back"]}).encode()
    await home.sign_in()
    pushed = await push(home, Flow(), client_id=APP, redirect_uri="https://evil.example/", scope="generate")
    answer = await home.browser.get(address(pushed, client_id=APP))
    assert (answer.status_code, "location" in answer.headers) == (400, False)


def neither(what: str) -> Check:
    """Return the check that a spoilt proof opens nothing, and cannot push either."""

    async def check(home: House) -> None:
        await no_proof(what)(home)
        key = ProofKey(home)
        token = (await connected(home, key))["access_token"]
        answer = await home.browser.post(PUSHES, data=Flow().query(), headers={"dpop": SPOILT[what](key, token)})
        assert answer.json()["error"] in ("invalid_dpop_proof", "use_dpop_nonce")
        assert answer.status_code == 400

    return check


async def query_and_fragment_do_not_count(home: House) -> None:
    await home.sign_in()
    key = ProofKey(home)
    token = (await connected(home, key))["access_token"]
    await home.authenticator.caller(key.scope(token, proof=key.proof("GET", "/v1/models", token, htu=f"{BASE}/v1/models?a=b#c")))


async def a_nonce_is_ours_fresh_and_one(home: House) -> None:
    key, form = ProofKey(home), Flow().redemption("c")
    answer = await home.browser.post("/oauth/token", data=form, headers={"dpop": key.proof("POST", "/oauth/token")})
    assert len(answer.headers.get_list("dpop-nonce")) == 1
    old = answer.headers["dpop-nonce"]
    assert len(old) >= 22  # 128 bits
    home.clock.pass_by(minutes=11)
    for nonce in ("guessed", old, old[::-1]):
        proof = key.proof("POST", "/oauth/token", nonce=nonce)
        assert (await home.browser.post("/oauth/token", data=form, headers={"dpop": proof})).json()["error"] == "use_dpop_nonce"


async def introspection_says_dpop(home: House) -> None:
    await home.sign_in()
    token = (await connected(home, ProofKey(home)))["access_token"]
    account_id = (await home.authenticator.principal(token)).account_id
    assert (await home.tokens.introspect(account_id, token))["token_type"] == "DPoP"


async def a_push_with_a_proof_binds_the_code(home: House) -> None:
    await home.sign_in()
    key, thief = ProofKey(home), ProofKey(home)
    flows = [Flow(), Flow()]
    codes = [code_of(await answered(home, address(await key.post(PUSHES, flow.query())))) for flow in flows]
    assert (await thief.post("/oauth/token", flows[0].redemption(codes[0]))).json()["error"] == "invalid_grant"
    assert (await home.browser.post("/oauth/token", data=flows[0].redemption(codes[0]))).json()["error"] == "invalid_grant"
    assert (await key.post("/oauth/token", flows[1].redemption(codes[1]))).json()["token_type"] == "DPoP"


async def code_for(home: House, flow: Flow, client_id: str) -> str:
    """Allow a web app what it asks for; return the code that it gets."""
    where = flow.address(client_id=client_id, redirect_uri=BACK, scope="generate")
    page = await home.browser.get(where)
    form = {"token": form_token(page.text), "decision": "allow", "model": "*", "budget": "1", "period": "day", "days": "7"}
    answer = await home.browser.post(where, data=form, headers=home.ours())
    return parse_qs(urlsplit(answer.headers["location"]).query)["code"][0]


async def wants_bound_tokens(home: House) -> None:
    said = {"redirect_uris": [BACK], "dpop_bound_access_tokens": True}
    home.documents[APP] = json.dumps({"client_id": APP, **said}).encode()
    registered = (await home.browser.post("/oauth/register", json=said)).json()
    assert registered["dpop_bound_access_tokens"] is True
    await home.sign_in()
    for client_id in (APP, registered["client_id"]):
        flows, key = [Flow(), Flow()], ProofKey(home)
        forms = [flow.redemption(await code_for(home, flow, client_id), client_id=client_id, redirect_uri=BACK) for flow in flows]
        assert (await home.browser.post("/oauth/token", data=forms[0])).json()["error"] == "invalid_grant"
        tokens = (await key.post("/oauth/token", forms[1])).json()
        assert tokens["token_type"] == "DPoP"
        assert (await home.refresh(tokens["refresh_token"], client_id=client_id)).json()["error"] == "invalid_grant"
        device = await home.browser.post(DEVICES, data={"client_id": client_id, "scope": "generate"})
        assert device.status_code == 200 if client_id == APP else device.json()["error"] == "unauthorized_client"


SERVER_CLAUSES: dict[str, Check] = {
    "RFC 9700 §2.1 answers must go by redirect, where nothing else is strictly checked": told(response_modes_supported=["query"]),
    "RFC 9700 §2.6 CORS must not be supported at the authorization endpoint": no_cors_at_the_authorization_endpoint,
    "RFC 9700 §4.8.2 a challenge must be bound to the code": a_verifier_is_for_its_own_code,
    "RFC 9700 §4.9.3 access tokens must not be stored in clear": tokens_are_kept_as_hashes,
    "RFC 9700 §4.13 what a proxy did not sanitize must not count": proxies_headers_say_nothing,
    "RFC 9700 §4.14.2 refresh tokens must be bound to the consented scopes": refreshed_scopes_are_the_consented,
    "RFC 9700 §4.14.2 the integrity of refresh tokens must be ensured": an_altered_refresh_token_is_none,
    "RFC 8707 §2.1 a foreign resource must be invalid_target in a push": not_pushed("invalid_target", resource=ELSEWHERE),
    "RFC 8707 §2 a foreign resource must be invalid_target for a device": no_codes("invalid_target", **TERMINAL, resource=ELSEWHERE),
    "RFC 7009 §2.1 token must be in the body": no_revocation_by_query,
    "RFC 8628 §3.1 parameters must not be included more than once": device_parameters_once,
    "RFC 8628 §3.1 unknown parameters must be ignored": unknown_device_parameters_are_ignored,
    "RFC 8628 §3.1 parameters without a value must be as if omitted": empty_device_parameters_are_omitted,
    "RFC 8628 §3.2 the interval is told": tells_the_interval,
    "RFC 8628 §3.4 client_id is required at each poll": polls_say_who_asks,
    "RFC 8628 §5.2 requests for codes must not come without end": devices_are_throttled,
    "RFC 9126 §2.1 parameters must not be included more than once": pushed_parameters_once,
    "RFC 9126 §2.1 a request object that we do not read must be refused": not_pushed("request_not_supported", request="e30.e30."),
    "RFC 9126 §2.2 the answer must not be cached": pushes_are_not_stored,
    "RFC 9126 §2.3 a request that is too large is answered 413": a_push_that_is_too_large,
    "RFC 9126 §2.3 too many requests are answered 429": pushes_are_throttled,
    "RFC 9126 §4 client_id is required with request_uri": a_name_alone_is_no_client,
    "RFC 9126 §4, §7.2 what was not checked at the push must be checked then": a_pushed_redirect_is_checked_by_the_document,
    "RFC 9449 §4.2 htm is required": neither("without a method"),
    "RFC 9449 §4.2 htu is required": neither("without an address"),
    "RFC 9449 §4.2 iat is required": neither("without a time"),
    "RFC 9449 §4.3 htu is of this host": neither("for another host"),
    "RFC 9449 §4.3 iat must not be far ahead": neither("from the future"),
    "RFC 9449 §4.3 query and fragment of htu are ignored": query_and_fragment_do_not_count,
    "RFC 9449 §5.2 a client that wants bound tokens must get no other": wants_bound_tokens,
    "RFC 9449 §6.2 introspection must say token_type DPoP": introspection_says_dpop,
    "RFC 9449 §8 nonces must be unpredictable, fresh, and one in an answer": a_nonce_is_ours_fresh_and_one,
    "RFC 9449 §10.1 the proof of a push must be checked": neither("of another type"),
    "RFC 9449 §10.1 the proof of a push must bind its code": a_push_with_a_proof_binds_the_code,
}
