"""What a test does at an authority: go there, have it say something, and come back."""

import re
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx2
from tests.doors.portal.elsewhere import Key
from tests.doors.portal.house import House


def query_of(location: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}


async def begun(home: House, browser: httpx2.AsyncClient | None = None, name: str = "company", after: str = "/demo") -> str:
    """Begin to sign in; return where the browser is sent."""
    answer = await (browser or home.browser).get(f"/sign-in/with/{name}?{urlencode({'next': after})}")
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


async def came_back(
    home: House, location: str, browser: httpx2.AsyncClient | None = None, name: str = "company", **changes: str
) -> httpx2.Response:
    """Come back from the authority with a code."""
    query = {"code": "c0de", "state": query_of(location)["state"], **changes}
    return await (browser or home.browser).get(f"/sign-in/back/{name}?{urlencode(query)}")


def say(home: House, location: str, *, key: Key | None = None, alg: str = "RS256", **claims: object) -> None:
    now = int(home.clock.at.timestamp())
    home.elsewhere.will_say(location, {"iat": now, "exp": now + 300, **claims}, key, alg)


async def tied(home: House) -> None:
    """Sign in by password, connect the authority, and sign out."""
    await home.sign_in()
    page = await home.browser.get("/sign-in/ways")
    address = re.search(r'href="(/sign-in/with/company\?tie=[^"]+)"', page.text)
    assert address, page.text
    location = (await home.browser.get(address[1])).headers["location"]
    say(home, location)
    answer = await came_back(home, location)
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in/ways")
    home.browser.cookies.clear()


async def signed_in(home: House, browser: httpx2.AsyncClient | None = None) -> bool:
    return (await (browser or home.browser).get("/portal/api/account")).status_code == 200
