"""The clauses of RFC 8628, the device flow."""

from tests.doors.http.clause_checks import APP, Check
from tests.doors.portal.house import BASE, House
from tests.doors.portal.test_device import asked, decide, poll, type_code


async def tells_where(home: House) -> None:
    metadata = (await home.browser.get("/.well-known/oauth-authorization-server")).json()
    assert metadata["device_authorization_endpoint"] == f"{BASE}/oauth/device_authorization"
    assert "urn:ietf:params:oauth:grant-type:device_code" in metadata["grant_types_supported"]


def no_codes(error: str, **form: str) -> Check:
    """Return the check that such a request gets no codes, but this error."""

    async def check(home: House) -> None:
        answer = await home.browser.post("/oauth/device_authorization", data=form)
        assert (answer.status_code // 100, answer.json()["error"]) == (4, error)

    return check


async def needs_a_form(home: House) -> None:
    answer = await home.browser.post("/oauth/device_authorization", json={"client_id": "satchel-terminal", "scope": "models"})
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
    assert (await home.browser.get("/oauth/device_authorization?client_id=satchel-terminal")).status_code == 405


async def gives_codes(home: House) -> None:
    answer = await home.browser.post("/oauth/device_authorization", data={"client_id": "satchel-terminal", "scope": "models"})
    assert {"device_code", "user_code", "verification_uri", "expires_in"} <= answer.json().keys()
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-type"] == "application/json"


async def differs_each_time(home: House) -> None:
    codes = [await asked(home) for _ in range(8)]
    assert len({code["device_code"] for code in codes}) == len({code["user_code"] for code in codes}) == 8
    assert all(len(code["device_code"]) >= 43 for code in codes)  # 256 bits


async def needs_the_device_code(home: House) -> None:
    form = {"grant_type": "urn:ietf:params:oauth:grant-type:device_code", "client_id": "satchel-terminal"}
    assert (await home.browser.post("/oauth/token", data=form)).json()["error"] == "invalid_request"


async def is_for_its_client(home: House) -> None:
    assert (await poll(home, await asked(home), APP)).json()["error"] == "invalid_grant"


async def is_pending(home: House) -> None:
    answer = await poll(home, await asked(home))
    assert (answer.status_code, answer.json()["error"]) == (400, "authorization_pending")


async def slows_down(home: House) -> None:
    codes = await asked(home)
    await poll(home, codes)
    home.clock.pass_by(seconds=4)
    assert (await poll(home, codes)).json()["error"] == "slow_down"
    home.clock.pass_by(seconds=9)  # now it is ten
    assert (await poll(home, codes)).json()["error"] == "slow_down"


async def denies(home: House) -> None:
    await home.sign_in()
    codes = await asked(home)
    await decide(home, await type_code(home, codes["user_code"]), "deny")
    assert (await poll(home, codes)).json()["error"] == "access_denied"


async def expires(home: House) -> None:
    codes = await asked(home)
    home.clock.pass_by(seconds=int(codes["expires_in"]))
    assert (await poll(home, codes)).json()["error"] == "expired_token"


async def ignores_case(home: House) -> None:
    await home.sign_in()
    codes = await asked(home)
    assert (await type_code(home, f" {codes['user_code'].lower().replace('-', '')} ")).status_code == 200


async def stops_guessing(home: House) -> None:
    await home.sign_in()
    assert [(await type_code(home, "BCDF-GHJK")).status_code for _ in range(11)][-1] == 429


async def names_the_device(home: House) -> None:
    await home.sign_in()
    codes = await asked(home)
    page = (await type_code(home, codes["user_code"])).text
    assert codes["user_code"] in page
    assert "A program in a terminal" in page


async def needs_the_person(home: House) -> None:
    codes = await asked(home)
    assert (await home.browser.get(f"/device?user_code={codes['user_code']}")).status_code == 303
    await home.sign_in()
    await home.browser.get(f"/device?user_code={codes['user_code']}")
    assert (await poll(home, codes)).json()["error"] == "authorization_pending"


DEVICE_CLAUSES: dict[str, Check] = {
    "RFC 8628 §3.1 a request is a form, sent by POST": needs_a_form,
    "RFC 8628 §3.1 the client must be known": no_codes("invalid_client", client_id="nobody", scope="models"),
    "RFC 8628 §3.1 client_id is required": no_codes("invalid_client", scope="models"),
    "RFC 8628 §3.1 the client must be one that pairs devices": no_codes(
        "unauthorized_client", client_id="satchel-extension", scope="models"
    ),
    "RFC 8628 §3.1 a scope must be the client's": no_codes("invalid_scope", client_id="satchel-terminal", scope="tokens"),
    "RFC 8628 §3.2 codes, address and life are in the answer, not cached": gives_codes,
    "RFC 8628 §3.3 the person must act: the address alone lets nobody in": needs_the_person,
    "RFC 8628 §3.3 the page names the app and repeats the code": names_the_device,
    "RFC 8628 §3.4 device_code is required": needs_the_device_code,
    "RFC 8628 §3.4 a device code is for its own client": is_for_its_client,
    "RFC 8628 §3.5 undecided must be authorization_pending": is_pending,
    "RFC 8628 §3.5 polling too often must be slow_down, five seconds more for all that follow": slows_down,
    "RFC 8628 §3.5 a no must be access_denied": denies,
    "RFC 8628 §3.5 the end of its life must be expired_token": expires,
    "RFC 8628 §4 the endpoint and the grant must be told": tells_where,
    "RFC 8628 §5.1 guessing of user codes must be limited": stops_guessing,
    "RFC 8628 §5.2 device codes must not be guessable": differs_each_time,
    "RFC 8628 §6.1 user codes are read whatever their case and separators": ignores_case,
}
