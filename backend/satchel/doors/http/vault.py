"""`/v1/vault`: lock it, unlock it, and choose by what. A data key passes here as ciphertext only."""

import base64
import binascii
from datetime import datetime

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from satchel.domain.accounts import Principal
from satchel.domain.errors import MalformedRequest
from satchel.domain.vault import MAX_IDLE_S, MAX_WRAPS, MIN_IDLE_S, Challenge, Mode, UserWrap, VaultState, WrapDraft, WrapKind
from satchel.doors.auth import PERSON
from satchel.doors.http.callers import Callers
from satchel.services.vault.locked import LockedMode
from satchel.services.vault.opened import IDLE_S
from satchel.services.vault.ways import Ways

_SCOPE = "settings"


class WrapSchema(BaseModel):
    """One way to unlock, without what it holds."""

    id: str
    kind: WrapKind
    label: str | None
    created_at: datetime


class VaultSchema(BaseModel):
    """How things stand for the client that asks. `until_at`: it locks itself then, or after `idle_s` without use.

    `locked_by_hand`: no device opens it until somebody has unlocked it by hand.
    """

    mode: Mode
    unlocked: bool
    everywhere: bool
    until_at: datetime | None
    idle_s: int | None
    locked_by_hand: bool
    wraps: list[WrapSchema]


class OpenWrapSchema(BaseModel):
    """A way to unlock, with what the client opens by it (base64url)."""

    id: str
    kind: WrapKind
    label: str | None
    params: str
    blob: str


class ChallengeSchema(BaseModel):
    """What a client needs to bring a data key. The letter is HPKE to `node_key`, its `info` the context `unlock` of these fields."""

    unlock_id: str
    deployment_id: str
    account_id: str
    client: str
    dek_id: str
    dek_version: int
    expires_s: int
    node_key: str
    wraps: list[OpenWrapSchema]


class UnlockDraft(BaseModel):
    """A data key, sealed for a challenge. `everywhere`: the account's other apps and tokens may use it too."""

    unlock_id: str = Field(max_length=100)
    sealed: str = Field(max_length=400)
    everywhere: bool = False
    idle_s: int = Field(default=int(IDLE_S), ge=MIN_IDLE_S, le=MAX_IDLE_S)


class WrapDraftSchema(BaseModel):
    """A way to unlock, as the client made it."""

    kind: WrapKind
    params: str = Field(max_length=2_000)
    blob: str = Field(max_length=400)
    label: str | None = Field(default=None, max_length=200)


class LockedModeDraft(BaseModel):
    """A new data key, sealed for a challenge, and the ways to unlock it."""

    unlock_id: str = Field(max_length=100)
    sealed: str = Field(max_length=400)
    wraps: list[WrapDraftSchema] = Field(max_length=MAX_WRAPS)


def vault_router(callers: Callers, locked_mode: LockedMode) -> APIRouter:
    """Return the doors of this resource."""
    router = APIRouter(prefix="/vault", tags=["vault"])

    @router.get("")
    async def show_vault(request: Request) -> VaultSchema:
        """Say whether it is locked, and how it can be unlocked."""
        return _state(await locked_mode.state(await callers.principal(request, _SCOPE)))

    @router.post("/unlock/begin")
    async def begin_unlock(request: Request) -> ChallengeSchema:
        """Ask for what is needed to unlock."""
        principal = await callers.principal(request, _SCOPE)
        return _challenge(await locked_mode.begin_unlock(principal, in_portal=request.scope.get(PERSON) is not None))

    @router.post("/unlock")
    async def unlock(request: Request, draft: UnlockDraft) -> VaultSchema:
        """Unlock it for this client."""
        principal = await callers.principal(request, _SCOPE)
        letter = _bytes(draft.sealed, "sealed")
        state = await locked_mode.unlock(
            principal, draft.unlock_id, letter, everywhere=draft.everywhere, idle_s=draft.idle_s, address=_address(request)
        )
        return _state(state)

    @router.post("/lock")
    async def lock(request: Request) -> VaultSchema:
        """Lock it for everybody, and until somebody unlocks it by hand."""
        return _state(await locked_mode.lock(await callers.principal(request, _SCOPE)))

    _mode_doors(router, callers, locked_mode)
    _wrap_doors(router, callers, locked_mode.ways)
    return router


def _mode_doors(router: APIRouter, callers: Callers, locked_mode: LockedMode) -> None:
    @router.post("/locked-mode/begin")
    async def begin_locked_mode(request: Request) -> ChallengeSchema:
        """Ask for what is needed to switch locked mode on, or to begin it anew with other ways to unlock. In the portal only."""
        return _challenge(await locked_mode.begin_switch(await _proved(callers, request)))

    @router.put("/locked-mode")
    async def switch_on(request: Request, draft: LockedModeDraft) -> VaultSchema:
        """Seal every key with the new data key, which only the ways to unlock that were sent open. In the portal only."""
        principal = await _proved(callers, request)
        wraps = [_draft(wrap) for wrap in draft.wraps]
        return _state(
            await locked_mode.switch_on(principal, draft.unlock_id, _bytes(draft.sealed, "sealed"), wraps, address=_address(request))
        )

    @router.delete("/locked-mode")
    async def switch_off(request: Request) -> VaultSchema:
        """Go back to managed mode, while it is unlocked. In the portal only."""
        return _state(await locked_mode.switch_off(await _proved(callers, request)))

    @router.post("/start-over")
    async def start_over(request: Request) -> VaultSchema:
        """Forget everything that only the lost ways to unlock would have opened. In the portal only."""
        return _state(await locked_mode.start_over(await _proved(callers, request)))


def _wrap_doors(router: APIRouter, callers: Callers, ways: Ways) -> None:
    @router.post("/wraps", status_code=201)
    async def add_wrap(request: Request, draft: WrapDraftSchema) -> WrapSchema:
        """Keep one more way to unlock; outside the portal a device, by the client that has just brought the data key."""
        principal = await callers.principal(request, _SCOPE)
        return _wrap(await ways.add(principal, _draft(draft), in_portal=callers.require_proof(request)))

    @router.delete("/wraps/{wrap_id}", status_code=204)
    async def remove_wrap(request: Request, wrap_id: str) -> None:
        """Forget a way to unlock; outside the portal as to add one."""
        principal = await callers.principal(request, _SCOPE)
        await ways.remove(principal, wrap_id, in_portal=callers.require_proof(request))


def _address(request: Request) -> str:
    return request.client.host if request.client else "unknown"


async def _proved(callers: Callers, request: Request) -> Principal:
    """Return the caller, who is a person that has just proved who they are: a token does not decide who gets in."""
    principal = await callers.principal(request, _SCOPE)
    await callers.proved(request)
    return principal


def _state(state: VaultState) -> VaultSchema:
    return VaultSchema(
        mode=state.mode,
        unlocked=state.unlocked,
        everywhere=state.everywhere,
        until_at=state.until_at,
        idle_s=state.idle_s,
        locked_by_hand=state.locked_by_hand,
        wraps=[_wrap(wrap) for wrap in state.wraps],
    )


def _wrap(wrap: UserWrap) -> WrapSchema:
    return WrapSchema(id=wrap.id, kind=wrap.kind, label=wrap.label, created_at=wrap.created_at)


def _challenge(challenge: Challenge) -> ChallengeSchema:
    return ChallengeSchema(
        unlock_id=challenge.unlock_id,
        deployment_id=challenge.deployment_id,
        account_id=challenge.account_id,
        client=challenge.client,
        dek_id=challenge.dek_id,
        dek_version=challenge.dek_version,
        expires_s=challenge.expires_s,
        node_key=_text(challenge.node_key),
        wraps=[
            OpenWrapSchema(id=wrap.id, kind=wrap.kind, label=wrap.label, params=wrap.params, blob=_text(wrap.blob))
            for wrap in challenge.wraps
        ],
    )


def _draft(draft: WrapDraftSchema) -> WrapDraft:
    return WrapDraft(draft.kind, draft.params, _bytes(draft.blob, "blob"), draft.label)


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _bytes(text: str, param: str) -> bytes:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise MalformedRequest(f"{param} must be base64url", details={"param": param}) from error
