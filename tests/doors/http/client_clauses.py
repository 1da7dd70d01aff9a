"""The clauses that fall on clients: ours, at authorities, here; the extension's and the SDK's in their own tests, which are named."""

import base64
import hashlib
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree

from tests.doors.http.clause_checks import Check
from tests.doors.portal.elsewhere import ISSUER
from tests.doors.portal.house import House
from tests.doors.portal.there_and_back import begun, came_back, query_of, say, signed_in, tied

SDK = "sdk-js/tests/oauth.test.ts"
SESSION = "extension/tests/worker/session.test.ts"
ROOT = Path(__file__).parents[3]


async def uses_pkce(home: House) -> None:
    await tied(home)
    home.elsewhere.asked.clear()
    location = await begun(home)
    say(home, location)
    await came_back(home, location)
    question = query_of(location)
    verifier = next(form["code_verifier"][0] for address, _, form in home.elsewhere.asked if address == f"{ISSUER}/token")
    assert 43 <= len(verifier) <= 128
    assert question["code_challenge_method"] == "S256"
    assert question["code_challenge"] == base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")


async def each_transaction_differs(home: House) -> None:
    questions = [query_of(await begun(home)) for _ in range(4)]
    for name in ("state", "nonce", "code_challenge"):
        assert len({question[name] for question in questions}) == 4


async def checks_the_nonce(home: House) -> None:
    await tied(home)
    location = await begun(home)
    say(home, location, nonce="of another attempt")
    assert (await came_back(home, location)).status_code == 403
    assert not await signed_in(home)


async def no_token_in_an_address(home: House) -> None:
    await came_back(home, await begun(home, name="github"), name="github")
    assert [address for address, _, _ in home.elsewhere.asked if "gh-at" in address or urlsplit(address).query] == []
    assert [headers["Authorization"] for _, headers, _ in home.elsewhere.asked if "Authorization" in headers] == ["Bearer gh-at"]


async def is_no_open_redirector(home: House) -> None:
    await tied(home)
    for after in ("https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"):
        home.browser.cookies.clear()
        location = await begun(home, after=after)
        say(home, location)
        assert (await came_back(home, location)).headers["location"] == "/", after


async def needs_the_issuer_that_was_promised(home: House) -> None:
    home.elsewhere.metadata = {"authorization_response_iss_parameter_supported": True}
    await tied_by_issuer(home)
    for more in ({}, {"iss": ISSUER + "/"}, {"iss": ISSUER.upper()}):
        location = await begun(home)
        say(home, location)
        assert (await came_back(home, location, **more)).status_code == 403, more
    location = await begun(home)
    say(home, location)
    assert (await came_back(home, location, iss=ISSUER)).status_code == 303


async def tied_by_issuer(home: House) -> None:
    """Connect the authority, which says in its answers who it is."""
    await home.sign_in()
    page = await home.browser.get("/sign-in/ways")
    address = page.text.partition('href="/sign-in/with/company?tie=')[2].partition('"')[0]
    location = (await home.browser.get(f"/sign-in/with/company?tie={address}")).headers["location"]
    say(home, location)
    assert (await came_back(home, location, iss=ISSUER)).status_code == 303
    home.browser.cookies.clear()


async def an_issuer_is_said_once(home: House) -> None:
    await tied(home)
    location = await begun(home)
    say(home, location)
    state = query_of(location)["state"]
    answer = await home.browser.get(f"/sign-in/back/company?code=c&state={state}&iss={ISSUER}&iss=https://evil.example")
    assert answer.status_code == 403


async def an_errors_issuer_counts_too(home: House) -> None:
    await tied(home)
    location = await begun(home)
    answer = await came_back(home, location, error="access_denied", iss="https://evil.example")
    assert answer.status_code == 403
    assert "answer is not Company" in answer.text


async def metadata_must_name_the_issuer(home: House) -> None:
    home.elsewhere.metadata = {"issuer": ISSUER + "/"}
    answer = await home.browser.get("/sign-in/with/company")
    assert (answer.status_code, "another issuer" in answer.text) == (503, True)


async def asks_well_known_of_the_issuer(home: House) -> None:
    await begun(home)
    assert home.elsewhere.asked[0][0] == f"{ISSUER}/.well-known/openid-configuration"
    assert parse_qs(urlsplit(home.elsewhere.asked[0][0]).query) == {}


def tested(file: str, title: str) -> Check:
    """Return the check that a TypeScript test of this title is there, and has passed where vitest ran before, as in `make test`."""

    async def check(home: House) -> None:
        assert f'"{title}"' in (ROOT / file).read_text(), f"{file} has no test {title!r}"
        report = ROOT / ".cache/reports" / f"{file.partition('/')[0]}.xml"
        if report.exists() and report.stat().st_mtime > (ROOT / file).stat().st_mtime:
            cases = [case for case in ElementTree.parse(report).getroot().iter("testcase") if title in case.get("name", "")]
            assert cases, f"vitest did not run {title!r}"
            assert not any({child.tag for child in case} & {"failure", "error", "skipped"} for case in cases), f"{title!r} did not pass"

    return check


PROVES = "proves itself for the very request, token and server, and never twice the same"
CLOCK = "takes the server's clock and the server's nonce, also one that has just changed"

CLIENT_CLAUSES: dict[str, Check] = {
    "RFC 9700 §2.1.1 our client must use PKCE at authorities": uses_pkce,
    "RFC 9700 §2.1.1 challenge and nonce must be transaction-specific": each_transaction_differs,
    "RFC 9700 §4.3.2 our client must not pass tokens in a query": no_token_in_an_address,
    "RFC 9700 §4.4.2 our client must keep the issuer with the attempt, and abort at a mismatch": an_errors_issuer_counts_too,
    "RFC 9700 §4.5.3 our client must check the nonce of an ID token": checks_the_nonce,
    "RFC 9700 §4.11.1 our client must not be an open redirector": is_no_open_redirector,
    "RFC 8414 §3 metadata is asked for at the well-known address of the issuer": asks_well_known_of_the_issuer,
    "RFC 8414 §3.3 our client must check the issuer of metadata, character for character": metadata_must_name_the_issuer,
    "RFC 9207 §2.4 our client must refuse an answer without the iss that was promised, or with another": needs_the_issuer_that_was_promised,
    "RFC 9207 §2.4 our client must not believe two": an_issuer_is_said_once,
    "RFC 9700 §2.1 the SDK must prevent CSRF, RFC 9207 §2.4 and compare iss": tested(
        SDK, "an answer counts only with its own state and its server's iss"
    ),
    "RFC 9700 §2.1.1, RFC 7636 §4.1, §7.1 the SDK must use PKCE with a verifier that cannot be guessed": tested(
        SDK, "the question has PKCE S256, a state that cannot be guessed, and everything RFC 6749 asks for"
    ),
    "RFC 7636 §4.2 the SDK's challenge must be S256": tested(SDK, "the challenge is RFC 7636's own example"),
    "RFC 8414 §3.3 the SDK must check the issuer of metadata": tested(
        SDK, "a server that describes another, or doors elsewhere, is not believed"
    ),
    "RFC 9700 §4.3.1 the SDK leaves no answer in the history": tested(
        SDK, "a redirect is taken up where it comes back to, and leaves no trace in the address"
    ),
    "RFC 9449 §4.2 jti must not repeat, §7.1 each request of the extension must have a proof with ath": tested(SESSION, PROVES),
    "RFC 9449 §8.2 the extension must use the newest nonce": tested(SESSION, CLOCK),
    "RFC 9449 §5 the extension must prove the refresh token's own key each time": tested(SESSION, CLOCK),
}
