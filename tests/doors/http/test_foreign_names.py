"""Names that are no ids of rows: codes, pushed requests, passkeys, invitations. Of another account they are as good as made up, everywhere.

A code that still waits, a request that an app has just pushed, and an invitation that nobody used belong to no account: whoever has
them may use them. What follows is about those that somebody has used or decided, and those that another app brings.
"""

import copy
import hashlib
import json
import re
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass
from urllib.parse import parse_qs, quote, urlencode, urlsplit

import aiohttp
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from yarl import URL

from satchel.doors.portal.csrf import form_token as token_for
from satchel.services.apps import EXTENSION_CLIENT_ID, TERMINAL_CLIENT_ID

from ..person import Answer, Person
from ..portal.authenticator import Authenticator
from ..portal.house import Flow, form_token
from .test_isolation import BODIES, ROWS
from .two_accounts import Two, leveled, unknown

APP = "https://notes.example/app.json"
DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
PASSWORD = "yet another long password"
TERMS = {"model": "*", "budget": "", "period": "day", "days": "1"}


@dataclass
class Both:
    """The browsers of two people, what the first has done with which names, and the first's passkey."""

    two: Two
    first: Person
    second: Person
    flow: Flow
    holder: Authenticator
    names: dict[str, str]


@pytest.fixture
async def both(two: Two) -> AsyncGenerator[Both, None]:
    jars = [aiohttp.CookieJar(unsafe=True) for _ in range(2)]
    url = f"http://localhost:{two.house.port}"
    async with aiohttp.ClientSession(cookie_jar=jars[0]) as mine, aiohttp.ClientSession(cookie_jar=jars[1]) as other:
        first, second = Person(mine, url), Person(other, url)
        await first.sign_in(two.house.account.email, "a long enough password")
        await second.sign_in("other@satchel.example", "another long password")
        made = Both(two, first, second, Flow(), Authenticator(url), {})
        await fill(made)
        yield made


async def fill(both: Both) -> None:
    """Let the first person use one name of each kind."""
    names, first = both.names, both.first
    names["device_code"], names["user_code"] = await decided(first, "allow")
    names["denied_device_code"], names["denied_user_code"] = await decided(first, "deny")
    names["request_uri"], names["used_request_uri"] = await pushed(both), await pushed(both)
    where = authorize(EXTENSION_CLIENT_ID, names["used_request_uri"])
    page, _ = await first.get(where)
    _, headers = await first.post(where, 303, data={"token": form_token(page), "decision": "allow"})
    names["code"] = parse_qs(urlsplit(headers["location"]).query)["code"][0]
    _, names["invitation"] = await both.two.house.house.invitations.make(both.two.house.account.id, "A guest")
    assert (await join(both, names["invitation"]))[0] == 303
    options = json.loads((await first.post("/portal/api/passkeys/begin"))[0])
    credential = {"credential": both.holder.create(options), "name": "Laptop"}
    names["passkey"] = json.loads((await first.post("/portal/api/passkeys", 201, json=credential))[0])["id"]
    names["credential"] = credential["credential"]["id"]


async def decided(person: Person, decision: str) -> tuple[str, str]:
    """Let a device ask, and decide about it; return its two codes."""
    asked = {"client_id": TERMINAL_CLIENT_ID, "scope": "generate"}
    codes = json.loads((await person.post("/oauth/device_authorization", data=asked))[0])
    code = codes["user_code"].replace("-", "")
    page, _ = await person.post("/device", data={"token": form_token((await person.get("/device"))[0]), "code": code})
    await person.post("/device", data={"token": form_token(page), "code": code, "decision": decision, **TERMS})
    return codes["device_code"], code


async def pushed(both: Both) -> str:
    """Return the name of a request that the extension has pushed."""
    text, _ = await both.first.post("/oauth/par", 201, data=both.flow.query())
    return str(json.loads(text)["request_uri"])


def authorize(client_id: str, request_uri: str) -> str:
    return f"/oauth/authorize?{urlencode({'client_id': client_id, 'request_uri': request_uri})}"


async def join(both: Both, link: str) -> Answer:
    """Make an account with an invitation, in a browser of its own."""
    form = {"link": link, "email": "guest@satchel.example", "password": PASSWORD, "again": PASSWORD}
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http:
        return await Person(http, both.first.url).send("POST", "/setup", data=form)


async def type_it(both: Both, code: str) -> Answer:
    token = form_token((await both.second.get("/device"))[0])
    return await both.second.send("POST", "/device", data={"token": token, "code": code})


async def allow_it(both: Both, code: str) -> Answer:
    return await decide_it(both, code, "allow")


async def deny_it(both: Both, code: str) -> Answer:
    return await decide_it(both, code, "deny")


async def decide_it(both: Both, code: str, decision: str) -> Answer:
    """Decide about a code that was never shown, with the token that its page would have had."""
    token = own_token(both, f"device/{code.upper()}")
    return await both.second.send("POST", "/device", data={"token": token, "code": code, "decision": decision, **TERMS})


def own_token(both: Both, purpose: str) -> str:
    """Return the second person's token for a form: who is signed in can work out all of their own."""
    (secret,) = [cookie.value for cookie in both.second.http.cookie_jar if cookie.key == "satchel_sid"]
    return token_for(secret, purpose)


async def poll(both: Both, code: str, client_id: str = APP) -> Answer:
    return await both.second.send("POST", "/oauth/token", data={"grant_type": DEVICE_GRANT, "client_id": client_id, "device_code": code})


async def redeem(both: Both, code: str) -> Answer:
    return await both.second.send("POST", "/oauth/token", data=both.flow.redemption(code, client_id=APP))


async def exchange(both: Both, code: str) -> Answer:
    return await both.second.send("POST", "/v1/auth/keys", json={"code": code, "code_verifier": both.flow.verifier})


async def open_as_another_app(both: Both, request_uri: str) -> Answer:
    return await both.second.send("GET", authorize(APP, request_uri))


async def open_again(both: Both, request_uri: str) -> Answer:
    return await both.second.send("GET", authorize(EXTENSION_CLIENT_ID, request_uri))


async def allow_again(both: Both, request_uri: str) -> Answer:
    where = authorize(EXTENSION_CLIENT_ID, request_uri)
    purpose = f"consent/{hashlib.sha256(URL(where).raw_path_qs.encode()).hexdigest()}"
    return await both.second.send("POST", where, data={"token": own_token(both, purpose), "decision": "allow"})


async def join_by_passkey(both: Both, link: str) -> Answer:
    """Make an account with an invitation and a new passkey."""
    form = {"link": link, "email": "fourth@satchel.example", "name": "Phone"}
    begun = await both.second.send("POST", "/setup/passkey/begin", json=form)
    if begun[0] != 200:
        return begun
    credential = Authenticator(both.second.url).create(json.loads(begun[1]))
    return await both.second.send("POST", "/setup/passkey", json={**form, "credential": credential})


DOORS: list[tuple[str, Callable[[Both, str], Awaitable[Answer]], int]] = [
    ("user_code", type_it, 404),
    ("denied_user_code", type_it, 404),
    ("user_code", allow_it, 404),
    ("user_code", deny_it, 404),
    ("device_code", poll, 400),
    ("denied_device_code", poll, 400),
    ("request_uri", open_as_another_app, 400),
    ("used_request_uri", open_again, 400),
    ("used_request_uri", allow_again, 400),
    ("code", redeem, 400),
    ("code", exchange, 403),
    ("invitation", join, 410),
    ("invitation", join_by_passkey, 401),
]


def made_up(name: str) -> str:
    """Return a name of the same kind that nobody has."""
    head, mark, rest = name.rpartition(":")
    return head + mark + unknown(rest)


def plain(answer: Answer, named: str) -> tuple[int, str, str]:
    """Return an answer without what must differ: the name, what was drawn at random, and the request's own id."""
    status, text, headers = answer
    text = text.replace(named, "NAME").replace(quote(named, safe=""), "NAME")
    return status, re.sub(r"req_\w+|[\w-]{43}", "RANDOM", text), headers.get("location", "")


async def test_at_its_own_door_a_name_of_another_account_is_an_unknown_one(both: Both) -> None:
    for kind, door, status in DOORS:
        name = both.names[kind]
        answers = [plain(await door(both, named), named) for named in (name, made_up(name))]
        assert answers[0] == answers[1], (kind, door.__name__)
        assert answers[0][0] == status, (kind, door.__name__, answers[0])
    await all_is_as_it_was(both)


async def all_is_as_it_was(both: Both) -> None:
    """Prove that nobody else's tries cost the first person anything."""
    assert (await poll(both, both.names["device_code"], TERMINAL_CLIENT_ID))[0] == 200
    assert "access_denied" in (await poll(both, both.names["denied_device_code"], TERMINAL_CLIENT_ID))[1]
    await both.first.post("/oauth/token", data=both.flow.redemption(both.names["code"]))
    await both.first.get(authorize(EXTENSION_CLIENT_ID, both.names["request_uri"]))
    assert both.names["passkey"] in (await both.first.get("/portal/api/passkeys"))[0]


async def test_no_name_of_another_account_fits_where_an_id_goes(both: Both) -> None:
    for (method, path), _ in ROWS.items():
        for kind, name in both.names.items():
            answers = []
            for named in (name, made_up(name)):
                address = path[: path.index("{")] + quote(named, safe="") + path[path.index("}") + 1 :]
                answers.append(leveled(await both.two.ask(method, address, BODIES.get((method, path))), named))
            assert answers[0] == answers[1], (method, path, kind)
            assert answers[0][0] == 404, (method, path, kind, answers[0])
    await all_is_as_it_was(both)


async def test_a_passkey_of_another_account_proves_nothing_and_its_id_tells_nothing(both: Both) -> None:
    stranger = Authenticator(both.second.url)
    stranger.credential_id, stranger.user_handle = b"made up" * 5, both.holder.user_handle
    thief = copy.copy(both.holder)
    thief.key = ec.generate_private_key(ec.SECP256R1())
    for path in ("/sign-in/passkey", "/portal/api/proof"):
        answers = []
        for holder in (thief, stranger, *([both.holder] if path == "/portal/api/proof" else [])):
            asked = json.loads((await both.second.post(f"{path}/begin"))[0])
            answers.append(await both.second.send("POST", path, json={"credential": holder.get(asked)}))
        assert {plain(answer, "no name") for answer in answers} == {plain(answers[0], "no name")}, path
        assert answers[0][0] == 401, (path, answers[0])
    asked = json.loads((await both.first.post("/sign-in/passkey/begin"))[0])
    await both.first.post("/sign-in/passkey", json={"credential": both.holder.get(asked)})
