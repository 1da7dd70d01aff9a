"""Checks that several clauses share: what a request with a change in it gets."""

from collections.abc import Awaitable, Callable

from tests.doors.portal.house import BASE, Flow, House, code_of, sent_back

Check = Callable[[House], Awaitable[None]]

APP = "https://notes.example/app.json"
METADATA = "/.well-known/oauth-authorization-server"
FORM = {"content-type": "application/x-www-form-urlencoded"}


def back_with(error: str, **changes: str | None) -> Check:
    """Return the check that an authorization request with these changes goes back to the app with this error, and with `iss`."""

    async def check(home: House) -> None:
        await home.sign_in()
        told = sent_back(await home.browser.get(Flow("st").address(**changes)))
        assert (told["error"], told["state"], told["iss"]) == (error, "st", BASE)

    return check


def page_for(**changes: str | None) -> Check:
    """Return the check that such a request gets a page: the browser is sent nowhere."""

    async def check(home: House) -> None:
        answer = await home.browser.get(Flow().address(**changes))
        assert (answer.status_code, "location" in answer.headers) == (400, False)

    return check


def no_token(error: str, **changes: str) -> Check:
    """Return the check that a good code with these changes gives no token, but this error."""

    async def check(home: House) -> None:
        await home.sign_in()
        flow = Flow()
        answer = await home.browser.post("/oauth/token", data=flow.redemption(code_of(await home.consent(flow)), **changes))
        assert (answer.status_code, answer.json()["error"]) == (400, error)

    return check


def told(**wanted: object) -> Check:
    """Return the check that the metadata says so."""

    async def check(home: House) -> None:
        metadata = (await home.browser.get(METADATA)).json()
        assert {name: metadata.get(name) for name in wanted} == wanted

    return check


def revoked(status: int = 200, **changes: str) -> Check:
    """Return the check of a revocation's status."""

    async def check(home: House) -> None:
        form = {"token": "sat_unknown", "client_id": "satchel-extension", **changes}
        assert (await home.browser.post("/oauth/revoke", data=form)).status_code == status

    return check
