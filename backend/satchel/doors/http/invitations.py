"""`/v1/invitations`: links by which the owner lets others make an account; for the owner, signed in to the portal."""

from datetime import datetime

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from satchel.domain.accounts import InvitationState, SignUp
from satchel.doors.http.callers import Callers
from satchel.services.accounts import Accounts
from satchel.services.accounts.invitations import MAX_NAME_CHARACTERS, SETUP_PATH, Invitations, Invited


class InvitationSchema(BaseModel):
    """One invitation. `email` is whose account it made, while that exists."""

    id: str
    name: str
    state: InvitationState
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None
    email: str | None


class InvitationList(BaseModel):
    """Invitations, newest first, and who may make an account here at all."""

    data: list[InvitationSchema]
    sign_up: SignUp


class InvitationDraft(BaseModel):
    """Whom it is for, in the owner's words."""

    name: str = Field(min_length=1, max_length=MAX_NAME_CHARACTERS)


class NewInvitation(BaseModel):
    """An invitation just made; `link` is never shown again."""

    data: InvitationSchema
    link: str


def invitations_router(callers: Callers, invitations: Invitations, accounts: Accounts) -> APIRouter:
    """Return the doors of this resource."""
    router = APIRouter(prefix="/invitations", tags=["account"])

    @router.get("")
    async def list_invitations(request: Request) -> InvitationList:
        """List the invitations; for the owner."""
        person = await callers.person(request)
        found = await invitations.list(person.sign_in.account_id)
        return InvitationList(data=[_schema(each) for each in found], sign_up=accounts.sign_up)

    @router.post("", status_code=201)
    async def make_invitation(request: Request, draft: InvitationDraft) -> NewInvitation:
        """Make a link that makes one account, within a week."""
        person = await callers.proved(request)
        made, secret = await invitations.make(person.sign_in.account_id, draft.name)
        return NewInvitation(data=_schema(Invited(made, "waiting", None)), link=f"{person.origin}{SETUP_PATH}/{secret}")

    @router.delete("/{invitation_id}", status_code=204)
    async def revoke_invitation(request: Request, invitation_id: str) -> None:
        """Revoke an invitation; an account that it made stays."""
        person = await callers.person(request)
        await invitations.revoke(person.sign_in.account_id, invitation_id)

    return router


def _schema(invited: Invited) -> InvitationSchema:
    one = invited.invitation
    return InvitationSchema(
        id=one.id,
        name=one.name,
        state=invited.state,
        created_at=one.created_at,
        expires_at=one.expires_at,
        used_at=one.used_at,
        email=invited.email,
    )
