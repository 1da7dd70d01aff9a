"""The token, revocation and metadata endpoints."""

import asyncio
import logging
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlencode

import httpx2
import pytest
from authlib.oauth2.rfc8414 import AuthorizationServerMetadata
from tests.databases import KINDS, Databases
from tests.doors.portal.house import BASE, SCOPES, Flow, House, code_of, house
from tests.doors.portal.keys import ProofKey

from satchel.domain.errors import NotReady, TokenExpired, TokenRevoked
from satchel.services.apps import CHROMIUM_EXTENSION_ID, EXTENSION_CLIENT_ID

EXTENSION = f"chrome-extension://{CHROMIUM_EXTENSION_ID}"


@pytest.fixture(params=KINDS)
async def home(request: pytest.FixtureRequest, tmp_path: Path, databases: Databases) -> AsyncIterator[House]:
    """Return a house over each kind of store, with somebody signed in."""
    async with house(await databases.fresh(request.param, tmp_path), tmp_path) as built:
        await built.sign_in()
        yield built


async def test_eight_redemptions_at_once_give_one_token_which_then_ends(home: House) -> None:
    flow = Flow()
    form = flow.redemption(code_of(await home.consent(flow)))
    answers = await asyncio.gather(*[home.browser.post("/oauth/token", data=form) for _ in range(8)])
    good = [answer.json() for answer in answers if answer.status_code == 200]
    assert len(good) == 1
    assert {answer.json()["error"] for answer in answers if answer.status_code != 200} == {"invalid_grant"}
    with pytest.raises(TokenRevoked):
        await home.authenticator.principal(good[0]["access_token"])
    assert (await home.refresh(good[0]["refresh_token"])).json()["error"] == "invalid_grant"


async def test_a_second_redemption_ends_what_the_first_one_got_at_once(home: House) -> None:
    flow = Flow()
    form = flow.redemption(code_of(await home.consent(flow)))
    tokens = (await home.browser.post("/oauth/token", data=form)).json()
    await home.authenticator.principal(tokens["access_token"])
    assert (await home.browser.post("/oauth/token", data=form)).status_code == 400
    await asyncio.sleep(0)
    with pytest.raises(TokenRevoked):
        await home.authenticator.principal(tokens["access_token"])


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"code_verifier": "x" * 43}, "invalid_grant"),
        ({"code_verifier": ""}, "invalid_request"),
        ({"redirect_uri": "https://evil.example/"}, "invalid_grant"),
        ({"redirect_uri": ""}, "invalid_grant"),
        ({"client_id": "somebody-else"}, "invalid_client"),
        ({"client_id": ""}, "invalid_client"),
        ({"client_secret": "guess"}, "invalid_client"),
        ({"code": "unknown"}, "invalid_grant"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"grant_type": "client_credentials"}, "unsupported_grant_type"),
    ],
    ids=str,
)
async def test_a_code_opens_nothing_for_whoever_lacks_the_rest(home: House, changes: dict[str, str], error: str) -> None:
    flow = Flow()
    code = code_of(await home.consent(flow))
    answer = await home.browser.post("/oauth/token", data=flow.redemption(code, **changes))
    assert (answer.status_code, answer.json()["error"]) == (400, error)
    assert answer.headers["cache-control"] == "no-store"


async def test_a_refresh_gives_new_tokens_and_the_old_one_used_again_ends_the_family(home: House) -> None:
    first = await home.connect(Flow())
    second = (await home.refresh(first["refresh_token"])).json()
    assert second["refresh_token"] != first["refresh_token"]
    assert second["scope"] == SCOPES
    await home.authenticator.principal(second["access_token"])
    reuse = await home.refresh(first["refresh_token"])
    assert (reuse.status_code, reuse.json()["error"]) == (400, "invalid_grant")
    await asyncio.sleep(0)
    for tokens in (first, second):
        with pytest.raises(TokenRevoked):
            await home.authenticator.principal(tokens["access_token"])
    assert (await home.refresh(second["refresh_token"])).status_code == 400


async def test_eight_refreshes_at_once_leave_no_live_token(home: House) -> None:
    first = await home.connect(Flow())
    answers = await asyncio.gather(*[home.refresh(first["refresh_token"]) for _ in range(8)])
    good = [answer.json() for answer in answers if answer.status_code == 200]
    assert len(good) == 1
    with pytest.raises(TokenRevoked):
        await home.authenticator.principal(good[0]["access_token"])


async def test_a_refresh_may_narrow_the_access_token_but_never_the_family_nor_widen(home: House) -> None:
    first = await home.connect(Flow())
    wider = await home.refresh(first["refresh_token"], scope="generate settings")
    assert wider.json()["error"] == "invalid_scope"
    narrow = (await home.refresh(first["refresh_token"], scope="models")).json()
    assert (await home.authenticator.principal(narrow["access_token"])).scopes == {"models"}
    again = (await home.refresh(narrow["refresh_token"])).json()
    assert again["scope"] == SCOPES


async def test_an_access_token_lives_ten_minutes(home: House) -> None:
    tokens = await home.connect(Flow())
    await home.authenticator.principal(tokens["access_token"])
    home.clock.pass_by(minutes=10)
    with pytest.raises(TokenExpired):
        await home.authenticator.principal(tokens["access_token"])


async def test_a_refresh_token_slides_by_thirty_days_and_a_family_ends_after_180(home: House) -> None:
    tokens = await home.connect(Flow())
    for _ in range(6):
        home.clock.pass_by(days=29)
        tokens = (await home.refresh(tokens["refresh_token"])).json()
    home.clock.pass_by(days=6)
    assert (await home.refresh(tokens["refresh_token"])).json()["error"] == "invalid_grant"
    rested = await home.connect(Flow()) if await _sign_in_again(home) else {}
    home.clock.pass_by(days=30)
    assert (await home.refresh(rested["refresh_token"])).json()["error"] == "invalid_grant"


async def _sign_in_again(home: House) -> bool:
    await home.sign_in()
    return True


async def test_revoking_either_token_ends_the_family_and_answers_200_for_strangers_too(home: House) -> None:
    for name in ("refresh_token", "access_token"):
        tokens = await home.connect(Flow())
        await home.authenticator.principal(tokens["access_token"])
        form = {"token": tokens[name], "client_id": "satchel-extension", "token_type_hint": "whatever"}
        assert (await home.browser.post("/oauth/revoke", data=form)).status_code == 200
        await asyncio.sleep(0)
        with pytest.raises(TokenRevoked):
            await home.authenticator.principal(tokens["access_token"])
        assert (await home.refresh(tokens["refresh_token"])).status_code == 400
        assert (await home.browser.post("/oauth/revoke", data=form)).status_code == 200
    unknown = await home.browser.post("/oauth/revoke", data={"token": "sat_unknown", "client_id": "satchel-extension"})
    assert unknown.status_code == 200
    assert (await home.browser.post("/oauth/revoke", data={"client_id": "satchel-extension"})).status_code == 400
    assert (await home.browser.post("/oauth/revoke", data={"token": "x", "client_id": "nobody"})).json()["error"] == "invalid_client"


async def test_an_app_cannot_revoke_a_token_it_was_not_given(home: House) -> None:
    account = await home.accounts.by_email("mira@holt.example")
    assert account
    _, text = await home.tokens.create(account.id, "laptop")
    answer = await home.browser.post("/oauth/revoke", data={"token": text, "client_id": "satchel-extension"})
    assert answer.json()["error"] == "invalid_grant"
    assert (await home.authenticator.principal(text)).label == "laptop"


async def test_a_parameter_sent_twice_or_in_strange_characters_is_refused(home: House) -> None:
    form = "grant_type=refresh_token&client_id=satchel-extension&refresh_token=a"
    headers = {"content-type": "application/x-www-form-urlencoded"}
    for body in (f"{form}&refresh_token=b", f"{form}&scope=%22", f"{form}&scope=%C3%A9", f"{form}&x=%00", "&".join(["a=1"] * 60)):
        answer = await home.browser.post("/oauth/token", content=body, headers=headers)
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request"), body


async def test_a_body_of_another_kind_or_too_long_is_refused(home: House) -> None:
    assert (await home.browser.post("/oauth/token", json={"grant_type": "refresh_token"})).json()["error"] == "invalid_request"
    long = await home.browser.post("/oauth/token", data={"grant_type": "x" * 70_000})
    assert long.status_code == 413


async def test_basic_authentication_is_answered_as_the_rfc_says(home: House) -> None:
    answer = await home.browser.post("/oauth/token", data={"grant_type": "refresh_token"}, auth=("satchel-extension", "x"))
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    assert answer.headers["www-authenticate"].startswith("Basic")


async def test_pages_of_any_origin_may_call_and_none_with_cookies(home: House) -> None:
    for origin in (EXTENSION, "https://app.example"):
        for answer in (
            await home.browser.options("/oauth/token", headers={"origin": origin, "access-control-request-method": "POST"}),
            await home.browser.post("/oauth/token", data={"grant_type": "x"}, headers={"origin": origin}),
            await home.browser.get("/.well-known/oauth-protected-resource", headers={"origin": origin}),
        ):
            assert answer.headers["access-control-allow-origin"] == "*"
            assert "access-control-allow-credentials" not in answer.headers


async def test_what_our_tokens_open_is_described(tmp_path: Path) -> None:
    async with house("memory", tmp_path, "https://satchel.example") as home:
        resource = (await home.browser.get("/.well-known/oauth-protected-resource")).json()
        assert (resource["resource"], resource["authorization_servers"]) == ("https://satchel.example", ["https://satchel.example"])
        assert resource["bearer_methods_supported"] == ["header"]
        server = (await home.browser.get("/.well-known/oauth-authorization-server")).json()
        assert server["protected_resources"] == [resource["resource"]]


async def test_a_token_is_introspected_by_who_manages_the_account_s_tokens_and_nobody_else(home: House) -> None:
    account = await home.accounts.by_email("mira@holt.example")
    assert account
    token, everyday = await home.tokens.create(account.id, "laptop")
    _, manager = await home.tokens.create(account.id, "operator", frozenset({"tokens"}))
    other = await home.accounts.create("other@holt.example", "correct horse battery")
    _, stranger = await home.tokens.create(other.id, "operator", frozenset({"tokens"}))

    async def ask(caller: str, **form: str) -> tuple[int, dict[str, object]]:
        answer = await home.browser.post("/oauth/introspect", data=form, headers={"authorization": f"Bearer {caller}"})
        return answer.status_code, answer.json()

    status, told = await ask(manager, token=everyday)
    assert (status, told["active"], told["jti"], told["sub"]) == (200, True, token.id, account.id)
    assert str(told["scope"]).split() == sorted(token.scopes)
    assert everyday not in str(told)
    for caller, form in ((manager, {"token": "sat_x"}), (stranger, {"token": everyday})):
        assert await ask(caller, **form) == (200, {"active": False})
    await home.tokens.revoke(account.id, token.id)
    assert await ask(manager, token=everyday) == (200, {"active": False})
    assert (await ask(manager))[0] == 400
    assert (await home.browser.post("/oauth/introspect", data={"token": manager})).status_code == 401
    assert (await ask(stranger, token=stranger))[1]["active"] is True


async def test_a_token_is_for_this_server_or_refused(home: House) -> None:
    flow = Flow()
    code = code_of(await home.consent(flow))
    refused = await home.browser.post("/oauth/token", data=flow.redemption(code, resource="https://elsewhere.example"))
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_target")
    form = [*flow.redemption(code).items(), ("resource", BASE), ("resource", f"{BASE}/v1")]
    body = urlencode(form)
    good = await home.browser.post("/oauth/token", content=body, headers={"content-type": "application/x-www-form-urlencoded"})
    assert good.status_code == 200, good.text


async def test_the_metadata_is_valid_and_honest(tmp_path: Path) -> None:
    async with house("memory", tmp_path, "https://satchel.example") as home:
        metadata = (await home.browser.get("/.well-known/oauth-authorization-server")).json()
        AuthorizationServerMetadata(metadata).validate()
        assert metadata["issuer"] == "https://satchel.example"
        assert metadata["code_challenge_methods_supported"] == ["S256"]
        assert metadata["authorization_response_iss_parameter_supported"] is True
        for name in ("authorization_endpoint", "token_endpoint", "revocation_endpoint"):
            assert (await home.browser.options(metadata[name])).status_code != 404
        assert (await home.browser.get("/.well-known/openid-configuration")).status_code == 404


async def test_a_database_that_is_away_is_503_and_never_an_oauth_refusal(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    class Away:
        async def run(self, work: object) -> object:
            raise NotReady("the database does not answer")

    home.oauth._store = Away()  # type: ignore[assignment]
    answer = await home.refresh("sat_x")
    assert (answer.status_code, answer.json()["error"]) == (503, "temporarily_unavailable")


async def test_no_token_is_ever_logged(home: House, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        tokens = await home.connect(Flow())
        second = (await home.refresh(tokens["refresh_token"])).json()
    assert logging.getLogger("authlib.oauth2.rfc6749.grants.authorization_code").isEnabledFor(logging.DEBUG) is False
    for text in (tokens["access_token"], tokens["refresh_token"], second["access_token"], "correct horse battery"):
        assert text not in caplog.text


async def test_every_refusal_has_words_beside_its_code(home: House) -> None:
    for form, code in (
        ({"grant_type": "password", "username": "a", "password": "b", "client_id": EXTENSION_CLIENT_ID}, "unsupported_grant_type"),
        ({"grant_type": "refresh_token", "refresh_token": "sat_nobody", "client_id": EXTENSION_CLIENT_ID}, "invalid_grant"),
        ({"grant_type": "refresh_token", "refresh_token": "sat_nobody", "client_id": "nobody"}, "invalid_client"),
        ({"grant_type": "refresh_token", "client_id": EXTENSION_CLIENT_ID}, "invalid_request"),
    ):
        answer = (await home.browser.post("/oauth/token", data=form)).json()
        assert answer["error"] == code
        assert " " in answer["error_description"], code


async def test_the_token_door_counts_a_network_of_ipv6_as_one_caller_and_answers_another(tmp_path: Path) -> None:
    async with house("memory", tmp_path) as home:

        async def status(address: str) -> int:
            transport = httpx2.ASGITransport(app=home.asgi, client=(address, 1))
            async with httpx2.AsyncClient(transport=transport, base_url=BASE) as caller:
                return (await caller.post("/oauth/token", json={})).status_code

        assert {await status(f"2001:db8::{number:x}") for number in range(600)} == {400}
        assert await status("2001:db8::ffff") == 429
        assert await status("2001:db8:0:1::1") == 400


async def test_a_proof_is_looked_at_for_clients_that_there_are_only(tmp_path: Path) -> None:
    async with house("memory", tmp_path) as home:
        key = ProofKey(home)
        for client_id, error in (("nobody", "invalid_client"), (EXTENSION_CLIENT_ID, "use_dpop_nonce")):
            form = Flow().redemption("c", client_id=client_id)
            answer = await home.browser.post("/oauth/token", data=form, headers={"dpop": key.proof("POST", "/oauth/token")})
            assert answer.json()["error"] == error
