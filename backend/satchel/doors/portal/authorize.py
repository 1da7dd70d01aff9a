"""The person's side of OAuth: who asks, for what, and the answer. Token and revocation endpoints are `doors/http/oauth.py`."""

from fastapi import Request
from fastapi.responses import Response

from satchel.domain.grants import Caveats
from satchel.doors.portal.consent import Asking, Consent, query_of, to_app, to_sign_in
from satchel.doors.portal.session import Visits
from satchel.services.oauth.service import OAuth, SendBack, names_document


class AuthorizeDoor:
    """The authorization endpoint."""

    def __init__(self, oauth: OAuth, consent: Consent, visits: Visits) -> None:
        self._oauth = oauth
        self._consent = consent
        self._visits = visits

    async def ask(self, request: Request) -> Response:
        """Check the request, have the person sign in if need be, and show the consent page.

        An error goes back to the app only once somebody is signed in: else a link to us would lead anywhere an app may return to, with
        nobody having seen us (RFC 9700 §4.11.2).
        """
        visit, query = await self._visits.of(request), query_of(request)
        if visit.sign_in is None and names_document(query):  # strangers do not make us fetch what they choose
            return to_sign_in(request)
        question = await self._oauth.question(visit.issuer, query)
        if visit.sign_in is None:
            return to_sign_in(request)
        if isinstance(question, SendBack):
            return to_app(question.location)
        return await self._consent.page(request, visit, Asking(question.app, question.redirect_uri, question.scopes))

    async def answer(self, request: Request) -> Response:
        """Take the answer."""
        visit, query = await self._visits.of(request), query_of(request)
        form = await self._consent.answer(request, visit)
        if visit.sign_in is None:
            return to_sign_in(request)
        account_id = visit.sign_in.account_id
        if form["decision"] == "deny":
            return to_app((await self._oauth.decide(visit.issuer, query, account_id, allowed=False)).location)
        question = await self._oauth.question(visit.issuer, query)
        if isinstance(question, SendBack):
            return to_app(question.location)

        async def let_in(caveats: Caveats | None) -> tuple[Response, bool]:
            sent = await self._oauth.decide(visit.issuer, query, account_id, allowed=True)
            return to_app(sent.location), sent.has_code

        asking = Asking(question.app, question.redirect_uri, question.scopes)
        return await self._consent.allow(request, visit, asking, form, let_in)
