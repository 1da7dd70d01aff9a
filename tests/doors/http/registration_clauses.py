"""The clauses of RFC 7591 (dynamic client registration), as far as a server with public clients has them."""

import base64
import hashlib
import hmac
import json
from typing import Any

import httpx2
from tests.doors.http.clause_checks import METADATA, Check
from tests.doors.portal.house import BASE, Flow, House, form_token, shared_secrets

BACK = "https://notes.example/back"
DEVICES = "urn:ietf:params:oauth:grant-type:device_code"


async def register(home: House, **changes: Any) -> httpx2.Response:
    """Register an app; None takes a member away."""
    said = {"redirect_uris": [BACK], "client_name": "Notes", **changes}
    return await home.browser.post("/oauth/register", json={name: value for name, value in said.items() if value is not None})


def refused_as(error: str, **changes: Any) -> Check:
    """Return the check that such a registration is refused."""

    async def check(home: House) -> None:
        answer = await register(home, **changes)
        assert (answer.status_code, answer.json()["error"]) == (400, error), answer.text

    return check


async def answers_201(home: House) -> None:
    answer = await register(home, scope="generate settings", token_endpoint_auth_method="client_secret_post")
    assert (answer.status_code, answer.headers["content-type"], answer.headers["cache-control"]) == (201, "application/json", "no-store")
    said = answer.json()
    assert said.pop("client_id").startswith("reg.")
    assert said.pop("client_id_issued_at") == int(home.clock.at.timestamp())
    assert said == {
        "client_name": "Notes",
        "redirect_uris": [BACK],
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "token_endpoint_auth_method": "none",
        "scope": "generate",
    }


async def ids_differ(home: House) -> None:
    one, other = (await register(home)).json(), (await register(home, client_name="Other")).json()
    assert one["client_id"] != other["client_id"]


async def unknown_members_are_ignored(home: House) -> None:
    assert (await register(home, software_statement="x", logo_uri=7, whatever={"a": [1]})).status_code == 201


async def by_json_post(home: House) -> None:
    assert (await home.browser.get("/oauth/register")).status_code == 405
    for body in (b"", b"[]", b"{", b"redirect_uris=x", json.dumps([BACK]).encode()):
        answer = await home.browser.post("/oauth/register", content=body)
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_client_metadata")


async def is_told(home: House) -> None:
    assert (await home.browser.get(METADATA)).json()["registration_endpoint"] == f"{BASE}/oauth/register"


async def works_and_is_bound_to_its_site(home: House) -> None:
    await home.sign_in()
    client_id, flow = (await register(home)).json()["client_id"], Flow()
    address = flow.address(client_id=client_id, redirect_uri=BACK, scope="generate models")
    page = await home.browser.get(address)
    assert (page.status_code, "notes.example" in page.text, "It calls itself “<bdi>Notes</bdi>”" in page.text) == (200, True, True)
    terms = {"model": "*", "budget": "1", "period": "day", "days": "7"}
    form = {"token": form_token(page.text), "decision": "allow", **terms}
    went = await home.browser.post(address, data=form, headers=home.ours())
    assert went.headers["location"].startswith(f"{BACK}?code=")
    code = httpx2.URL(went.headers["location"]).params["code"]
    redemption = flow.redemption(code, client_id=client_id, redirect_uri=BACK)
    tokens = (await home.browser.post("/oauth/token", data=redemption)).json()
    principal = await home.authenticator.principal(tokens["access_token"])
    assert (principal.origin, principal.scopes) == ("https://notes.example", {"generate", "models"})
    assert (await home.refresh(tokens["refresh_token"], client_id=client_id)).status_code == 200


async def forged_ids_are_unknown(home: House) -> None:
    await home.sign_in()
    client_id = (await register(home)).json()["client_id"]
    head, payload, mac = client_id.split(".")
    other = (await register(home, redirect_uris=["https://evil.example/"])).json()["client_id"].split(".")[1]
    for forged in (f"{head}.{other}.{mac}", f"{head}.{payload}.", f"{head}.{payload}", f"{head}.{payload}.{mac}x", f"{head}..", "reg.é.é"):
        answer = await home.browser.get(Flow().address(client_id=forged, redirect_uri=BACK, scope="generate"))
        assert (answer.status_code, "location" in answer.headers) == (400, False), forged


async def pairs_no_devices(home: House) -> None:
    answer = await register(home, grant_types=["authorization_code", DEVICES])
    assert (answer.status_code, answer.json()["grant_types"]) == (201, ["authorization_code", "refresh_token"])
    until = home.clock.at.timestamp() + 60
    given_out_before = ["Notes", [BACK], ["generate"], ["authorization_code", "refresh_token", DEVICES], until]
    payload = base64.urlsafe_b64encode(json.dumps(given_out_before).encode()).rstrip(b"=")
    mac = hmac.digest((await shared_secrets())[0], b"satchel/registration/" + payload, hashlib.sha256)
    old_id = f"reg.{payload.decode()}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"
    assert await home.registrations.find(old_id)
    for client_id in (answer.json()["client_id"], old_id):
        refused = await home.browser.post("/oauth/device_authorization", data={"client_id": client_id, "scope": "generate"})
        assert (refused.status_code, refused.json()["error"]) == (400, "unauthorized_client")


async def it_ends(home: House) -> None:
    client_id = (await register(home)).json()["client_id"]
    home.clock.pass_by(days=180)
    await home.sign_in()
    assert (await home.browser.get(Flow().address(client_id=client_id, redirect_uri=BACK, scope="generate"))).status_code == 400


async def it_is_throttled(home: House) -> None:
    statuses = [(await register(home)).status_code for _ in range(21)]
    assert statuses == [201] * 20 + [429]


REGISTRATION_CLAUSES: dict[str, Check] = {
    "RFC 7591 §2 the grant and the response type must fit": refused_as("invalid_client_metadata", grant_types=["client_credentials"]),
    "RFC 7591 §2 redirect URIs must be registered": refused_as("invalid_redirect_uri", redirect_uris=None),
    "RFC 7591 §2 unknown members must be ignored": unknown_members_are_ignored,
    "RFC 7591 §3 must take registrations in TLS or on this computer, by POST": by_json_post,
    "RFC 7591 §3.2.1 must answer 201 with all that counts, and no secret": answers_201,
    "RFC 7591 §3.2.1 a client id must be unique": ids_differ,
    "RFC 7591 §3.2.2 a strange redirect URI must be invalid_redirect_uri": refused_as("invalid_redirect_uri", redirect_uris=["app:/x"]),
    "RFC 7591 §3.2.2 one in clear too": refused_as("invalid_redirect_uri", redirect_uris=["http://notes.example/"]),
    "RFC 7591 §3.2.2 localhost is a name": refused_as("invalid_redirect_uri", redirect_uris=["http://localhost:1/"]),
    "RFC 7591 §3.2.2 of two sites too": refused_as("invalid_redirect_uri", redirect_uris=[BACK, "https://evil.example/"]),
    "RFC 7591 §3.2.2 a response type that we lack": refused_as("invalid_client_metadata", response_types=["token"]),
    "RFC 7591 §3.2.2 far too much": refused_as("invalid_client_metadata", redirect_uris=[f"{BACK}/{'x' * 900}{n}" for n in range(3)]),
    "RFC 7591 §5 an app that nobody checked is named by its site": works_and_is_bound_to_its_site,
    "RFC 7591 §5 a site that nobody checked is never asked about where no code goes to it": pairs_no_devices,
    "RFC 7591 §5 nobody registers for another": forged_ids_are_unknown,
    "RFC 7591 §5 registrations must not pile up": it_ends,
    "RFC 7591 §5 nor come without end": it_is_throttled,
    "RFC 8414 §2 the registration endpoint is told": is_told,
}
