"""Authorization requests that are pushed beforehand: nobody changes them on their way, and each is used once."""

import asyncio
import json
from urllib.parse import urlencode

import httpx2
import pytest
from tests.doors.portal.house import OURS, REDIRECT, Flow, House, code_of, form_token, sent_back
from tests.doors.portal.keys import ProofKey

from satchel.services.apps import EXTENSION_CLIENT_ID

APP = "https://notes.example/app.json"


async def push(home: House, flow: Flow, **changes: str | None) -> httpx2.Response:
    return await home.browser.post("/oauth/par", data=flow.query(**changes))


def address(pushed: httpx2.Response, **changes: str) -> str:
    assert pushed.status_code == 201, pushed.text
    query = {"client_id": EXTENSION_CLIENT_ID, "request_uri": pushed.json()["request_uri"]}
    return f"/oauth/authorize?{urlencode({**query, **changes})}"


async def answered(home: House, where: str, decision: str = "allow") -> httpx2.Response:
    page = await home.browser.get(where)
    assert page.status_code == 200, page.text
    return await home.browser.post(where, data={"token": form_token(page.text), "decision": decision}, headers=OURS)


async def test_a_pushed_request_signs_in_and_is_used_up(home: House) -> None:
    flow = Flow()
    pushed = await push(home, flow)
    assert pushed.json().keys() == {"request_uri", "expires_in"}
    assert pushed.headers["cache-control"] == "no-store"
    where = address(pushed)
    assert (await home.browser.get(where)).headers["location"].startswith("/sign-in?next=")
    await home.sign_in()
    code = code_of(await answered(home, where))
    assert (await home.browser.post("/oauth/token", data=flow.redemption(code))).status_code == 200
    again = await home.browser.get(where)
    assert (again.status_code, "location" in again.headers) == (400, False)


async def test_what_the_browser_says_beside_it_does_not_count(quick: House) -> None:
    await quick.sign_in()
    flow = Flow("pushed")
    where = address(await push(quick, flow, scope="models"), scope="settings", redirect_uri="https://evil.example/", state="changed")
    told = sent_back(await answered(quick, where))
    assert told["state"] == "pushed"
    tokens = (await quick.browser.post("/oauth/token", data=flow.redemption(told["code"]))).json()
    assert tokens["scope"] == "models"


async def test_two_answers_at_once_give_one_code(home: House) -> None:
    await home.sign_in()
    where = address(await push(home, Flow()))
    page = await home.browser.get(where)
    form = {"token": form_token(page.text), "decision": "allow"}
    answers = await asyncio.gather(*[home.browser.post(where, data=form, headers=OURS) for _ in range(4)])
    assert sorted(answer.status_code for answer in answers) == [303, 400, 400, 400]


async def test_a_denied_request_is_used_up_too(quick: House) -> None:
    await quick.sign_in()
    where = address(await push(quick, Flow()))
    assert sent_back(await answered(quick, where, "deny"))["error"] == "access_denied"
    assert (await quick.browser.get(where)).status_code == 400


async def test_an_old_one_an_unknown_one_and_another_clients_get_a_page(quick: House) -> None:
    await quick.sign_in()
    pushed = await push(quick, Flow())
    for where in (address(pushed, client_id=APP), address(pushed, request_uri="urn:ietf:params:oauth:request_uri:unknown")):
        assert (await quick.browser.get(where)).status_code == 400
    quick.clock.pass_by(seconds=pushed.json()["expires_in"])
    assert (await quick.browser.get(address(pushed))).status_code == 400


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"client_id": "nobody"}, "invalid_client"),
        ({"client_id": None}, "invalid_client"),
        ({"redirect_uri": "https://evil.example/"}, "invalid_request"),
        ({"redirect_uri": None}, "invalid_request"),
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"scope": "tokens"}, "invalid_scope"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"request_uri": "urn:ietf:params:oauth:request_uri:x"}, "invalid_request"),
        ({"request": "eyJ"}, "request_not_supported"),
        ({"resource": "https://elsewhere.example"}, "invalid_target"),
        ({"dpop_jkt": "short"}, "invalid_request"),
    ],
    ids=str,
)
async def test_what_could_not_be_asked_cannot_be_pushed(changes: dict[str, str | None], error: str, quick: House) -> None:
    answer = await push(quick, Flow(), **changes)
    assert (answer.status_code, answer.json()["error"]) == (400, error), answer.text


async def test_a_web_apps_document_is_read_when_the_person_comes(quick: House) -> None:
    uri = "https://notes.example/cb"
    pushed = await push(quick, Flow(), client_id=APP, redirect_uri=uri, scope="generate")
    assert quick.fetched == []
    await quick.sign_in()
    quick.documents[APP] = json.dumps({"client_id": APP, "redirect_uris": ["https://notes.example/other"]}).encode()
    assert (await quick.browser.get(address(pushed, client_id=APP))).status_code == 400
    quick.documents[APP] = json.dumps({"client_id": APP, "redirect_uris": [uri]}).encode()
    quick.clock.pass_by(hours=25)
    pushed = await push(quick, Flow(), client_id=APP, redirect_uri=uri, scope="generate")
    await quick.sign_in()
    assert "notes.example" in (await quick.browser.get(address(pushed, client_id=APP))).text


async def test_a_request_pushed_with_a_proof_is_for_that_key(quick: House) -> None:
    await quick.sign_in()
    key, thief, flow = ProofKey(quick), ProofKey(quick), Flow()
    pushed = await key.post("/oauth/par", flow.query())
    code = code_of(await answered(quick, address(pushed)))
    assert (await thief.post("/oauth/token", flow.redemption(code))).json()["error"] == "invalid_grant"
    pushed = await key.post("/oauth/par", flow.query())
    code = code_of(await answered(quick, address(pushed)))
    assert (await key.post("/oauth/token", flow.redemption(code))).json()["token_type"] == "DPoP"
    other = await key.post("/oauth/par", flow.query(dpop_jkt=thief.key_hash))
    assert other.json()["error"] == "invalid_request"


async def test_pushing_is_throttled(quick: House) -> None:
    statuses = [(await push(quick, Flow(), redirect_uri=REDIRECT)).status_code for _ in range(21)]
    assert statuses == [201] * 20 + [429]
