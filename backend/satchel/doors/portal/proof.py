"""The page that asks who is there before somebody is let in, where the last proof is too long ago. It carries along what was set before."""

from collections.abc import Sequence
from dataclasses import dataclass

import orjson
from fastapi import Request
from fastapi.responses import Response

from satchel.domain.accounts import SignIn
from satchel.domain.errors import MalformedRequest, RateLimited, TokenInvalid
from satchel.domain.passkeys import RelyingParty
from satchel.doors.auth import set_sign_in_cookie
from satchel.doors.portal.drafts import draft_cookie
from satchel.doors.portal.pages import Pages, page_headers
from satchel.doors.portal.session import Visit, caller_address
from satchel.doors.portal.sign_in import retry_after, sign_in_address, status_of
from satchel.services.accounts import Accounts
from satchel.services.accounts.proofs import Proofs

SECURITY_PLACE = "/#/security"
FIRST_WAY_TITLE = "Add a passkey or a password first"
FIRST_WAY = (
    "The account you signed in with does not say when it last checked that it is you. Add something of your own to prove it by, "
    "within five minutes of signing in, then come back."
)

Wrong = MalformedRequest | RateLimited | TokenInvalid
"""Why a proof was none."""

_ANSWERS = frozenset({"proof_password", "proof_code", "proof_credential"})


@dataclass(frozen=True, slots=True)
class Form:
    """The form of a request: who asks by it, where it goes, what for, with which token, and where the browser goes in the end."""

    who: str
    action: str
    purpose: str
    token: str
    redirect_uri: str | None


class ProofPage:
    """Ask for a proof in the middle of a form, and take it: password, code or passkey, as the portal does for keys and budgets."""

    def __init__(self, accounts: Accounts, proofs: Proofs, pages: Pages) -> None:
        self._accounts = accounts
        self._proofs = proofs
        self._pages = pages

    async def wanted(self, request: Request, visit: Visit, sign_in: SignIn, shown: Form, form: dict[str, str]) -> Response | None:
        """Return the page, or None once it is proved who is there: lately, or by this form. The sign-in then has a new cookie."""
        if self._accounts.has_proved(sign_in):
            return None
        error: Wrong | None = None
        if any(form.get(name) for name in _ANSWERS):
            try:
                secret = await self._proved(caller_address(request), visit, sign_in, form)
            except (MalformedRequest, RateLimited, TokenInvalid) as wrong:
                error = wrong
            else:
                request.state.sign_in_cookie = set_sign_in_cookie(secret, visit.secure)
                return None
        return await self._page(visit, sign_in, shown, form, error)

    async def _proved(self, address: str, visit: Visit, sign_in: SignIn, form: dict[str, str]) -> str:
        if password := form.get("proof_password"):
            return await self._proofs.by_password(sign_in, password, address)
        if code := form.get("proof_code"):
            return await self._proofs.by_code(sign_in, code, address)
        try:
            credential = orjson.loads(form["proof_credential"])
        except orjson.JSONDecodeError:
            credential = None
        if not isinstance(credential, dict):
            raise MalformedRequest("what the passkey answered cannot be read; try again", details={"param": "proof_credential"})
        return await self._proofs.by_passkey(sign_in, credential, visit.issuer)

    async def _page(self, visit: Visit, sign_in: SignIn, shown: Form, form: dict[str, str], error: Wrong | None) -> Response:
        ways = [way for way in await self._proofs.ways(sign_in.account_id) if way != "passkey" or RelyingParty.of(visit.issuer)]
        if await self._proofs.may_begin(sign_in):
            response = self._pages.message(FIRST_WAY_TITLE, FIRST_WAY, link=("Open Security", SECURITY_PLACE))
        else:
            account = await self._accounts.get(sign_in.account_id)
            response = self._form(shown, form, error, email=account.email, ways=ways)
        if not ways:  # they leave this page, and come back
            response.headers.append("Set-Cookie", draft_cookie(form, shown.purpose, visit.secure))
        return response

    def _form(self, shown: Form, form: dict[str, str], error: Wrong | None, *, email: str, ways: Sequence[str]) -> Response:
        return self._pages.render(
            "proof.html",
            status=status_of(shown.action, error),
            headers=page_headers(sends_to=shown.redirect_uri) | retry_after(error),
            who=shown.who,
            action=shown.action,
            token=shown.token,
            kept={name: value for name, value in form.items() if name not in _ANSWERS | {"token", "decision"}},
            email=email,
            ways=ways,
            error=error.message if error else None,
            again=sign_in_address(shown.action, again=True),
        )
