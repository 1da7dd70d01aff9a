"""One row for each MUST of the OAuth documents that applies to a server with public clients only, named by its clause."""

import asyncio
import json
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from tests.databases import MEMORY, Databases
from tests.doors.http.absent_clauses import ABSENT_CLAUSES, not_offered
from tests.doors.http.bound_clauses import BOUND_CLAUSES
from tests.doors.http.clause_checks import APP, FORM, METADATA, Check, back_with, no_token, page_for, revoked, told
from tests.doors.http.client_clauses import CLIENT_CLAUSES
from tests.doors.http.device_clauses import DEVICE_CLAUSES
from tests.doors.http.flow_clauses import FLOW_CLAUSES
from tests.doors.http.registration_clauses import REGISTRATION_CLAUSES
from tests.doors.http.server_clauses import SERVER_CLAUSES
from tests.doors.portal.house import BASE, REDIRECT, Flow, House, code_of, house, sent_back

from satchel.domain.errors import TokenInvalid, TokenMissing, TokenRevoked
from satchel.services.apps import Apps


async def any_loopback_port(home: House) -> None:
    said = {"client_id": APP, "redirect_uris": ["http://127.0.0.1/cb", "http://[::1]/cb"]}
    home.documents[APP] = json.dumps(said).encode()
    await home.sign_in()
    for uri, status in (
        ("http://127.0.0.1:51004/cb", 200),
        ("http://127.0.0.1/cb", 200),
        ("http://[::1]:9/cb", 200),
        ("http://127.0.0.1:51004/other", 400),
        ("http://localhost:51004/cb", 400),
        ("https://127.0.0.1:51004/cb", 400),
        ("http://127.0.0.1:51004@evil.example/cb", 400),
    ):
        address = Flow().address(client_id=APP, redirect_uri=uri, scope="generate")
        assert (await home.browser.get(address)).status_code == status, uri


async def named_pages_of_a_site_are_exact(home: House) -> None:
    site = "https://a.example"
    home.apps = Apps(origins=frozenset({site}), redirect_uris=frozenset({f"{site}/back"}))
    await home.sign_in()
    for page, status in (("/back", 200), ("/back/", 400), ("/back?a=b", 400), ("/", 400), ("/other", 400)):
        address = Flow().address(client_id=site, redirect_uri=site + page, scope="generate")
        assert (await home.browser.get(address)).status_code == status, page


async def rotates(home: House) -> None:
    await home.sign_in()
    first = await home.connect(Flow())
    second = (await home.refresh(first["refresh_token"])).json()
    assert second["refresh_token"] != first["refresh_token"]


async def reuse_ends_the_family(home: House) -> None:
    await home.sign_in()
    first = await home.connect(Flow())
    second = (await home.refresh(first["refresh_token"])).json()
    assert (await home.refresh(first["refresh_token"])).json()["error"] == "invalid_grant"
    await asyncio.sleep(0)
    with pytest.raises(TokenRevoked):
        await home.authenticator.principal(second["access_token"])
    assert (await home.refresh(second["refresh_token"])).json()["error"] == "invalid_grant"


async def replay_ends_what_the_code_gave(home: House) -> None:
    await home.sign_in()
    flow = Flow()
    form = flow.redemption(code_of(await home.consent(flow)))
    tokens = (await home.browser.post("/oauth/token", data=form)).json()
    assert (await home.browser.post("/oauth/token", data=form)).json()["error"] == "invalid_grant"
    await asyncio.sleep(0)
    with pytest.raises(TokenRevoked):
        await home.authenticator.principal(tokens["access_token"])


async def refresh_is_bound_to_its_client(home: House) -> None:
    await home.sign_in()
    tokens = await home.connect(Flow())
    assert (await home.refresh(tokens["refresh_token"], client_id=APP)).json()["error"] == "invalid_grant"
    assert (await home.refresh(tokens["refresh_token"])).status_code == 200


async def refresh_never_widens(home: House) -> None:
    await home.sign_in()
    tokens = await home.connect(Flow())
    assert (await home.refresh(tokens["refresh_token"], scope="settings")).json()["error"] == "invalid_scope"


async def refresh_opens_nothing(home: House) -> None:
    await home.sign_in()
    tokens = await home.connect(Flow())
    with pytest.raises(TokenInvalid):
        await home.authenticator.principal(tokens["refresh_token"])


async def no_token_in_a_query(home: House) -> None:
    await home.sign_in()
    token = (await home.connect(Flow()))["access_token"]
    scope = {"type": "http", "method": "GET", "path": "/v1/models", "headers": [(b"host", b"127.0.0.1")]}
    for name in ("access_token", "token", "api_key", "key"):
        with pytest.raises(TokenMissing):
            await home.authenticator.caller({**scope, "query_string": f"{name}={token}".encode()})
    bearer = (b"authorization", f"Bearer {token}".encode())
    assert (await home.authenticator.caller({**scope, "headers": [*scope["headers"], bearer]})).token_id
    resource = (await home.browser.get("/.well-known/oauth-protected-resource")).json()
    assert resource["bearer_methods_supported"] == ["header"]


async def answers_by_303(home: House) -> None:
    await home.sign_in()
    assert (await home.consent(Flow())).status_code == 303


async def cannot_be_framed(home: House) -> None:
    await home.sign_in()
    page = await home.browser.get(Flow().address())
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    assert page.headers["x-frame-options"] == "DENY"


async def leaks_no_referrer(home: House) -> None:
    await home.sign_in()
    assert (await home.browser.get(Flow().address())).headers["referrer-policy"] in ("same-origin", "no-referrer")
    assert (await home.consent(Flow())).headers["referrer-policy"] == "no-referrer"


async def issuer_with_a_code(home: House) -> None:
    await home.sign_in()
    got = sent_back(await home.consent(Flow()))
    assert got["iss"] == (await home.browser.get(METADATA)).json()["issuer"]


async def issuer_with_a_denial(home: House) -> None:
    await home.sign_in()
    assert sent_back(await home.consent(Flow(), "deny"))["iss"] == BASE


async def issuer_is_bare(home: House) -> None:
    parts = urlsplit((await home.browser.get(METADATA)).json()["issuer"])
    assert (parts.query, parts.fragment, parts.path) == ("", "", "")


async def metadata_is_json(home: House) -> None:
    answer = await home.browser.get(METADATA)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    assert all(value not in (None, []) for value in answer.json().values())


async def endpoints_are_ours(home: House) -> None:
    metadata = (await home.browser.get(METADATA)).json()
    for name, value in metadata.items():
        if name.endswith("_endpoint"):
            assert value.startswith(metadata["issuer"] + "/")
            assert "#" not in value


async def several_resources(home: House) -> None:
    await home.sign_in()
    flow = Flow()
    page = await home.browser.get(f"{flow.address(resource=BASE)}&{urlencode({'resource': BASE + '/v1'})}")
    assert page.status_code == 200


async def revocation_by_post_only(home: House) -> None:
    assert (await home.browser.get("/oauth/revoke?token=sat_x")).status_code == 405


def revoking_ends(name: str) -> Check:
    """Return the check that revoking this token of a family ends both."""

    async def check(home: House) -> None:
        await home.sign_in()
        tokens = await home.connect(Flow())
        form = {"token": tokens[name], "client_id": "satchel-extension"}
        assert (await home.browser.post("/oauth/revoke", data=form)).status_code == 200
        await asyncio.sleep(0)
        with pytest.raises(TokenRevoked):
            await home.authenticator.principal(tokens["access_token"])
        assert (await home.refresh(tokens["refresh_token"])).json()["error"] == "invalid_grant"

    return check


async def nobody_revokes_for_another(home: House) -> None:
    await home.sign_in()
    tokens = await home.connect(Flow())
    await home.browser.post("/oauth/revoke", data={"token": tokens["access_token"], "client_id": APP})
    await home.authenticator.principal(tokens["access_token"])


async def parameters_once(home: House) -> None:
    body = urlencode([*Flow().redemption("c").items(), ("code", "d")])
    answer = await home.browser.post("/oauth/token", content=body, headers=FORM)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


async def tokens_are_not_stored(home: House) -> None:
    answer = await home.browser.post("/oauth/token", data=Flow().redemption("c"))
    assert (answer.headers["cache-control"], answer.headers["pragma"]) == ("no-store", "no-cache")


async def query_of_the_app_stays(home: House) -> None:
    back = "https://notes.example/back?keep=1"
    home.documents[APP] = json.dumps({"client_id": APP, "redirect_uris": [back]}).encode()
    await home.sign_in()
    answer = await home.browser.get(Flow().address(client_id=APP, redirect_uri=back, scope="everything"))
    told_back = parse_qs(urlsplit(answer.headers["location"]).query)
    assert (told_back["keep"], told_back["error"]) == (["1"], ["invalid_scope"])


CLAUSES: dict[str, Check] = {
    "RFC 6749 §3.1 parameters must not be included more than once": parameters_once,
    "RFC 6749 §3.1.2 the query of a redirect URI must be kept": query_of_the_app_stays,
    "RFC 6749 §5.1 answers with tokens must not be cached": tokens_are_not_stored,
    "RFC 6749 §6 a refresh must not widen the scope": refresh_never_widens,
    "RFC 9700 §2.1 redirect URIs must match exactly (longer)": page_for(redirect_uri=REDIRECT + "x"),
    "RFC 9700 §2.1 redirect URIs must match exactly (shorter)": page_for(redirect_uri=REDIRECT.rstrip("/")),
    "RFC 9700 §2.1 redirect URIs must match exactly (query)": page_for(redirect_uri=REDIRECT + "?a=b"),
    "RFC 9700 §2.1 redirect URIs must match exactly (pages that the operator names)": named_pages_of_a_site_are_exact,
    "RFC 9700 §2.1, 8252 §7.3 any port of a loopback redirect must be allowed": any_loopback_port,
    "RFC 9700 §2.1 must not be an open redirector (unknown app)": page_for(client_id="nobody"),
    "RFC 9700 §2.1 must not be an open redirector (foreign address)": page_for(redirect_uri="https://evil.example/"),
    "RFC 9700 §2.1.1 public clients must use PKCE": back_with("invalid_request", code_challenge=None, code_challenge_method=None),
    "RFC 9700 §2.1.1 the verifier must be enforced": no_token("invalid_request", code_verifier=""),
    "RFC 9700 §2.1.1 support for PKCE must be told": told(code_challenge_methods_supported=["S256"]),
    "RFC 9700 §2.1.2 no token in an authorization response": back_with("unsupported_response_type", response_type="token"),
    "RFC 9700 §2.2.2 refresh tokens of public clients must rotate": rotates,
    "RFC 9700 §2.4 the password grant must not be used": no_token("unsupported_grant_type", grant_type="password"),
    "RFC 9700 §4.2.4 no referrer leaks a request": leaks_no_referrer,
    "RFC 9700 §4.3.2 tokens must not be read from a query": no_token_in_a_query,
    "RFC 9700 §4.4.2 the issuer must be told against mix-up": issuer_with_a_code,
    "RFC 9700 §4.5.3 a replayed code must end what it gave": replay_ends_what_the_code_gave,
    "RFC 9700 §4.8.2 no downgrade to plain": back_with("invalid_request", code_challenge_method="plain"),
    "RFC 9700 §4.12 a form must not be sent on by 307": answers_by_303,
    "RFC 9700 §4.14.2 refresh tokens must be bound to their client": refresh_is_bound_to_its_client,
    "RFC 9700 §4.14.2 reuse must end the family": reuse_ends_the_family,
    "RFC 9700 §4.14.2 a refresh token is for the token endpoint only": refresh_opens_nothing,
    "RFC 9700 §4.15 clients must not pass for people": no_token("unsupported_grant_type", grant_type="client_credentials"),
    "RFC 9700 §4.16 the consent page must not be framed": cannot_be_framed,
    "RFC 7636 §4.1 a verifier has at least 43 characters": no_token("invalid_request", code_verifier="x" * 42),
    "RFC 7636 §4.1 a verifier has at most 128 characters": no_token("invalid_request", code_verifier="x" * 129),
    "RFC 7636 §4.3 a missing method is plain, so it is refused": back_with("invalid_request", code_challenge_method=None),
    "RFC 7636 §4.4.1 a missing challenge must be invalid_request": back_with("invalid_request", code_challenge=None),
    "RFC 7636 §4.6 a wrong verifier must be invalid_grant": no_token("invalid_grant", code_verifier="x" * 43),
    "RFC 8414 §2 the issuer has no query or fragment": issuer_is_bare,
    "RFC 8414 §2 response types must be told": told(response_types_supported=["code"]),
    "RFC 8414 §3.2 the answer must be JSON without empty members": metadata_is_json,
    "RFC 8414 §3.3 the issuer must be the one asked": told(issuer=BASE),
    "RFC 8414 §2 endpoints are absolute and without fragment": endpoints_are_ours,
    "RFC 9207 §2 iss must be in a response with a code": issuer_with_a_code,
    "RFC 9207 §2 iss must be in a response with an error": issuer_with_a_denial,
    "RFC 9207 §2.3 support must be told": told(authorization_response_iss_parameter_supported=True),
    "RFC 8707 §2 a foreign resource must be invalid_target": back_with("invalid_target", resource="https://elsewhere.example"),
    "RFC 8707 §2 a resource must be absolute": back_with("invalid_target", resource="/v1"),
    "RFC 8707 §2 a resource must have no fragment": back_with("invalid_target", resource=BASE + "#v1"),
    "RFC 8707 §2 several resources may be named": several_resources,
    "RFC 8707 §2.2 the same at the token endpoint": no_token("invalid_target", resource="https://elsewhere.example"),
    "RFC 7009 §2 revocation is by POST": revocation_by_post_only,
    "RFC 7009 §2.1 token is required": revoked(400, token=""),
    "RFC 7009 §2.1 the client must be checked": revoked(400, client_id="nobody"),
    "RFC 7009 §2.1 an unknown hint must be ignored": revoked(token_type_hint="nonsense"),
    "RFC 7009 §2.1 another client's token must not be revoked": nobody_revokes_for_another,
    "RFC 7009 §2.1 revoking a refresh token must end its access tokens": revoking_ends("refresh_token"),
    "RFC 7009 §2.1 revoking an access token ends the family": revoking_ends("access_token"),
    "RFC 7009 §2.2 an invalid token must be answered 200": revoked(),
    **FLOW_CLAUSES,
    **DEVICE_CLAUSES,
    **BOUND_CLAUSES,
    **REGISTRATION_CLAUSES,
    **SERVER_CLAUSES,
    **CLIENT_CLAUSES,
}

_KEPT = ("RFC 6749 §6", "RFC 7009 §2.1", "RFC 8628 §3.3", "RFC 8628 §3.4", "RFC 8628 §3.5", "RFC 9126 §2.2", "RFC 9126 §4", "RFC 9449 §5",
         "RFC 9449 §10", "RFC 9449 §11.1", "RFC 9700 §2.2.2", "RFC 9700 §4.5.3 a replayed", "RFC 9700 §4.14.2")  # fmt: skip
ON_SQLITE = [clause for clause in CLAUSES if clause.startswith(_KEPT)]
"""What rests on what is kept: codes, refresh tokens, revocation, devices, pushed requests, proofs."""
ON_POSTGRES = [
    clause for clause in ON_SQLITE if "must end" in clause or "used once" in clause or "used twice" in clause or "§3.5" in clause
]


@pytest.mark.parametrize(
    ("clause", "kind"),
    [
        *((clause, MEMORY) for clause in CLAUSES),
        *((clause, "sqlite") for clause in ON_SQLITE),
        *((clause, "postgres") for clause in ON_POSTGRES),
    ],
)
async def test_the_clause_holds(clause: str, kind: str, tmp_path: Path, databases: Databases) -> None:
    async with house(await databases.fresh(kind, tmp_path), tmp_path) as home:
        await CLAUSES[clause](home)


async def test_what_a_clause_is_left_out_for_is_not_offered(tmp_path: Path) -> None:
    assert not CLAUSES.keys() & ABSENT_CLAUSES.keys()
    assert all(len(reason) > 20 for reason in ABSENT_CLAUSES.values())
    async with house("memory", tmp_path) as home:
        await not_offered(home)
