"""The extensions, terminals and apps that a person connected: listed, and disconnected."""

from collections.abc import Sequence

from satchel.domain.audit import Act, AuditRecord
from satchel.domain.budgets import Budget
from satchel.domain.devices import Device, devices_of
from satchel.ports.clock import Clock
from satchel.ports.coordination import TOKENS_TOPIC, Bus
from satchel.ports.stores import Database


class Devices:
    """What holds tokens of an account that OAuth issued. Every end counts at once, everywhere."""

    def __init__(self, database: Database, *, bus: Bus, clock: Clock) -> None:
        self._database = database
        self._bus = bus
        self._clock = clock

    async def list(self, account_id: str) -> Sequence[tuple[Device, Budget | None]]:
        """Return what is connected now, the one used last first, each with its own budget."""
        async with self._database.unit_of_work() as stores:
            found = devices_of(await stores.tokens.list(account_id))
            return [(each, await stores.budgets.get(each.id) if each.caveats is not None else None) for each in found]

    async def disconnect(self, account_id: str, device_id: str) -> bool:
        """End every token of one, and what they run; False if there is none."""
        return await self._end(account_id, device_id) > 0

    async def disconnect_all(self, account_id: str) -> int:
        """End every token of all of them, and what they run, and let none fetch what was allowed it; return how many there were."""
        return await self._end(account_id, None)

    async def _end(self, account_id: str, device_id: str | None) -> int:
        now = self._clock.now()
        ended: list[str] = []
        async with self._database.unit_of_work() as stores:
            if device_id is None:
                await stores.tokens.withhold(account_id)
            found = [each for each in devices_of(await stores.tokens.list(account_id)) if device_id in (None, each.id)]
            for device in found:
                ended.extend(await stores.tokens.revoke_family(account_id, device.id, now))
                await stores.audit.add(AuditRecord(account_id, now, Act.DEVICE_DISCONNECTED, device.id, device.name))
        for token_id in ended:
            self._bus.publish(TOKENS_TOPIC, {"token_id": token_id})
        return len(found)
