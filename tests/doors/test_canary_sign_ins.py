"""Every way in, taken to its good end: of the secrets that pass by, no log and no file keeps any in clear."""

import asyncio
import base64
import hashlib
import json
import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import aiohttp
from tests.doors.authority import ACCESS_TOKEN, CLIENT_SECRET, CODE, Authority, authority
from tests.doors.canaries import CANARY, PROMPT, found_in, kill, talkative, traces
from tests.doors.person import Person
from tests.doors.portal.authenticator import Authenticator
from tests.doors.portal.house import REDIRECT, form_token
from tests.stage import EMAIL
from tests.transport.mail_server import MailServer, mail_server

from satchel.services.apps import EXTENSION_CLIENT_ID, TERMINAL_CLIENT_ID

VERIFIER = f"{CANARY}-{'v' * 40}"
DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"


async def test_every_way_in_keeps_no_secret_in_clear(tmp_path: Path) -> None:
    async with mail_server() as mails, authority() as elsewhere:
        settings = {
            "SATCHEL_SMTP_URL": f"smtp://127.0.0.1:{mails.port}",
            "SATCHEL_MAIL_FROM": "satchel@home.example",
            "SATCHEL_OIDC_ISSUER": elsewhere.issuer,
            "SATCHEL_OIDC_NAME": "Lab",
            "SATCHEL_OIDC_CLIENT_ID": "satchel",
            "SATCHEL_OIDC_CLIENT_SECRET": CLIENT_SECRET,
        }
        jar = aiohttp.CookieJar(unsafe=True)
        async with talkative(tmp_path, **settings) as (satchel, _, _), aiohttp.ClientSession(cookie_jar=jar) as http:
            person = Person(http, f"http://localhost:{satchel.port}")
            await by_mail(person, mails)
            await by_passkey(person)
            await by_authority(person, elsewhere)
            await push(person)
            await pair(person)
            await kill(satchel)
            assert len(person.secrets) > 15
            left = traces(satchel)
            assert found_in(left, [CANARY.encode(), *(secret.encode() for secret in person.secrets)]) == []


async def by_mail(person: Person, mails: MailServer) -> None:
    """Sign in by a link in a mail."""
    await person.post("/sign-in/mail", data={"email": EMAIL, "next": f"/demo?{CANARY}"})
    async with asyncio.timeout(20):
        while not mails.mails:
            await asyncio.sleep(0.02)
    found = re.search(r"http://[^/]+(/sign-in/mail/open\?link=([\w-]+)\S*)", mails.mails[0].get_content())
    assert found
    person.secrets.add(found[2])
    page, _ = await person.get(found[1])
    form = dict(re.findall(r'name="(\w+)" value="([^"]*)"', page))
    _, headers = await person.post("/sign-in/mail/open", 303, data=form)
    assert headers["location"] == f"/demo?{CANARY}"


async def by_passkey(person: Person) -> None:
    """Add a passkey, and sign in with it in a new browser."""
    holder = Authenticator(person.url)
    options = json.loads((await person.post("/portal/api/passkeys/begin"))[0])
    made = holder.create(options)
    await person.post("/portal/api/passkeys", 201, json={"credential": made, "name": "Laptop"})
    person.forget_cookies()
    asked = json.loads((await person.post("/sign-in/passkey/begin"))[0])
    answer = holder.get(asked)
    await person.post("/sign-in/passkey", json={"credential": answer, "next": f"/demo?{CANARY}"})
    person.secrets |= {options["challenge"], asked["challenge"], answer["response"]["signature"], answer["response"]["clientDataJSON"]}


async def by_authority(person: Person, elsewhere: Authority) -> None:
    """Connect a person of an authority, and sign in by it in a new browser."""
    page, _ = await person.get("/sign-in/ways")
    found = re.search(r'href="(/sign-in/with/oidc\?tie=[^"]+)"', page)
    assert found
    for way in (found[1], f"/sign-in/with/oidc?next=/demo?{CANARY}"):
        _, headers = await person.get(way, 303)
        brought = elsewhere.lets_in(headers["location"])
        person.secrets |= {brought["state"], elsewhere.nonce}
        await person.get(f"/sign-in/back/oidc?{urlencode(brought)}", 303)
        if way == found[1]:
            person.forget_cookies()
    assert [heard["code"] for heard in elsewhere.heard] == [[CODE]] * 2
    person.secrets |= {ACCESS_TOKEN, *(heard["code_verifier"][0] for heard in elsewhere.heard)}


async def push(person: Person) -> None:
    """Push an authorization request, allow it, redeem its code and refresh."""
    challenge = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")
    asked = {"response_type": "code", "client_id": EXTENSION_CLIENT_ID, "redirect_uri": REDIRECT, "scope": "generate models"}
    more = {"state": f"{CANARY} state", "login_hint": PROMPT, "code_challenge": challenge, "code_challenge_method": "S256"}
    async with person.http.post(f"{person.url}/oauth/par", data=asked | more) as reply:
        pushed = (await reply.json())["request_uri"]
    where = f"/oauth/authorize?{urlencode({'client_id': EXTENSION_CLIENT_ID, 'request_uri': pushed})}"
    page, _ = await person.get(where)
    _, headers = await person.post(where, 303, data={"token": form_token(page), "decision": "allow"})
    told = parse_qs(urlsplit(headers["location"]).query)
    assert told["state"] == [f"{CANARY} state"]
    form = {"grant_type": "authorization_code", "code": told["code"][0], "redirect_uri": REDIRECT, "code_verifier": VERIFIER}
    tokens = await exchanged(person, form | {"client_id": EXTENSION_CLIENT_ID})
    form = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"], "client_id": EXTENSION_CLIENT_ID}
    await exchanged(person, form)
    person.secrets |= {pushed, pushed.rpartition(":")[2], told["code"][0]}


async def pair(person: Person) -> None:
    """Let a device in by its code."""
    async with person.http.post(
        f"{person.url}/oauth/device_authorization", data={"client_id": TERMINAL_CLIENT_ID, "scope": "generate"}
    ) as reply:
        codes = await reply.json()
    page, _ = await person.get("/device")
    page, _ = await person.post("/device", data={"token": form_token(page), "code": codes["user_code"]})
    shown = re.search(r'name="code" value="([^"]+)"', page)
    assert shown
    terms = {"model": "*", "budget": "", "period": "day", "days": "1"}
    await person.post("/device", data={"token": form_token(page), "code": shown[1], "decision": "allow", **terms})
    form = {"grant_type": DEVICE_GRANT, "client_id": TERMINAL_CLIENT_ID, "device_code": codes["device_code"]}
    await exchanged(person, form)
    person.secrets |= {codes["device_code"], codes["user_code"], codes["user_code"].replace("-", "")}


async def exchanged(person: Person, form: Mapping[str, str]) -> dict[str, str]:
    """Ask the token endpoint, as a program does."""
    async with aiohttp.ClientSession() as program, program.post(f"{person.url}/oauth/token", data=form) as reply:
        assert reply.status == 200, await reply.text()
        tokens: dict[str, str] = await reply.json()
    person.secrets |= {tokens["access_token"], tokens["refresh_token"]}
    return tokens
