"""More clauses of RFC 9700, 7636, 8414, 9207, 8707 and 7009: what the first table left out."""

import json

import pytest
from tests.doors.http.clause_checks import APP, METADATA, Check, back_with, no_token
from tests.doors.portal.elsewhere import ISSUER
from tests.doors.portal.house import BASE, OURS, Flow, House, code_of, form_token, sent_back
from tests.doors.portal.test_pushes import address, push
from tests.doors.portal.there_and_back import begun, came_back, query_of, say, signed_in, tied

from satchel.domain.errors import ScopeMissing, TokenExpired


async def nobody_is_sent_on_unseen(home: House) -> None:
    answer = await home.browser.get(Flow().address(scope="everything"))
    assert answer.headers["location"].startswith("/sign-in?next=")


def not_returned_to(uri: str) -> Check:
    """Return the check that a document with such a redirect URI is refused as a whole."""

    async def check(home: House) -> None:
        await home.sign_in()
        home.documents[APP] = json.dumps({"client_id": APP, "redirect_uris": [uri]}).encode()
        answer = await home.browser.get(Flow().address(client_id=APP, redirect_uri=uri, scope="generate"))
        assert (answer.status_code, "location" in answer.headers) == (400, False)

    return check


async def works_once(home: House) -> None:
    await home.sign_in()
    flow = Flow()
    form = flow.redemption(code_of(await home.consent(flow)))
    assert (await home.browser.post("/oauth/token", data=form)).status_code == 200
    assert (await home.browser.post("/oauth/token", data=form)).json()["error"] == "invalid_grant"


async def is_short_lived(home: House) -> None:
    await home.sign_in()
    flow = Flow()
    code = code_of(await home.consent(flow))
    home.clock.pass_by(minutes=1)
    assert (await home.browser.post("/oauth/token", data=flow.redemption(code))).json()["error"] == "invalid_grant"


async def is_for_its_redirect(home: House) -> None:
    await home.sign_in()
    flow = Flow()
    code = code_of(await home.consent(flow))
    form = flow.redemption(code, redirect_uri="https://notes.example/other")
    assert (await home.browser.post("/oauth/token", data=form)).json()["error"] == "invalid_grant"


async def is_for_its_client(home: House) -> None:
    await home.sign_in()
    flow = Flow()
    code = code_of(await home.consent(flow))
    assert (await home.browser.post("/oauth/token", data=flow.redemption(code, client_id=APP))).json()["error"] == "invalid_grant"
    assert (await home.browser.post("/oauth/token", data=flow.redemption(code))).status_code == 200


async def needs_our_own_form(home: House) -> None:
    await home.sign_in()
    where = Flow().address()
    page = await home.browser.get(where)
    token = form_token(page.text)
    for headers, sent in (({"sec-fetch-site": "cross-site"}, token), ({"origin": "https://evil.example"}, token), (OURS, "forged")):
        answer = await home.browser.post(where, data={"token": sent, "decision": "allow"}, headers=headers)
        assert (answer.status_code, "location" in answer.headers) == (403, False)


async def token_opens_its_scopes_only(home: House) -> None:
    await home.sign_in()
    flow = Flow()
    form = flow.redemption(code_of(await home.consent(flow, scope="models")))
    principal = await home.authenticator.principal((await home.browser.post("/oauth/token", data=form)).json()["access_token"])
    principal.require("models")
    with pytest.raises(ScopeMissing):
        principal.require("generate")


async def access_is_short_lived(home: House) -> None:
    await home.sign_in()
    tokens = await home.connect(Flow())
    home.clock.pass_by(minutes=10)
    with pytest.raises(TokenExpired):
        await home.authenticator.principal(tokens["access_token"])


async def unused_refresh_expires(home: House) -> None:
    await home.sign_in()
    tokens = await home.connect(Flow())
    home.clock.pass_by(days=30)
    assert (await home.refresh(tokens["refresh_token"])).json()["error"] == "invalid_grant"


async def each_authority_has_its_own_way_back(home: House) -> None:
    await tied(home)
    ways = {query_of(await begun(home, name=name))["redirect_uri"] for name in ("company", "github")}
    assert ways == {f"{BASE}/sign-in/back/company", f"{BASE}/sign-in/back/github"}


async def other_issuers_answer_is_refused(home: House) -> None:
    await tied(home)
    location = await begun(home)
    say(home, location)
    assert (await came_back(home, location, iss="https://evil.example")).status_code == 403
    location = await begun(home)
    say(home, location)
    assert (await came_back(home, location, iss=ISSUER)).status_code == 303


async def state_is_the_browsers_own(home: House) -> None:
    await tied(home)
    async with home.new_browser() as attacker:
        location = await begun(home, attacker)
        say(home, location)
        assert (await came_back(home, location)).status_code == 403
    assert not await signed_in(home)


async def required_members(home: House) -> None:
    metadata = (await home.browser.get(METADATA)).json()
    assert {"issuer", "authorization_endpoint", "token_endpoint", "response_types_supported"} <= metadata.keys()
    assert metadata["token_endpoint_auth_methods_supported"] == ["none"]
    assert metadata["grant_types_supported"] == ["authorization_code", "refresh_token", "urn:ietf:params:oauth:grant-type:device_code"]


async def metadata_by_get_only(home: House) -> None:
    assert (await home.browser.post(METADATA)).status_code == 405


async def issuer_with_a_pushed_request(home: House) -> None:
    await home.sign_in()
    where = address(await push(home, Flow()))
    page = await home.browser.get(where)
    answer = await home.browser.post(where, data={"token": form_token(page.text), "decision": "allow"}, headers=OURS)
    assert sent_back(answer)["iss"] == BASE


async def refresh_for_a_foreign_resource(home: House) -> None:
    await home.sign_in()
    tokens = await home.connect(Flow())
    answer = await home.refresh(tokens["refresh_token"], resource="https://elsewhere.example")
    assert answer.json()["error"] == "invalid_target"
    assert (await home.refresh(tokens["refresh_token"], resource=BASE)).status_code == 200


async def revocation_needs_a_form(home: House) -> None:
    answer = await home.browser.post("/oauth/revoke", json={"token": "x", "client_id": "satchel-extension"})
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


async def revoking_twice_is_fine(home: House) -> None:
    await home.sign_in()
    tokens = await home.connect(Flow())
    form = {"token": tokens["refresh_token"], "client_id": "satchel-extension"}
    assert [(await home.browser.post("/oauth/revoke", data=form)).status_code for _ in range(2)] == [200, 200]


FLOW_CLAUSES: dict[str, Check] = {
    "RFC 9700 §2.1 clients of others must prevent CSRF: state is the browser's own": state_is_the_browsers_own,
    "RFC 9700 §2.3 a token must open no more than its scopes": token_opens_its_scopes_only,
    "RFC 9700 §2.6 redirects over plain http must not be allowed": not_returned_to("http://notes.example/cb"),
    "RFC 9700 §4.1.3 redirects to scripts and files must not be allowed": not_returned_to("javascript:alert(1)"),
    "RFC 9700 §4.1.3 redirects must have no fragment": not_returned_to("https://notes.example/cb#x"),
    "RFC 9700 §4.2.4 a code must be used once": works_once,
    "RFC 9700 §4.4.2 an answer of another issuer must be refused": other_issuers_answer_is_refused,
    "RFC 9700 §4.4.2 each issuer has a redirect URI of its own": each_authority_has_its_own_way_back,
    "RFC 9700 §4.5.3 a code must be bound to its client": is_for_its_client,
    "RFC 9700 §4.5.3 a code must be bound to its redirect URI": is_for_its_redirect,
    "RFC 9700 §4.5.3 a code must be short-lived": is_short_lived,
    "RFC 9700 §4.7.1 consent must be protected against CSRF": needs_our_own_form,
    "RFC 9700 §4.10 access tokens are short-lived": access_is_short_lived,
    "RFC 9700 §4.11.2 the person must be signed in before any redirect": nobody_is_sent_on_unseen,
    "RFC 9700 §4.14.2 a refresh token that is not used must expire": unused_refresh_expires,
    "RFC 7636 §4.1 a verifier has unreserved characters only": no_token("invalid_request", code_verifier="!" * 43),
    "RFC 7636 §4.2 a challenge is a SHA-256 in base64url": back_with("invalid_request", code_challenge="short"),
    "RFC 7636 §4.5 a missing verifier must be refused": no_token("invalid_request", code_verifier=""),
    "RFC 8414 §2 required members must be there, and nothing that we do not do": required_members,
    "RFC 8414 §3.1 metadata is asked for by GET": metadata_by_get_only,
    "RFC 9207 §2 iss must be in the answer to a pushed request": issuer_with_a_pushed_request,
    "RFC 8707 §2.2 a foreign resource must be invalid_target at a refresh": refresh_for_a_foreign_resource,
    "RFC 7009 §2.1 a revocation is a form": revocation_needs_a_form,
    "RFC 7009 §2.2 a revoked token is answered 200 again": revoking_twice_is_fine,
}
