"""All routes of the portal door."""

from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Protocol

from fastapi import APIRouter, Request
from fastapi.responses import Response

from satchel.domain.errors import InternalError, SatchelError, Throttled, Unauthenticated
from satchel.doors.portal.auth import AUTH_PATH, AuthDoor
from satchel.doors.portal.authority import WAYS_PATH, AuthorityDoor
from satchel.doors.portal.authorize import AuthorizeDoor
from satchel.doors.portal.built import BUILT, BuiltPortal
from satchel.doors.portal.consent import Consent, address_of
from satchel.doors.portal.device import DeviceDoor
from satchel.doors.portal.mail_link import DONE_PATH, OPEN_PATH, MailLinkDoor
from satchel.doors.portal.pages import Pages
from satchel.doors.portal.passkeys import PasskeyDoor
from satchel.doors.portal.proof import ProofPage
from satchel.doors.portal.session import Visits
from satchel.doors.portal.sign_in import (
    CODE_PATH,
    MAIL_PATH,
    SIGN_IN_PATH,
    SIGN_OUT_PATH,
    SIGN_UP_PATH,
    SignInDoor,
    SignInServices,
    sign_in_address,
)
from satchel.doors.portal.terms import Terms
from satchel.services.accounts.invitations import SETUP_PATH
from satchel.services.accounts.passkeys import Passkeys
from satchel.services.oauth.exchange import Exchange
from satchel.services.oauth.issuer import Issuer
from satchel.services.oauth.metadata import AUTHORIZE_PATH, DEVICE_PATH
from satchel.services.oauth.pairings import Pairings
from satchel.services.oauth.service import OAuth
from satchel.services.oauth.ties import Ties

Handler = Callable[[Request], Awaitable[Response]]


class AskingDoor(Protocol):
    """A door that asks a person for consent, and takes the answer."""

    async def ask(self, request: Request) -> Response:
        """Ask."""
        ...

    async def answer(self, request: Request) -> Response:
        """Take the answer."""
        ...


class PortalServices(SignInServices, Protocol):
    """What the pages use; the house has it."""

    passkeys: Passkeys
    oauth: OAuth
    exchange: Exchange
    ties: Ties
    pairings: Pairings


def router(house: PortalServices, *, terms: Terms, issuer: Issuer, folder: Path = BUILT) -> APIRouter:
    """Return the routes, to be included without a prefix.

    Args:
        house: the services.
        terms: what the person may set before allowing a site.
        issuer: our own address.
        folder: where Vite put the built portal; it may be missing.
    """
    accounts = house.accounts
    pages, visits = Pages(), Visits(accounts, issuer)
    sign_in, mail = SignInDoor(house, visits=visits, pages=pages), MailLinkDoor(house, visits=visits, pages=pages)
    authority = AuthorityDoor(house, visits=visits, pages=pages)
    consent = Consent(accounts, terms, ProofPage(accounts, house.proofs, pages), pages)
    asking: dict[str, AskingDoor] = {
        AUTHORIZE_PATH: AuthorizeDoor(house.oauth, consent, visits),
        AUTH_PATH: AuthDoor(house.exchange, consent, visits, pages),
        DEVICE_PATH: DeviceDoor(house.pairings, consent, visits, pages),
    }
    built = BuiltPortal(folder, visits, pages)
    shown: dict[str, Handler] = {
        "/": built.portal,
        "/demo": built.demo,
        "/static/{path:path}": built.static,
        SIGN_IN_PATH: sign_in.show,
        **authority.shown,
        MAIL_PATH: mail.show,
        OPEN_PATH: mail.show_opened,
        DONE_PATH: mail.done,
        SIGN_OUT_PATH: sign_in.show_leaving,
        f"{SETUP_PATH}/{{link}}": sign_in.show_setup,
        SIGN_UP_PATH: sign_in.show_sign_up,
        **{path: door.ask for path, door in asking.items()},
    }
    sent: dict[str, Handler] = {
        SIGN_IN_PATH: sign_in.enter,
        CODE_PATH: sign_in.enter_code,
        MAIL_PATH: mail.ask,
        OPEN_PATH: mail.enter,
        SIGN_OUT_PATH: sign_in.leave,
        WAYS_PATH: authority.untie,
        SETUP_PATH: sign_in.set_up,
        **{path: door.answer for path, door in asking.items()},
    }
    return _routes(shown, sent, PasskeyDoor(accounts, house.passkeys, visits).scripted, pages)


def _routes(shown: Mapping[str, Handler], sent: Mapping[str, Handler], scripted: Mapping[str, Handler], pages: Pages) -> APIRouter:
    routes = APIRouter(include_in_schema=False)
    for path, handler in scripted.items():
        routes.add_api_route(path, handler, methods=["POST"], response_model=None)
    for methods, handlers in ((["GET", "HEAD"], shown), (["POST"], sent)):
        for path, handler in handlers.items():
            page = _with_error_pages(handler, pages, is_shown=path in shown)
            routes.add_api_route(path, page, methods=methods, response_model=None)
    return routes


def _with_error_pages(handler: Handler, pages: Pages, *, is_shown: bool) -> Handler:
    """Answer people's errors with pages; what is not ours to name goes on to the outer application.

    Args:
        handler: what answers.
        pages: what draws the page.
        is_shown: whether the same address is a page to look at, not only where a form goes.
    """

    async def handle(request: Request) -> Response:
        try:
            response = await handler(request)
        except SatchelError as error:
            response = pages.error(error, _way_on(request, error, is_shown=is_shown))
        if (cookie := getattr(request.state, "sign_in_cookie", None)) is not None:
            response.headers.append("Set-Cookie", cookie)  # whatever became of it: the old one opens nothing any more
        return response

    return handle


def _way_on(request: Request, error: SatchelError, *, is_shown: bool) -> tuple[str, str]:
    """Return where the person goes on from an error: signing in, the same page once more, or home, which asks who they are."""
    here = address_of(request) if is_shown else SIGN_IN_PATH
    if isinstance(error, Unauthenticated):
        return "Sign in", sign_in_address(here)
    if isinstance(error, Throttled | InternalError):
        return "Try again", here
    if request.method == "POST":
        return "Open the page", here
    return "Go to your Satchel", "/"
