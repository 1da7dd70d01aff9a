"""`/auth`: the person's side of the widely used PKCE exchange. Its code is traded at `doors/http/auth_keys.py`."""

from fastapi import Request
from fastapi.responses import Response

from satchel.domain.grants import Caveats
from satchel.doors.portal.consent import Asking, Consent, query_of, to_app, to_sign_in
from satchel.doors.portal.pages import Pages
from satchel.doors.portal.session import Visit, Visits
from satchel.services.oauth.exchange import Exchange, back
from satchel.services.oauth.wishes import Wish

AUTH_PATH = "/auth"


class AuthDoor:
    """Ask, and send the browser back with a code; or show it, where an app has nowhere to send the browser."""

    def __init__(self, exchange: Exchange, consent: Consent, visits: Visits, pages: Pages) -> None:
        self._exchange = exchange
        self._consent = consent
        self._visits = visits
        self._pages = pages

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
        account_id = visit.sign_in.account_id
        if form["decision"] == "deny":
            await self._exchange.deny(wish, account_id)
            return self._denied(wish, visit)

        async def let_in(caveats: Caveats | None) -> tuple[Response, bool]:
            return await self._let_in(wish, visit, account_id, caveats), True

        return await self._consent.allow(request, visit, _asking(wish), form, let_in)

    async def _let_in(self, wish: Wish, visit: Visit, account_id: str, caveats: Caveats | None) -> Response:
        if wish.callback_url is None:  # no site whose grant would say it: the token has terms of its own
            limit, ends_at = (caveats.budget, caveats.expires_at) if caveats else (None, None)
            code, _ = await self._exchange.issue(wish, account_id, origin=None, limit=limit, ends_at=ends_at)
            return self._pages.render("code_shown.html", code=code)
        code, _ = await self._exchange.issue(wish, account_id, origin=wish.app.origin, ends_at=wish.proposal.ends_at)
        return to_app(back(wish.callback_url, wish.state, {"code": code}, visit.issuer))

    def _denied(self, wish: Wish, visit: Visit) -> Response:
        if wish.callback_url is None:
            return self._pages.message("It was not let in", "Nothing was allowed. You can close this page.")
        return to_app(back(wish.callback_url, wish.state, {"error": "access_denied"}, visit.issuer))


def _asking(wish: Wish) -> Asking:
    limits_token = wish.callback_url is None
    return Asking(wish.app, wish.callback_url, wish.app.scopes, proposal=wish.proposal, limits_token=limits_token)
