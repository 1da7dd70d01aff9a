"""The sign-in, consent and token doors over real services and stores, with a clock that tests move."""

import base64
import hashlib
import re
import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx2
from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import JSONResponse, Response
from tests.databases import MEMORY
from tests.doors.portal.elsewhere import COMPANY, GITHUB, Elsewhere

from satchel.coordination.memory import MemoryBus, MemoryLimiter
from satchel.custody.local import LocalCustody
from satchel.domain.apps import App
from satchel.domain.catalog import Endpoint, Place
from satchel.domain.errors import NotFound, SatchelError
from satchel.doors.auth import Authenticator
from satchel.doors.errors import error_headers, openai_error, reply_to
from satchel.doors.http import oauth as oauth_door
from satchel.doors.http.auth_keys import auth_keys_router
from satchel.doors.http.callers import Callers
from satchel.doors.http.passkeys import passkeys_router
from satchel.doors.http.proofs import proofs_router
from satchel.doors.http.totps import totps_router
from satchel.doors.portal.router import router
from satchel.doors.portal.session import PortalSession
from satchel.doors.portal.terms import Terms
from satchel.kit.ids import Ids
from satchel.ports.mail import MailFailed
from satchel.ports.oauth import OAuthStore
from satchel.ports.proofs import UsedProofs
from satchel.ports.stores import Database
from satchel.services.accounts import Accounts
from satchel.services.accounts.departures import Departures
from satchel.services.accounts.invitations import Invitations
from satchel.services.accounts.mail_links import MailLinks
from satchel.services.accounts.passkeys import Passkeys
from satchel.services.accounts.proofs import Proofs
from satchel.services.accounts.totps import Totps
from satchel.services.apps import CHROMIUM_EXTENSION_ID, EXTENSION_CLIENT_ID, Apps
from satchel.services.oauth.authorities import Authorities
from satchel.services.oauth.devices import Devices
from satchel.services.oauth.documents import ClientDocuments
from satchel.services.oauth.exchange import Exchange
from satchel.services.oauth.issuer import Issuer
from satchel.services.oauth.key_proofs import KeyProofs
from satchel.services.oauth.pairings import Pairings
from satchel.services.oauth.registrations import Registrations
from satchel.services.oauth.service import OAuth
from satchel.services.oauth.ties import Ties
from satchel.services.oauth.tokens import Tokens
from satchel.services.policy import Policy
from satchel.services.vault.envelopes import Envelopes
from satchel.services.vault.keks import Keks
from satchel.stores.memory.database import MemoryDatabase
from satchel.stores.memory.oauth import MemoryOAuthStore
from satchel.stores.memory.used_proofs import MemoryUsedProofs
from satchel.stores.sql.database import SqlDatabase
from satchel.stores.sql.oauth import SqlOAuthStore
from satchel.stores.sql.used_proofs import SqlUsedProofs

BASE = "http://127.0.0.1:8787"
EMAIL, PASSWORD = "mira@holt.example", "correct horse battery"
REDIRECT = f"https://{CHROMIUM_EXTENSION_ID}.chromiumapp.org/"
SCOPES = "activity generate models"
OURS = {"sec-fetch-site": "same-origin", "origin": BASE}


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.at = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
        self.at_s = 1000.0

    def now(self) -> datetime:
        return self.at

    def monotonic_s(self) -> float:
        return self.at_s

    def pass_by(self, **spans: float) -> None:
        self.at += timedelta(**spans)
        self.at_s += timedelta(**spans).total_seconds()


async def shared_secrets() -> Sequence[bytes]:
    """Return what the processes of a deployment share."""
    return [b"of this deployment"]


class OneModel:
    """A catalog of one model, `author/slug`, at the endpoint `lab:slug`."""

    place: Place = "elsewhere"

    async def endpoints(self, account_id: str) -> Sequence[Endpoint]:
        return [Endpoint("lab:slug", "author/slug", "lab", "slug", "http://127.0.0.1:9/v1", "Slug", "Lab", place=self.place)]

    async def resolve(self, account_id: str, model: str) -> Sequence[Endpoint]:
        return await self.endpoints(account_id)

    async def preferred(self, account_id: str) -> str:
        return "author/slug"


class Mailbox:
    """Takes every mail; what is not handed over fails."""

    def __init__(self) -> None:
        self.mails: list[tuple[str, str, str]] = []
        self.is_broken = False

    async def send(self, to: str, subject: str, text: str) -> None:
        if self.is_broken:
            raise MailFailed("mail.example:587: ConnectionRefusedError")
        self.mails.append((to, subject, text))


class House:
    """Everything wired, and a browser in front of it."""

    def __init__(self, database: Database, store: OAuthStore, used: UsedProofs, clock: Clock, folder: Path, base: str = BASE) -> None:
        self.clock, self.database, self.used_proofs, self.base = clock, database, used, base
        self.bus = MemoryBus()
        self.apps = Apps()
        self._add_people(database)
        self.documents: dict[str, bytes] = {}
        self.fetched: list[str] = []
        documents = ClientDocuments(self._document, clock)
        proofs = KeyProofs(used, clock, shared_secrets)
        self.registrations = Registrations(shared_secrets, clock, is_on=True)
        pushes = Envelopes("dep_1", "pushed-request", Ids())
        self.oauth = OAuth(store, self._app, documents, proofs, envelopes=pushes, bus=self.bus, clock=clock, ids=Ids())
        self.tokens = Tokens(database, lambda owner_id: None, bus=self.bus, clock=clock, ids=Ids())
        self.devices = Devices(database, bus=self.bus, clock=clock)
        issuer = Issuer(base if base.startswith("https") else None)
        self.authenticator = Authenticator(database, self.bus, clock, proofs, issuer)
        self.asgi = FastAPI()
        self.asgi.include_router(
            oauth_door.router(
                self.oauth, self.tokens, Callers(self.authenticator), self.registrations, limiter=MemoryLimiter(clock), issuer=issuer
            )
        )
        self.models = OneModel()
        self.policy = Policy(database, self.models, MemoryLimiter(clock), self.bus, clock)
        self.exchange = Exchange(store, bus=self.bus, clock=clock, ids=Ids())
        self.asgi.include_router(auth_keys_router(Callers(self.authenticator), self.exchange, self.tokens, clock), prefix="/v1")
        private = self._private_doors()
        for doors in private:
            self.asgi.include_router(doors, prefix="/v1")
        terms = Terms(self.models, self.policy, clock, Ids())
        self.elsewhere = Elsewhere()
        self.ties = Ties(database, clock, Ids())
        self.pairings = Pairings(store, self.oauth, MemoryLimiter(clock), clock)
        self.authorities = Authorities([COMPANY, GITHUB], self.elsewhere.ask, MemoryLimiter(clock), clock, Ids())
        self.asgi.include_router(router(self, terms=terms, issuer=issuer, folder=folder))
        self.asgi.mount("/portal/api", PortalSession(_who(*private), self.accounts, issuer))
        self.asgi.add_exception_handler(SatchelError, _as_json)
        self.browser = self.new_browser()

    def _add_people(self, database: Database) -> None:
        limiter, clock = MemoryLimiter(self.clock), self.clock
        self.accounts = Accounts(database, limiter, self.bus, clock, Ids())
        self.invitations = Invitations(database, self.accounts, clock, Ids())
        self.passkeys = Passkeys(database, self.accounts, clock, Ids())
        self.custody = LocalCustody([b"k" * 16 + bytes(range(16))], "dep_1")
        self.keks = Keks(database, self.custody, clock, Ids())
        self.totps = Totps(database, self.custody, self.keks.enrol, limiter=limiter, clock=clock, ids=Ids())
        self.mailbox = Mailbox()
        departures = Departures(database, self.bus, clock, flush=_flushed, forget=lambda account_id: None)
        self.mail_links = MailLinks(database, self.accounts, departures, self.mailbox, limiter=limiter, clock=clock, ids=Ids())
        self.proofs = Proofs(database, self.accounts, self.passkeys, self.totps, clock=clock)

    def _private_doors(self) -> list[APIRouter]:
        """Return the doors that open to a person in the portal only."""
        callers = Callers(self.authenticator)
        return [
            passkeys_router(callers, self.passkeys, self.proofs),
            proofs_router(callers, self.proofs, self.accounts, self.devices),
            totps_router(callers, self.totps, self.accounts),
        ]

    async def _app(self, client_id: str) -> App | None:
        return self.apps.find(client_id) or await self.registrations.find(client_id)

    async def _document(self, address: str) -> bytes:
        self.fetched.append(address)
        if address not in self.documents:
            raise NotFound("its host answered 404")
        return self.documents[address]

    def new_browser(self) -> httpx2.AsyncClient:
        return httpx2.AsyncClient(transport=httpx2.ASGITransport(app=self.asgi), base_url=self.base)

    async def sign_in(self) -> None:
        if await self.accounts.by_email(EMAIL) is None:
            await self.accounts.create(EMAIL, PASSWORD)
        answer = await self.browser.post("/sign-in", data={"email": EMAIL, "password": PASSWORD}, headers=self.ours())
        assert answer.status_code == 303, answer.text

    def ours(self) -> dict[str, str]:
        return OURS | {"origin": self.base}

    async def consent(self, flow: "Flow", decision: str = "allow", **changes: str) -> httpx2.Response:
        """Load the consent page and press a button."""
        address = flow.address(**changes)
        page = await self.browser.get(address)
        assert page.status_code == 200, page.text
        return await self.browser.post(address, data={"token": form_token(page.text), "decision": decision}, headers=self.ours())

    async def connect(self, flow: "Flow") -> dict[str, str]:
        """Go through the whole flow; return the token answer."""
        answer = await self.browser.post("/oauth/token", data=flow.redemption(code_of(await self.consent(flow))))
        assert answer.status_code == 200, answer.text
        tokens: dict[str, str] = answer.json()
        return tokens

    async def refresh(self, refresh_token: str, **more: str) -> httpx2.Response:
        form = {"grant_type": "refresh_token", "client_id": EXTENSION_CLIENT_ID, "refresh_token": refresh_token, **more}
        return await self.browser.post("/oauth/token", data=form)


class Flow:
    """One authorization request and its PKCE pair."""

    def __init__(self, state: str = "xyz 1&2") -> None:
        self.state = state
        self.verifier = secrets.token_urlsafe(48)
        digest = hashlib.sha256(self.verifier.encode()).digest()
        self.challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")

    def query(self, **changes: str | None) -> dict[str, str]:
        asked: dict[str, str | None] = {
            "response_type": "code",
            "client_id": EXTENSION_CLIENT_ID,
            "redirect_uri": REDIRECT,
            "scope": SCOPES,
            "state": self.state,
            "code_challenge": self.challenge,
            "code_challenge_method": "S256",
        }
        return {name: value for name, value in (asked | changes).items() if value is not None}

    def address(self, **changes: str | None) -> str:
        return f"/oauth/authorize?{urlencode(self.query(**changes))}"

    def redemption(self, code: str, /, **changes: str) -> dict[str, str]:
        form = {"grant_type": "authorization_code", "client_id": EXTENSION_CLIENT_ID, "code": code, "redirect_uri": REDIRECT}
        return form | {"code_verifier": self.verifier} | changes


@asynccontextmanager
async def house(database: str, folder: Path, base: str = BASE) -> AsyncIterator[House]:
    """Build a house over memory, or over the database at an address."""
    clock = Clock()
    if database == MEMORY:
        memory = MemoryDatabase(clock)
        built = House(memory, MemoryOAuthStore(memory), MemoryUsedProofs(memory), clock, folder / "static", base)
    else:
        sql = SqlDatabase(database, clock)
        built = House(sql, SqlOAuthStore(sql), SqlUsedProofs(sql), clock, folder / "static", base)
    async with built.browser:
        yield built
    built.authenticator.close()
    await built.database.aclose()


def form_token(page: str) -> str:
    found = re.search(r'name="token" value="([^"]+)"', page)
    assert found, page
    return found[1]


def sent_back(response: httpx2.Response) -> dict[str, str]:
    """Return the parameters that a redirect to the app carries."""
    assert response.status_code == 303, response.text
    location = response.headers["location"]
    assert location.startswith(REDIRECT + "?"), location
    return {name: values[0] for name, values in parse_qs(urlsplit(location).query, strict_parsing=True).items()}


def code_of(response: httpx2.Response) -> str:
    return sent_back(response)["code"]


async def _flushed() -> None:
    """Nothing is settled in these tests."""


async def _as_json(request: Request, error: Exception) -> Response:
    assert isinstance(error, SatchelError)
    headers = {name.decode(): value.decode() for name, value in error_headers(error)}
    return JSONResponse(openai_error(error, "req_test"), status_code=reply_to(type(error)).status, headers=headers)


def _who(*routers: APIRouter) -> FastAPI:
    """Stand in for the management doors: say who calls, and serve some of them."""
    asgi = FastAPI()
    asgi.add_exception_handler(SatchelError, _as_json)
    for more in routers:
        asgi.include_router(more)

    async def who(request: Request) -> Response:
        principal = request.scope["satchel.principal"]
        return JSONResponse({"account": principal.account_id, "scopes": sorted(principal.scopes)})

    asgi.add_api_route("/account", who, methods=["GET", "PATCH", "DELETE"], response_model=None)
    return asgi
