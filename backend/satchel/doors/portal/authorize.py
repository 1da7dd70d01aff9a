"""The person's side of OAuth: who asks, for what, and the answer. Token and revocation endpoints are `doors/http/oauth.py`."""

import hashlib
from urllib.parse import urlsplit

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from satchel.domain.errors import MalformedRequest
from satchel.doors.portal.csrf import form_token, require_form_token, require_same_origin
from satchel.doors.portal.forms import form_of
from satchel.doors.portal.pages import Pages, page_headers
from satchel.doors.portal.session import Visit, Visits
from satchel.doors.portal.sign_in import sign_in_address
from satchel.doors.portal.words import may, may_not
from satchel.services.accounts import Accounts
from satchel.services.oauth.records import Parameters, parameters_of
from satchel.services.oauth.service import AUTHORIZE_PATH, OAuth, Question, SendBack

_MAX_QUERY_CHARACTERS = 4096


class AuthorizeDoor:
    """The consent page and its answer."""

    def __init__(self, oauth: OAuth, accounts: Accounts, visits: Visits, pages: Pages) -> None:
        self._oauth = oauth
        self._accounts = accounts
        self._visits = visits
        self._pages = pages

    async def ask(self, request: Request) -> Response:
        """Check the request, have the person sign in if need be, and show the consent page."""
        visit, query = await self._visits.of(request), _query(request)
        question = await self._oauth.question(visit.issuer, query)
        if isinstance(question, SendBack):
            return _redirect(question)
        if visit.sign_in is None:
            return RedirectResponse(sign_in_address(_address(request)), status_code=303, headers={"Cache-Control": "no-store"})
        return await self._page(request, visit, question)

    async def answer(self, request: Request) -> Response:
        """Take the answer: only from our own page, shown to this sign-in, for exactly this request."""
        visit, query = await self._visits.of(request), _query(request)
        require_same_origin(request.headers, visit.issuer)
        if visit.sign_in is None:
            return RedirectResponse(sign_in_address(_address(request)), status_code=303)
        form = await form_of(request)
        require_form_token(form.get("token", ""), visit.secret, _purpose(request))
        decision = form.get("decision")
        if decision not in ("allow", "deny"):
            raise MalformedRequest("the form says neither allow nor deny", details={"param": "decision"})
        account_id = visit.sign_in.account_id if decision == "allow" else None
        return _redirect(await self._oauth.decide(visit.issuer, query, account_id))

    async def _page(self, request: Request, visit: Visit, question: Question) -> Response:
        account = await self._accounts.get(visit.sign_in.account_id if visit.sign_in else "")
        return self._pages.render(
            "consent.html",
            headers=page_headers(sends_to=question.redirect_uri),
            action=_address(request),
            token=form_token(visit.secret, _purpose(request)),
            app=question.app,
            email=account.email,
            may=may(question.scopes),
            may_not=may_not(question.scopes),
            host=urlsplit(question.redirect_uri).hostname,
        )


def _query(request: Request) -> Parameters:
    if len(request.url.query) > _MAX_QUERY_CHARACTERS:
        raise MalformedRequest("the request is too long")
    try:
        return parameters_of(request.url.query)
    except ValueError as error:
        raise MalformedRequest("the request cannot be read") from error


def _address(request: Request) -> str:
    return f"{AUTHORIZE_PATH}?{request.url.query}"


def _purpose(request: Request) -> str:
    """Return what the form's token is for: this request, so that a token of one cannot allow another."""
    return f"authorize/{hashlib.sha256(request.url.query.encode()).hexdigest()}"


def _redirect(target: SendBack) -> Response:
    """Send the browser to the app. 303, so that no form is ever sent on (RFC 9700 §4.12)."""
    return RedirectResponse(target.location, status_code=303, headers={"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"})
