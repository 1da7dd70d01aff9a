"""The authorization endpoint: who is asked, for what, and where the browser goes."""

import pytest
from tests.doors.portal.house import BASE, OURS, REDIRECT, Flow, House, code_of, form_token, sent_back

from satchel.services.apps import GECKO_ADDON_ID
from satchel.services.oauth.server import CODE_LIFE


async def test_a_person_signs_in_consents_and_the_app_gets_tokens_that_open_the_doors(home: House) -> None:
    await home.accounts.create("mira@holt.example", "correct horse battery")
    flow = Flow()
    to_sign_in = await home.browser.get(flow.address())
    assert to_sign_in.status_code == 303
    page = await home.browser.get(to_sign_in.headers["location"])
    assert "Sign in" in page.text
    back = await home.browser.post(
        "/sign-in", data={"email": "Mira@Holt.example ", "password": "correct horse battery", "next": flow.address()}, headers=OURS
    )
    assert back.headers["location"] == flow.address()
    tokens = await home.connect(flow)
    assert {name: tokens[name] for name in ("token_type", "expires_in", "scope")} == {
        "token_type": "Bearer",
        "expires_in": 600,
        "scope": "activity generate models",
    }
    principal = await home.authenticator.principal(tokens["access_token"])
    assert (principal.client_id, principal.label) == ("satchel-extension", "Satchel extension")
    assert principal.scopes == {"activity", "generate", "models"}


async def test_the_consent_page_says_who_asks_for_what_and_cannot_be_framed(quick: House) -> None:
    await quick.sign_in()
    page = await quick.browser.get(Flow().address())
    for words in ("Satchel extension", "Verified", "mira@holt.example", "Send text to models", "Not: read a key", "Deny", "Allow"):
        assert words in page.text
    assert "Change your preferred model" not in page.text
    assert REDIRECT.removeprefix("https://").rstrip("/") in page.text
    policy = page.headers["content-security-policy"]
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert f"form-action 'self' {REDIRECT.rstrip('/')};" in policy
    assert page.headers["cross-origin-opener-policy"] == "same-origin"
    assert page.headers["cache-control"] == "no-store"
    assert "style=" not in page.text
    assert "onclick" not in page.text


async def test_the_answer_carries_state_and_issuer_and_never_repeats_the_form(quick: House) -> None:
    await quick.sign_in()
    answer = await quick.consent(Flow("a b&c"))
    assert answer.status_code == 303
    got = sent_back(answer)
    assert (got["state"], got["iss"]) == ("a b&c", BASE)
    assert len(got["code"]) == 43


async def test_deny_goes_back_with_the_error_the_state_and_the_issuer(quick: House) -> None:
    await quick.sign_in()
    got = sent_back(await quick.consent(Flow("s"), "deny"))
    assert (got["error"], got["state"], got["iss"]) == ("access_denied", "s", BASE)
    assert "code" not in got


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"code_challenge": None, "code_challenge_method": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": "code id_token"}, "unsupported_response_type"),
        ({"response_type": "anything"}, "unsupported_response_type"),
        ({"response_type": 'tok"en'}, "invalid_request"),
        ({"response_type": "tökën"}, "invalid_request"),
        ({"response_type": None}, "invalid_request"),
        ({"scope": "generate everything"}, "invalid_scope"),
        ({"scope": None}, "invalid_scope"),
        ({"scope": ""}, "invalid_scope"),
        ({"response_mode": "fragment"}, "invalid_request"),
        ({"resource": "https://elsewhere.example"}, "invalid_target"),
        ({"request": "eyJ"}, "request_not_supported"),
        ({"request_uri": "https://a.example/r"}, "request_uri_not_supported"),
    ],
    ids=str,
)
async def test_an_error_after_a_good_destination_goes_back_to_the_app(quick: House, changes: dict[str, str | None], error: str) -> None:
    await quick.sign_in()
    got = sent_back(await quick.browser.get(Flow("st").address(**changes)))
    assert (got["error"], got["state"], got["iss"]) == (error, "st", BASE)
    if error == "unsupported_response_type":
        assert "it gives codes: response_type=code" in got["error_description"]


async def test_the_refusals_of_the_token_endpoint_are_in_plain_words(quick: House) -> None:
    async def refused(**form: str) -> tuple[str, str]:
        said = (await quick.browser.post("/oauth/token", data=form)).json()
        return said["error"], said["error_description"]

    for client in ({}, {"client_id": "somebody-else"}):
        error, words = await refused(grant_type="authorization_code", code="x", code_verifier="y" * 43, **client)
        assert (error, "not known to this Satchel" in words) == ("invalid_client", True)
    assert await refused(client_id="satchel-extension") == ("invalid_request", "'grant_type' is missing")


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": "somebody-else"},
        {"client_id": None},
        {"redirect_uri": "https://evil.example/cb"},
        {"redirect_uri": REDIRECT + "x"},
        {"redirect_uri": REDIRECT.rstrip("/")},
        {"redirect_uri": REDIRECT.replace("https", "http")},
        {"redirect_uri": f"https://evil.example/?{REDIRECT}"},
        {"redirect_uri": 'https://evil.example/"<script>'},
        {"redirect_uri": None},
    ],
    ids=str,
)
async def test_an_unknown_app_or_destination_gets_a_page_and_no_redirect(quick: House, changes: dict[str, str | None]) -> None:
    answer = await quick.browser.get(Flow().address(**changes))
    assert answer.status_code == 400
    assert "location" not in answer.headers
    assert "<script>" not in answer.text
    assert "This request cannot be used" in answer.text


@pytest.mark.parametrize("name", ["state", "scope", "code_challenge", "response_type", "nonsense"])
async def test_a_parameter_sent_twice_is_refused(quick: House, name: str) -> None:
    await quick.sign_in()
    answer = await quick.browser.get(f"{Flow('a').address(nonsense='1')}&{name}=b")
    got = sent_back(answer)
    assert got["error"] == "invalid_request"
    assert ("state" in got) == (name != "state")


@pytest.mark.parametrize("name", ["client_id", "redirect_uri"])
async def test_a_destination_named_twice_gets_a_page(quick: House, name: str) -> None:
    answer = await quick.browser.get(f"{Flow().address()}&{name}=https://evil.example")
    assert answer.status_code == 400


async def test_the_firefox_redirect_is_known_by_the_hash_of_the_add_on_id(quick: House) -> None:
    assert GECKO_ADDON_ID == "satchel@satchel.dev"
    await quick.sign_in()
    firefox = "https://5962c4d84dc2f690d767fa3f3174b95166e24769.extensions.allizom.org/"
    answer = await quick.consent(Flow(), redirect_uri=firefox)
    assert answer.headers["location"].startswith(firefox + "?code=")


async def test_a_consent_form_counts_once_for_this_request_and_this_sign_in_only(quick: House) -> None:
    await quick.sign_in()
    first, second = Flow(), Flow()
    token = form_token((await quick.browser.get(first.address())).text)
    form = {"token": token, "decision": "allow"}
    other_request = await quick.browser.post(second.address(), data=form, headers=OURS)
    assert other_request.status_code == 403
    await quick.sign_in()
    other_sign_in = await quick.browser.post(first.address(), data=form, headers=OURS)
    assert other_sign_in.status_code == 403
    forged = await quick.browser.post(first.address(), data={"token": "", "decision": "allow"}, headers=OURS)
    assert forged.status_code == 403


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "none"},
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:9999"},
        {"sec-fetch-site": "same-origin", "origin": "https://evil.example"},
    ],
    ids=str,
)
@pytest.mark.parametrize("path", ["/oauth/authorize", "/sign-in", "/sign-out", "/setup"])
async def test_a_form_from_another_site_is_refused(quick: House, path: str, headers: dict[str, str]) -> None:
    await quick.sign_in()
    target = Flow().address() if path == "/oauth/authorize" else path
    answer = await quick.browser.post(target, data={"decision": "allow"}, headers=headers)
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    "headers", [{"sec-fetch-site": "same-origin", "origin": "null"}, {"origin": BASE}, {"sec-fetch-site": "same-origin"}], ids=str
)
async def test_a_form_of_our_own_passes_with_what_browsers_send(quick: House, headers: dict[str, str]) -> None:
    await quick.sign_in()
    assert (await quick.browser.post("/sign-out", headers=headers)).status_code == 200


async def test_a_bearer_token_opens_no_page(quick: House) -> None:
    await quick.sign_in()
    account = await quick.accounts.by_email("mira@holt.example")
    assert account
    _, text = await quick.tokens.create(account.id, "laptop")
    stranger = quick.new_browser()
    answer = await stranger.get(Flow().address(), headers={"authorization": f"Bearer {text}"})
    assert answer.headers["location"].startswith("/sign-in?")


async def test_a_code_is_worth_nothing_after_a_minute(home: House) -> None:
    await home.sign_in()
    flow = Flow()
    code = code_of(await home.consent(flow))
    home.clock.pass_by(seconds=CODE_LIFE.total_seconds())
    answer = await home.browser.post("/oauth/token", data=flow.redemption(code))
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")


async def test_a_foreign_host_name_is_never_our_address(quick: House) -> None:
    answer = await quick.browser.get(Flow().address(), headers={"host": "rebound.example"})
    assert answer.status_code == 400
