"""`/auth`: the person's side of the widely used PKCE exchange. Its code is traded at `doors/http/auth_keys.py`."""

from fastapi import Request
from fastapi.responses import Response

from satchel.doors.portal.consent import Asking, Consent, query_of, to_app, to_sign_in
from satchel.doors.portal.session import Visits
from satchel.services.oauth.exchange import Exchange, Wish

AUTH_PATH = "/auth"


class AuthDoor:
    """Ask, and send the browser back with a code."""

    def __init__(self, exchange: Exchange, consent: Consent, visits: Visits) -> None:
        self._exchange = exchange
        self._consent = consent
        self._visits = visits

    async def ask(self, request: Request) -> Response:
        """Check the request, have the person sign in if need be, and show the consent page."""
        visit, wish = await self._visits.of(request), self._exchange.wish(query_of(request))
        return to_sign_in(request) if visit.sign_in is None else await self._consent.page(request, visit, _asking(wish))

    async def answer(self, request: Request) -> Response:
        """Take the answer."""
        visit, wish = await self._visits.of(request), self._exchange.wish(query_of(request))
        form = await self._consent.answer(request, visit)
        if visit.sign_in is None:
            return to_sign_in(request)
        if form["decision"] == "deny":
            return to_app(await self._exchange.deny(wish, visit.sign_in.account_id, visit.issuer))
        account_id = visit.sign_in.account_id

        async def let_in() -> tuple[Response, bool]:
            return to_app(await self._exchange.allow(wish, account_id, visit.issuer)), True

        return await self._consent.allow(request, visit, _asking(wish), form, let_in)


def _asking(wish: Wish) -> Asking:
    return Asking(wish.app, wish.callback_url, wish.app.scopes)
