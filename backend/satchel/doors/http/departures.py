"""`/v1/account/export` and `/v1/account/delete`: for whoever is signed in to the portal, and has just proved who they are."""

import orjson
from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from satchel.domain.account_copies import json_of
from satchel.domain.errors import MalformedRequest
from satchel.doors.auth import clear_sign_in_cookie
from satchel.doors.http.callers import Callers
from satchel.services.accounts import Accounts
from satchel.services.accounts.departures import Departures


class Farewell(BaseModel):
    """The account's email, typed again."""

    email: str = Field(min_length=1, max_length=254)


def departures_router(callers: Callers, departures: Departures, accounts: Accounts) -> APIRouter:
    """Return the doors of this resource."""
    router = APIRouter(prefix="/account", tags=["account"])

    @router.get("/export")
    async def export_account(request: Request) -> Response:
        """Return everything that is kept of the account, as a file. No secret is in it."""
        person = await callers.proved(request)
        copy = json_of(await departures.copy(person.sign_in.account_id))
        headers = {"Content-Disposition": 'attachment; filename="satchel-account.json"', "Cache-Control": "no-store"}
        return Response(orjson.dumps(copy, option=orjson.OPT_INDENT_2), media_type="application/json", headers=headers)

    @router.post("/delete", status_code=204)
    async def delete_account(request: Request, response: Response, farewell: Farewell) -> None:
        """Delete the account and everything of it. There is no way back."""
        person = await callers.proved(request)
        account = await accounts.get(person.sign_in.account_id)
        if farewell.email.strip().lower() != account.email.lower():
            raise MalformedRequest("that is not this account's email; nothing was deleted", details={"param": "email"})
        await departures.delete(account.id)
        response.headers["Set-Cookie"] = clear_sign_in_cookie(person.origin.startswith("https://"))

    return router
