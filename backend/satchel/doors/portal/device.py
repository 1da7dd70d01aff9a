"""`/device`: where a person types the code that a device shows, sees who asks from where, and lets it in or not (RFC 8628 §3.3).

The code is typed, never brought along by a link: whoever allows has the device before them.
"""

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from satchel.domain.apps import App
from satchel.domain.errors import MalformedRequest, NotFound, RateLimited, SatchelError
from satchel.domain.grants import Caveats
from satchel.domain.pairings import Pairing, shown_code, typed_code
from satchel.doors.errors import reply_to
from satchel.doors.portal.consent import DECISIONS, Asking, Consent, Device
from satchel.doors.portal.csrf import form_token, require_form_token, require_same_origin
from satchel.doors.portal.forms import form_of
from satchel.doors.portal.pages import Pages
from satchel.doors.portal.session import Visit, Visits
from satchel.doors.portal.sign_in import sign_in_address
from satchel.services.oauth.metadata import DEVICE_PATH
from satchel.services.oauth.pairings import Pairings

_TYPING = "device"


class DeviceDoor:
    """Take the code, ask, and tell the device."""

    def __init__(self, pairings: Pairings, consent: Consent, visits: Visits, pages: Pages) -> None:
        self._pairings = pairings
        self._consent = consent
        self._visits = visits
        self._pages = pages

    async def ask(self, request: Request) -> Response:
        """Show the form for the code. A code in the address is not read."""
        visit = await self._visits.of(request)
        return _to_sign_in() if visit.sign_in is None else self._form(visit)

    async def answer(self, request: Request) -> Response:
        """Take a code, and show what it is for; or take the decision about one that was shown to this sign-in."""
        visit = await self._visits.of(request)
        require_same_origin(request.headers, visit.issuer)
        form = await form_of(request)
        if visit.sign_in is None:
            return _to_sign_in()
        code, decision = typed_code(form.get("code", "")), form.get("decision")
        require_form_token(form.get("token", ""), visit.secret, _TYPING if decision is None else _purpose(code))
        try:
            pairing, app = await self._pairings.find(visit.sign_in.account_id, code)
        except (NotFound, RateLimited, MalformedRequest) as error:
            return self._form(visit, error)
        if decision not in DECISIONS:
            return await self._consent.page(request, visit, _asking(pairing, app, code))
        account_id = visit.sign_in.account_id
        if decision == "deny":
            await self._pairings.decide(account_id, code, app, allowed=False)
            return self._pages.message("It was not let in", "Nothing was allowed. You can close this page.")

        async def let_in(caveats: Caveats | None) -> tuple[Response, bool]:
            await self._pairings.decide(account_id, code, app, allowed=True, caveats=None if app.origin is not None else caveats)
            words = "Go back to it: it goes on by itself. Revoke it at any time in your Satchel."
            return self._pages.message("The device is connected", words), True

        return await self._consent.allow(request, visit, _asking(pairing, app, code), form, let_in)

    def _form(self, visit: Visit, error: SatchelError | None = None) -> Response:
        return self._pages.render(
            "device.html",
            status=reply_to(type(error)).status if error else 200,
            action=DEVICE_PATH,
            token=form_token(visit.secret, _TYPING),
            error=error.message if error else None,
        )


def _to_sign_in() -> Response:
    return RedirectResponse(sign_in_address(DEVICE_PATH), status_code=303, headers={"Cache-Control": "no-store"})


def _purpose(code: str) -> str:
    return f"device/{code}"


def _asking(pairing: Pairing, app: App, code: str) -> Asking:
    device = Device(DEVICE_PATH, _purpose(code), shown_code(code), pairing.address)
    return Asking(app, None, pairing.scopes, device)
