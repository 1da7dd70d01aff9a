"""Signing in with an authority, such as Google or a company's own server: the way there, the way back, and what is connected."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from satchel.domain.accounts import SignIn
from satchel.domain.authorities import Authority, Tie, Vouched
from satchel.domain.errors import Refused, SatchelError
from satchel.doors.auth import set_sign_in_cookie
from satchel.doors.portal.csrf import form_token, require_form_token, require_same_origin
from satchel.doors.portal.forms import form_of, local_path
from satchel.doors.portal.pages import Pages
from satchel.doors.portal.proof import FIRST_WAY, FIRST_WAY_TITLE, SECURITY_PLACE
from satchel.doors.portal.session import Visit, Visits, caller_address, caller_agent
from satchel.doors.portal.sign_in import SIGN_IN_PATH, sign_in_address
from satchel.services.accounts import Accounts
from satchel.services.accounts.proofs import Proofs
from satchel.services.oauth.attempts import ATTEMPT_LIFE, Attempt, attempt_of
from satchel.services.oauth.authorities import Authorities
from satchel.services.oauth.records import parameters_of
from satchel.services.oauth.ties import Ties

WAYS_PATH = "/sign-in/ways"
WITH_PATH = "/sign-in/with"
BACK_PATH = "/sign-in/back"

Handler = Callable[[Request], Awaitable[Response]]

_MAX_QUERY_CHARACTERS = 8192
_NOT_STORED = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}


class AuthorityServices(Protocol):
    """What these pages use; the house has it."""

    accounts: Accounts
    proofs: Proofs
    authorities: Authorities
    ties: Ties


class AuthorityDoor:
    """The pages of signing in elsewhere."""

    def __init__(self, house: AuthorityServices, *, visits: Visits, pages: Pages) -> None:
        self._accounts = house.accounts
        self._proofs = house.proofs
        self._authorities = house.authorities
        self._ties = house.ties
        self._visits = visits
        self._pages = pages

    @property
    def shown(self) -> dict[str, Handler]:
        """Return the pages, by path."""
        return {WAYS_PATH: self.show, f"{WITH_PATH}/{{authority}}": self.begin, f"{BACK_PATH}/{{authority}}": self.back}

    async def begin(self, request: Request) -> Response:
        """Send the browser to the authority, with an attempt in its cookie. A link on another site does not begin anything by itself."""
        visit, authority = await self._visits.of(request), self._authorities.get(str(request.path_params["authority"]))
        after = local_path(request.query_params.get("next"))
        tie = request.query_params.get("tie")
        if request.headers.get("sec-fetch-site", "none") not in ("same-origin", "none"):
            link = (f"Continue with {authority.name}", f"{WITH_PATH}/{authority.id}?{urlencode({'next': after})}")
            return self._pages.message(
                f"Sign in with {authority.name}?", "Another site sent you here. Continue if you meant to.", link=link
            )
        if tie is None:
            is_in = visit.sign_in is not None and self._accounts.has_proved(visit.sign_in)
            return RedirectResponse(after, status_code=303) if is_in else await self._off(request, visit, authority, after)
        if visit.sign_in is None:
            return RedirectResponse(sign_in_address(WAYS_PATH), status_code=303)
        require_form_token(tie, visit.secret, _purpose(authority))
        if not self._accounts.has_proved(visit.sign_in):
            return await self._to_proof(visit.sign_in)
        return await self._off(request, visit, authority, WAYS_PATH, visit.sign_in.id)

    async def back(self, request: Request) -> Response:
        """Take the authority's answer, if it is to what this very browser began; sign in, or connect."""
        visit = await self._visits.of(request)
        try:
            response = await self._answered(request, visit)
        except SatchelError as error:
            again = WAYS_PATH if visit.sign_in else SIGN_IN_PATH
            response = self._pages.error(error, link=("Back", again))
        response.headers.append("Set-Cookie", _cookie(visit, "", 0))
        return response

    async def show(self, request: Request) -> Response:
        """Show what the account is connected with, and what it could be."""
        visit = await self._visits.of(request)
        if visit.sign_in is None:
            return RedirectResponse(sign_in_address(WAYS_PATH), status_code=303)
        ties = await self._ties.list(visit.sign_in.account_id)
        tied = {tie.issuer for tie in ties}
        offered = [self._offer(visit, authority) for authority in self._authorities.list() if authority.issuer not in tied]
        token = form_token(visit.secret, "untie")
        return self._pages.render("ways.html", ties=[self._line(tie) for tie in ties], offered=offered, token=token, action=WAYS_PATH)

    async def untie(self, request: Request) -> Response:
        """Disconnect one."""
        visit = await self._visits.of(request)
        require_same_origin(request.headers, visit.issuer)
        if visit.sign_in is None:
            return RedirectResponse(sign_in_address(WAYS_PATH), status_code=303)
        form = await form_of(request)
        require_form_token(form.get("token", ""), visit.secret, "untie")
        if not self._accounts.has_proved(visit.sign_in):
            return await self._to_proof(visit.sign_in)
        await self._ties.untie(visit.sign_in.account_id, form.get("tie", ""))
        return RedirectResponse(WAYS_PATH, status_code=303)

    async def _off(self, request: Request, visit: Visit, authority: Authority, after: str, sign_in_id: str | None = None) -> Response:
        is_proof = visit.sign_in is not None and sign_in_id is None
        attempt = await self._authorities.begin(authority.id, after, caller_address(request), sign_in_id, is_proof=is_proof)
        location = await self._authorities.address(attempt, _redirect_uri(visit, authority.id))
        response = RedirectResponse(location, status_code=303, headers=_NOT_STORED)
        response.headers["Set-Cookie"] = _cookie(visit, attempt.cookie(), int(ATTEMPT_LIFE.total_seconds()))
        return response

    async def _answered(self, request: Request, visit: Visit) -> Response:
        if len(request.url.query) > _MAX_QUERY_CHARACTERS:
            raise Refused("this answer is too long to be one")
        attempt = attempt_of(request.cookies.get(_cookie_name(visit)), self._authorities.now())
        authority = self._authorities.get(str(request.path_params["authority"]))
        if attempt.authority_id != authority.id:
            raise Refused(f"this sign-in was not begun with {authority.name}; start it again")
        redirect_uri = _redirect_uri(visit, authority.id)
        vouched = await self._authorities.vouched(attempt, redirect_uri, parameters_of(request.url.query), caller_address(request))
        if attempt.sign_in_id is not None:
            if visit.sign_in is None or visit.sign_in.id != attempt.sign_in_id:
                raise Refused("you are no longer signed in as whoever began this; sign in, and connect again")
            await self._ties.tie(visit.sign_in.account_id, authority, vouched)
            return RedirectResponse(WAYS_PATH, status_code=303, headers=_NOT_STORED)
        account_id = await self._ties.account_id(vouched) or await self._new_account(request, authority, vouched)
        if attempt.is_proof and vouched.asked_at is None and await self._proofs.ways(account_id):
            raise Refused(f"{authority.name} does not say when it asked you who you are; prove it by your passkey or password instead")
        return await self._enter(request, visit, account_id, attempt, vouched)

    async def _new_account(self, request: Request, authority: Authority, vouched: Vouched) -> str:
        """Make an account for somebody who has none, where anybody may sign up; an email that has an account gets no other."""
        if self._accounts.sign_up != "open" or vouched.email is None or not vouched.is_email_verified:
            raise Refused(f"no account here is connected with that {authority.name} account; sign in another way first, then connect it")
        account = await self._accounts.draft("", vouched.email, caller_address(request), is_proven=True)
        await self._accounts.admit("", account, tie=self._ties.draft(account.id, vouched))
        return account.id

    async def _enter(self, request: Request, visit: Visit, account_id: str, attempt: Attempt, vouched: Vouched) -> Response:
        """Sign in. An authority that just knew the person again proves nothing for a dangerous act: then it is asked once more."""
        _, secret = await self._accounts.enter(account_id, caller_agent(request), vouched)
        if visit.sign_in is not None:
            await self._accounts.sign_out(visit.secret)
        response = RedirectResponse(local_path(attempt.after), status_code=303, headers=_NOT_STORED)
        response.headers["Set-Cookie"] = set_sign_in_cookie(secret, visit.secure)
        return response

    async def _to_proof(self, sign_in: SignIn) -> Response:
        """Have the person sign in once more before a way to sign in is changed, and come back; or first get something to prove it by."""
        if await self._proofs.may_begin(sign_in):
            return self._pages.message(FIRST_WAY_TITLE, FIRST_WAY, link=("Open Security", SECURITY_PLACE))
        return RedirectResponse(sign_in_address(WAYS_PATH, again=True), status_code=303, headers=_NOT_STORED)

    def _offer(self, visit: Visit, authority: Authority) -> Mapping[str, str]:
        query = urlencode({"tie": form_token(visit.secret, _purpose(authority))})
        return {"name": authority.name, "address": f"{WITH_PATH}/{authority.id}?{query}"}

    def _line(self, tie: Tie) -> Mapping[str, str]:
        name = next((authority.name for authority in self._authorities.list() if authority.issuer == tie.issuer), tie.issuer)
        return {"id": tie.id, "name": name, "label": tie.label or "", "used": f"{tie.last_used_at:%Y-%m-%d}"}


def _purpose(authority: Authority) -> str:
    return f"tie/{authority.id}"


def _redirect_uri(visit: Visit, authority_id: str) -> str:
    """Return where an authority sends people back to: each has an address of its own, so that none answers for another (RFC 9700 §4.4)."""
    return f"{visit.issuer}{BACK_PATH}/{authority_id}"


def _cookie_name(visit: Visit) -> str:
    return "__Host-satchel_attempt" if visit.secure else "satchel_attempt"


def _cookie(visit: Visit, value: str, max_age_s: int) -> str:
    flags = "Path=/; HttpOnly; SameSite=Lax" + ("; Secure" if visit.secure else "")
    return f"{_cookie_name(visit)}={value}; Max-Age={max_age_s}; {flags}"
