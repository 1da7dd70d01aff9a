"""`/v1/devices`: the extensions, terminals and apps that are connected, listed and disconnected."""

from datetime import datetime

from fastapi import APIRouter, Request
from pydantic import BaseModel

from satchel.domain.errors import NotFound
from satchel.doors.http.callers import Callers
from satchel.doors.http.grants import CaveatsSchema, caveats_schema
from satchel.ports.clock import Clock
from satchel.services.oauth.devices import Devices

_SCOPE = "settings"


class DeviceSchema(BaseModel):
    """One of them. `origin` is the site of an app that is a page, whose grant says what it may do; else `caveats` do, if there are any.

    `last_used_at` is right to ten minutes.
    """

    id: str
    name: str | None
    client_id: str | None
    origin: str | None
    since_at: datetime
    last_used_at: datetime
    ends_at: datetime | None
    caveats: CaveatsSchema | None


class DeviceList(BaseModel):
    """Devices, the one used last first."""

    data: list[DeviceSchema]


def devices_router(callers: Callers, devices: Devices, clock: Clock) -> APIRouter:
    """Return the doors of this resource."""
    router = APIRouter(prefix="/devices", tags=["account"])

    @router.get("")
    async def list_devices(request: Request) -> DeviceList:
        """List what is connected."""
        principal = await callers.principal(request, _SCOPE)
        found, now = await devices.list(principal.account_id), clock.now()
        return DeviceList(
            data=[
                DeviceSchema(
                    id=one.id,
                    name=one.name,
                    client_id=one.client_id,
                    origin=one.origin,
                    since_at=one.since_at,
                    last_used_at=one.last_used_at,
                    ends_at=one.ends_at,
                    caveats=caveats_schema(one.caveats, budget, now) if one.caveats is not None else None,
                )
                for one, budget in found
            ]
        )

    @router.delete("/{device_id}", status_code=204)
    async def disconnect_device(request: Request, device_id: str) -> None:
        """Disconnect one; what it runs ends at once."""
        principal = await callers.principal(request, _SCOPE)
        if not await devices.disconnect(principal.account_id, device_id):
            raise NotFound(f"there is no device {device_id!r}")

    return router
