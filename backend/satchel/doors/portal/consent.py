"""The consent page, whoever asks for it: who wants what, on which terms, and a form that only this sign-in can send for this request."""

import hashlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from satchel.domain.apps import App
from satchel.domain.errors import MalformedRequest
from satchel.domain.grants import Caveats
from satchel.doors.portal.csrf import form_token, require_form_token, require_same_origin
from satchel.doors.portal.drafts import draft_of
from satchel.doors.portal.forms import form_of
from satchel.doors.portal.offer import ANY_MODEL, Choice
from satchel.doors.portal.pages import Pages, page_headers
from satchel.doors.portal.proof import Form, ProofPage
from satchel.doors.portal.session import Visit
from satchel.doors.portal.sign_in import sign_in_address
from satchel.doors.portal.terms import Terms
from satchel.doors.portal.words import may, may_not
from satchel.services.accounts import Accounts
from satchel.services.oauth.records import Parameters, parameters_of
from satchel.services.oauth.wishes import NOTHING_PROPOSED, Proposal

DECISIONS = ("allow", "deny", "back")
LetIn = Callable[[Caveats | None], Awaitable[tuple[Response, bool]]]
"""Lets in whoever asked, on the terms that the person has set if there are any.

Says where the browser goes, and whether they were let in. Raises where somebody was quicker.
"""

_MAX_QUERY_CHARACTERS = 4096


@dataclass(frozen=True, slots=True)
class Device:
    """A device that asks: where its form goes, what that form's token is for, its code, and the address that it asked from."""

    action: str
    purpose: str
    code: str
    address: str


@dataclass(frozen=True, slots=True)
class Asking:
    """An app that asks for consent, and where the browser goes afterwards; nowhere, if a device asks."""

    app: App
    redirect_uri: str | None
    scopes: frozenset[str]
    device: Device | None = None
    proposal: Proposal = NOTHING_PROPOSED
    limits_token: bool = False
    """Whether the person sets what its token may spend and when it ends, though it is no site's."""

    @property
    def sets_models(self) -> bool:
        """Whether the person sets all terms, the models too: of its site, or of this device."""
        return self.app.origin is not None or self.device is not None

    @property
    def sets_terms(self) -> bool:
        """Whether the person sets anything before they allow it."""
        return self.sets_models or self.limits_token


class Consent:
    """Show the page, and read what the person answered."""

    def __init__(self, accounts: Accounts, terms: Terms, proof: ProofPage, pages: Pages) -> None:
        self._accounts = accounts
        self._terms = terms
        self._proof = proof
        self._pages = pages

    async def page(
        self, request: Request, visit: Visit, asking: Asking, answer: Mapping[str, str] | None = None, wrong: MalformedRequest | None = None
    ) -> Response:
        """Return the page for whoever is signed in, with what they answered before; `wrong` is why that could not be taken."""
        form = _form(request, visit, asking)
        chosen = answer or draft_of(request.cookies, form.purpose, visit.secure)
        account = await self._accounts.get(visit.sign_in.account_id if visit.sign_in else "")
        site = asking.app.origin
        offer = await self._terms.offer(account.id, site, asking.proposal, has_models=asking.sets_models)
        return self._pages.render(
            "consent.html",
            status=400 if wrong else 200,
            headers=page_headers(sends_to=asking.redirect_uri),
            error=wrong.message if wrong else None,
            site=urlsplit(site).netloc if site else None,
            returns_here=site is not None and (asking.redirect_uri or "").startswith("http:"),
            device=asking.device,
            action=form.action,
            token=form.token,
            app=asking.app,
            email=account.email,
            may=may(asking.scopes),
            may_not=may_not(asking.scopes),
            host=urlsplit(asking.redirect_uri or "").hostname,
            offer=offer,
            sets_models=asking.sets_models,
            sets_terms=asking.sets_terms,
            label=asking.proposal.label,
            proposes=asking.proposal != NOTHING_PROPOSED,
            chosen=Choice.of(chosen) if chosen else offer.start,
        )

    async def answer(self, request: Request, visit: Visit) -> dict[str, str]:
        """Return the form that was sent from our own page, shown to this sign-in, for exactly this request.

        Raises:
            Refused: it came from elsewhere.
            MalformedRequest: it says neither allow nor deny, nor back to the page.
        """
        require_same_origin(request.headers, visit.issuer)
        if visit.sign_in is None:
            return {}
        form = await form_of(request)
        require_form_token(form.get("token", ""), visit.secret, _purpose(request))
        if form.get("decision") not in DECISIONS:
            raise MalformedRequest("the form says neither allow nor deny", details={"param": "decision"})
        return form

    async def allow(self, request: Request, visit: Visit, asking: Asking, form: dict[str, str], let_in: LetIn) -> Response:
        """Let the app in by `let_in`, and write down what the person allowed its site, if it speaks for one.

        In this order: of two answers to one request, only the one that lets in changes what the site may. The page is shown again for terms
        that cannot be. Somebody who gets more than they have is let in only once it is proved who allows it: what they get outlives this
        browser, as a token made by hand does. A device always gets more: its tokens leave for wherever it is.
        """
        if visit.sign_in is None:
            return to_sign_in(request)
        if form["decision"] == "back":
            return await self.page(request, visit, asking, form)
        caveats, account_id = None, visit.sign_in.account_id
        if asking.sets_terms:
            filled = form if asking.sets_models else {**form, "model": ANY_MODEL}
            try:
                caveats = await self._terms.caveats(account_id, asking.app.origin, filled, asking.proposal)
            except MalformedRequest as wrong:
                return await self.page(request, visit, asking, form, wrong)
        origin = asking.app.origin
        grant = self._terms.grant(account_id, origin, caveats) if origin is not None and caveats is not None else None
        if asking.device is not None or grant is None or await self._terms.is_more(grant):
            shown = _form(request, visit, asking)
            if (page := await self._proof.wanted(request, visit, visit.sign_in, shown, form)) is not None:
                return page
        response, is_in = await let_in(caveats)
        if grant is not None and is_in:
            await self._terms.keep(grant)
        return response


def _form(request: Request, visit: Visit, asking: Asking) -> Form:
    app, device = asking.app, asking.device
    action, purpose = (device.action, device.purpose) if device else (address_of(request), _purpose(request))
    who = urlsplit(app.origin).netloc if app.origin else app.name
    return Form(who, action, purpose, form_token(visit.secret, purpose), asking.redirect_uri)


def to_sign_in(request: Request) -> Response:
    """Send the browser to sign in, and back to this request then."""
    return RedirectResponse(sign_in_address(address_of(request)), status_code=303, headers={"Cache-Control": "no-store"})


def to_app(location: str) -> Response:
    """Send the browser to the app. 303, so that no form is ever sent on (RFC 9700 §4.12)."""
    return RedirectResponse(location, status_code=303, headers={"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"})


def query_of(request: Request) -> Parameters:
    """Return every pair of the query. Raises `MalformedRequest` if it is too long or cannot be read."""
    if len(request.url.query) > _MAX_QUERY_CHARACTERS:
        raise MalformedRequest("the request is too long")
    try:
        return parameters_of(request.url.query)
    except ValueError as error:
        raise MalformedRequest("the request cannot be read") from error


def address_of(request: Request) -> str:
    """Return the request's path and query."""
    return f"{request.url.path}?{request.url.query}" if request.url.query else request.url.path


def _purpose(request: Request) -> str:
    """Return what the form's token is for: this request, so that a token of one cannot allow another."""
    return f"consent/{hashlib.sha256(address_of(request).encode()).hexdigest()}"
