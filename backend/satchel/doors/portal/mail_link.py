"""Signing in by a link in a mail: asking for it, and opening it. Following the link signs nobody in: scanners of mailboxes follow links."""

from collections.abc import Callable
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import Response

from satchel.domain.errors import NotFound, RateLimited, SatchelError, TokenInvalid
from satchel.doors.auth import mail_cookie, set_mail_cookie
from satchel.doors.portal.csrf import require_same_origin
from satchel.doors.portal.forms import form_of, local_path
from satchel.doors.portal.pages import Pages, page_headers
from satchel.doors.portal.session import Visit, Visits, caller_address, caller_agent
from satchel.doors.portal.sign_in import MAIL_PATH, SIGN_OUT_PATH, SignInServices, code_wanted, is_connecting, sign_in_address, signed_in
from satchel.services.accounts.mail_links import Standing

OPEN_PATH = "/sign-in/mail/open"
DONE_PATH = "/sign-in/mail/done"


class MailLinkDoor:
    """The pages around a link by mail."""

    def __init__(self, house: SignInServices, *, visits: Visits, pages: Pages) -> None:
        self._accounts = house.accounts
        self._proofs = house.proofs
        self._links = house.mail_links
        self._visits = visits
        self._pages = pages

    async def show(self, request: Request) -> Response:
        """Ask for the address."""
        self._require_mail()
        return self._asking(local_path(request.query_params.get("next")))

    async def ask(self, request: Request) -> Response:
        """Mail the link, if somebody here has that address; the answer is the same if nobody has."""
        self._require_mail()
        visit = await self._visits.of(request)
        require_same_origin(request.headers, visit.issuer)
        form = await form_of(request)
        email, after = form.get("email", ""), local_path(form.get("next"))
        nonce = mail_cookie(request.cookies, visit.secure) or self._accounts.new_secret()
        try:
            await self._links.ask(email, nonce, caller_address(request), _address_of(visit, after))
        except RateLimited as error:
            return self._asking(after, email, error)
        text = (
            f"If {email[:254]} belongs to an account here, a link is on its way. Open it in this browser within ten minutes."
            " Nothing there? Look among the unwanted mail, and whether the address is right."
        )
        link = ("I have signed in", after) if is_connecting(after) else ("Use another address", f"{MAIL_PATH}?{urlencode({'next': after})}")
        response = self._pages.message("Look into your mailbox", text, link=link)
        response.headers["Set-Cookie"] = set_mail_cookie(nonce, visit.secure)
        return response

    async def show_opened(self, request: Request) -> Response:
        """Show the button that signs in, to the browser that asked for the link."""
        self._require_mail()
        visit = await self._visits.of(request)
        link, after = request.query_params.get("link", ""), local_path(request.query_params.get("next"))
        if not mail_cookie(request.cookies, visit.secure):
            text = "A link works in the browser in which it was asked for, within ten minutes. Open it there, or ask for another one here."
            return self._pages.message("Not this browser", text, status=403, link=("Ask for a link", MAIL_PATH))
        nonce = mail_cookie(request.cookies, visit.secure)
        return self._opened(link, after, await self._links.look(link, nonce, _account_id(visit)))

    async def enter(self, request: Request) -> Response:
        """Use the link up and sign in; where codes are on, one is wanted too. Nobody is let in to an account that may be a stranger's."""
        self._require_mail()
        visit = await self._visits.of(request)
        require_same_origin(request.headers, visit.issuer)
        form = await form_of(request)
        after, nonce = local_path(form.get("next")), mail_cookie(request.cookies, visit.secure)
        link, anew = form.get("link", ""), form.get("anew") == "1"
        try:
            account_id = await self._links.take(link, nonce, caller_address(request), _account_id(visit), anew=anew)
        except TokenInvalid as error:
            return self._pages.error(error, link=("Ask for a link", MAIL_PATH))
        if account_id is None:
            return self._opened(link, after, "unproven")
        found, secret = await self._proofs.enter_half(account_id, caller_agent(request))
        if found is None:
            return code_wanted(self._pages, visit, secret, after)
        if visit.sign_in is not None:
            await self._accounts.sign_out(visit.secret)
        return signed_in(visit, secret, after)

    async def done(self, request: Request) -> Response:
        """Send whoever is connecting an app back to the window that waits."""
        return self._pages.message("You are signed in", "Close this tab. Go on in the window in which you asked for the link.")

    def _asking(self, after: str, email: str = "", error: SatchelError | None = None) -> Response:
        return self._pages.render(
            "mail.html",
            status=429 if error and not is_connecting(after) else 200,
            after=after,
            email=email,
            error=error.message if error else None,
            action=MAIL_PATH,
            back=sign_in_address(after),
        )

    def _opened(self, link: str, after: str, standing: Standing | None) -> Response:
        landing = {} if after == "/" else {"next": after}
        return self._pages.render(
            "mail_unproven.html" if standing == "unproven" else "mail_opened.html",
            headers=page_headers(referrer="no-referrer"),
            link=link,
            after=after,
            action=OPEN_PATH,
            is_here=standing == "here",
            here=f"{OPEN_PATH}?{urlencode({'link': link} | landing)}",
            sign_out=SIGN_OUT_PATH,
        )

    def _require_mail(self) -> None:
        if not self._links.are_offered:
            raise NotFound("this Satchel sends no mail; sign in another way")


def _account_id(visit: Visit) -> str | None:
    return visit.sign_in.account_id if visit.sign_in is not None else None


def _address_of(visit: Visit, after: str) -> Callable[[str], str]:
    landing = {} if after == "/" else {"next": DONE_PATH if is_connecting(after) else after}
    return lambda link: f"{visit.issuer}{OPEN_PATH}?{urlencode({'link': link} | landing)}"
