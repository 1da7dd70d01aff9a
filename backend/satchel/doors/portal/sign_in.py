"""Signing in and out of the portal, and making the owner by the one-time link."""

from collections.abc import Sequence
from typing import Protocol
from urllib.parse import urlencode, urlsplit

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from satchel.domain.errors import MalformedRequest, NotFound, RateLimited, SatchelError, TokenInvalid, TokenMissing
from satchel.domain.passkeys import RelyingParty
from satchel.doors.auth import ceremony_cookie, clear_sign_in_cookie, set_ceremony_cookie, set_sign_in_cookie
from satchel.doors.errors import reply_to
from satchel.doors.portal.csrf import require_same_origin
from satchel.doors.portal.forms import form_of, local_path
from satchel.doors.portal.pages import Pages, page_headers
from satchel.doors.portal.session import Visit, Visits, caller_address, caller_agent
from satchel.services.accounts import Accounts
from satchel.services.accounts.mail_links import MailLinks
from satchel.services.accounts.passwords import MIN_PASSWORD_CHARACTERS
from satchel.services.accounts.proofs import Proofs
from satchel.services.oauth.authorities import Authorities
from satchel.services.oauth.metadata import AUTHORIZE_PATH

SIGN_IN_PATH = "/sign-in"
SIGN_UP_PATH = "/sign-up"
CODE_PATH = "/sign-in/code"
MAIL_PATH = "/sign-in/mail"
SIGN_OUT_PATH = "/sign-out"


def sign_in_address(after: str, *, again: bool = False) -> str:
    """Return the sign-in page's address that leads on to `after`, a local path; `again` also for whoever is signed in, as a proof."""
    return f"{SIGN_IN_PATH}?{urlencode({'next': after} | ({'again': '1'} if again else {}))}"


class SignInServices(Protocol):
    """What the sign-in pages use; the house has it."""

    accounts: Accounts
    proofs: Proofs
    authorities: Authorities
    mail_links: MailLinks


class SignInDoor:
    """The pages of signing in and out."""

    def __init__(self, house: SignInServices, *, visits: Visits, pages: Pages) -> None:
        self._accounts = house.accounts
        self._proofs = house.proofs
        self._authorities = house.authorities
        self._mail_links = house.mail_links
        self._visits = visits
        self._pages = pages

    async def show(self, request: Request) -> Response:
        """Show the sign-in page, or go on where somebody is signed in already."""
        after = local_path(request.query_params.get("next"))
        visit = await self._visits.of(request)
        again = visit.sign_in is not None and "again" in request.query_params and not self._accounts.has_proved(visit.sign_in)
        if visit.sign_in is not None and not again:
            return RedirectResponse(after, status_code=303)
        return await self._page(visit, after, again=again)

    async def enter(self, request: Request) -> Response:
        """Sign in; the session is a new one each time."""
        visit = await self._visits.of(request)
        require_same_origin(request.headers, visit.issuer)
        form = await form_of(request)
        after, email = local_path(form.get("next")), form.get("email", "")
        try:
            found, secret = await self._proofs.enter(email, form.get("password", ""), caller_address(request), caller_agent(request))
        except (TokenInvalid, RateLimited) as error:
            return await self._page(visit, after, email, error)
        if found is None:
            return code_wanted(self._pages, visit, secret, after)
        return await self._entered(visit, secret, after)

    async def enter_code(self, request: Request) -> Response:
        """Take the code that was wanted after the password."""
        visit = await self._visits.of(request)
        require_same_origin(request.headers, visit.issuer)
        form = await form_of(request)
        after, begun = local_path(form.get("next")), ceremony_cookie(request.cookies, visit.secure)
        try:
            _, secret = await self._proofs.enter_by_code(begun, form.get("code", ""), caller_address(request), caller_agent(request))
        except TokenMissing as error:
            return await self._page(visit, after, error=error)
        except (TokenInvalid, RateLimited) as error:
            return _code_page(self._pages, after, error)
        response = await self._entered(visit, secret, after)
        response.headers.append("Set-Cookie", set_ceremony_cookie("", visit.secure))
        return response

    async def show_leaving(self, request: Request) -> Response:
        """Show a button that signs out: leaving changes something, so a link alone does not do it."""
        visit = await self._visits.of(request)
        if visit.sign_in is None:
            return RedirectResponse(SIGN_IN_PATH, status_code=303)
        account = await self._accounts.get(visit.sign_in.account_id)
        return self._pages.render("sign_out.html", email=account.email)

    async def leave(self, request: Request) -> Response:
        """Sign out."""
        visit = await self._visits.of(request)
        require_same_origin(request.headers, visit.issuer)
        after = (await form_of(request)).get("next")
        if visit.sign_in is not None:
            await self._accounts.sign_out(visit.secret)
        response: Response
        if after:
            response = RedirectResponse(sign_in_address(local_path(after)), status_code=303)
        else:
            text = "This browser is no longer signed in. Sites keep what you allowed them; revoke that under Sites."
            response = self._pages.message("You are signed out", text, link=("Sign in", SIGN_IN_PATH))
        response.headers["Set-Cookie"] = clear_sign_in_cookie(visit.secure)
        return response

    async def show_setup(self, request: Request) -> Response:
        """Show the page that the one-time link opens."""
        is_owner, link = await self._accounts.needs_owner(), str(request.path_params["link"])
        if not is_owner and not await self._accounts.invites(link):
            return self._used_link()
        return self._setup_page(await self._visits.of(request), link, is_owner=is_owner)

    async def show_sign_up(self, request: Request) -> Response:
        """Show the page on which anybody makes an account, where anybody may."""
        if self._accounts.sign_up != "open":
            raise NotFound("nobody signs up here without a link")
        if await self._accounts.needs_owner():
            return RedirectResponse(SIGN_IN_PATH, status_code=303)
        return self._setup_page(await self._visits.of(request), "", is_owner=False)

    async def set_up(self, request: Request) -> Response:
        """Make the account and sign the browser in."""
        visit = await self._visits.of(request)
        require_same_origin(request.headers, visit.issuer)
        form = await form_of(request)
        link, email, password = form.get("link", ""), form.get("email", ""), form.get("password", "")
        try:
            if password != form.get("again", ""):
                raise MalformedRequest("the two passwords differ", details={"param": "again"})
            account = await self._accounts.join(link, email, password, caller_address(request))
        except (MalformedRequest, RateLimited) as error:
            return self._setup_page(visit, link, email, error, is_owner=await self._accounts.needs_owner())
        except TokenInvalid:
            return self._used_link()
        _, secret = await self._accounts.enter(account.id, caller_agent(request))
        return signed_in(visit, secret, "/")

    async def _entered(self, visit: Visit, secret: str, after: str) -> Response:
        if visit.sign_in is not None:
            await self._accounts.sign_out(visit.secret)
        return signed_in(visit, secret, after)

    async def _page(self, visit: Visit, after: str, email: str = "", error: SatchelError | None = None, *, again: bool = False) -> Response:
        return self._pages.render(
            "sign_in.html",
            status=status_of(after, error),
            headers=page_headers() | retry_after(error),
            after=after,
            email=email,
            error=error.message if error else None,
            connecting=is_connecting(after),
            sign_up=SIGN_UP_PATH if self._accounts.sign_up == "open" else None,
            authorities=self._elsewhere(after, await self._ways(visit) if again else ()),
            mail=f"{MAIL_PATH}?{urlencode({'next': after})}" if self._mail_links.are_offered else None,
            **_passkeys(visit),
            again=again,
            needs_owner=error is None and await self._accounts.needs_owner(),
        )

    async def _ways(self, visit: Visit) -> Sequence[str]:
        return () if visit.sign_in is None else await self._proofs.ways(visit.sign_in.account_id)

    def _elsewhere(self, after: str, ways: Sequence[str]) -> list[dict[str, str]]:
        """Return the authorities to go on with; whoever has other ways to prove who they are is not sent to one that proves nothing."""
        query = urlencode({"next": after})
        offered = [authority for authority in self._authorities.list() if authority.dialect == "openid" or not ways]
        return [{"name": authority.name, "address": f"{SIGN_IN_PATH}/with/{authority.id}?{query}"} for authority in offered]

    def _setup_page(self, visit: Visit, link: str, email: str = "", error: SatchelError | None = None, *, is_owner: bool) -> Response:
        return self._pages.render(
            "setup.html",
            status=reply_to(type(error)).status if error else 200,
            headers=page_headers(referrer="no-referrer") | retry_after(error),
            link=link,
            email=email,
            error=error.message if error else None,
            field=error.details.get("param") if error else None,
            least=MIN_PASSWORD_CHARACTERS,
            is_owner=is_owner,
            sends_mail=self._mail_links.are_offered,
            **_passkeys(visit),
        )

    def _used_link(self) -> Response:
        text = "It makes one account, once. Sign in, ask for another invitation, or restart Satchel if nobody owns it yet."
        return self._pages.message("This set-up link was used or is too old", text, status=410, link=("Sign in", SIGN_IN_PATH))


def _code_page(pages: Pages, after: str, error: SatchelError | None = None) -> Response:
    return pages.render(
        "code.html",
        status=status_of(after, error),
        headers=page_headers() | retry_after(error),
        after=after,
        action=CODE_PATH,
        error=error.message if error else None,
    )


def code_wanted(pages: Pages, visit: Visit, secret: str, after: str) -> Response:
    """Return the page that asks for the code which an account wants too; `secret` lets this browser give it."""
    response = _code_page(pages, after)
    response.headers["Set-Cookie"] = set_ceremony_cookie(secret, visit.secure)
    return response


def signed_in(visit: Visit, secret: str, after: str) -> Response:
    """Return the redirect that signs a browser in and leads on."""
    response = RedirectResponse(after, status_code=303, headers={"Cache-Control": "no-store"})
    response.headers["Set-Cookie"] = set_sign_in_cookie(secret, visit.secure)
    return response


def is_connecting(after: str) -> bool:
    """Tell whether somebody signs in to let an app in, maybe in a window that the app has opened."""
    return after.startswith(AUTHORIZE_PATH)


def status_of(after: str, error: SatchelError | None) -> int:
    """Return a page's status. A browser closes an extension's sign-in window at any from 400 on: a slip of the finger would end it all."""
    return reply_to(type(error)).status if error and not is_connecting(after) else 200


def _passkeys(visit: Visit) -> dict[str, object]:
    """Return what a page must know to offer passkeys: whether it can, and where it could if our address were a name."""
    parts = urlsplit(visit.issuer)
    takes_passkeys = RelyingParty.of(visit.issuer) is not None
    named = None if takes_passkeys or visit.secure else f"{parts.scheme}://localhost" + (f":{parts.port}" if parts.port else "")
    return {"takes_passkeys": takes_passkeys, "named_url": named}


def retry_after(error: SatchelError | None) -> dict[str, str]:
    """Return the header that says when to try again, if the error does."""
    if error is None or error.retry_after_s is None:
        return {}
    return {"Retry-After": str(max(1, round(error.retry_after_s)))}
