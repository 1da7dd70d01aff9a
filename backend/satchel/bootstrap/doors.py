"""The doors of a house: what they are built from, what looks after things while they serve, and how they go down."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from starlette.types import ASGIApp

from satchel.bootstrap.house import House
from satchel.doors.auth import Authenticator
from satchel.doors.http import completions, embeddings, images, messages, responses, speech, text_completions, transcriptions
from satchel.doors.http.callers import Callers
from satchel.doors.http.front import Front
from satchel.doors.http.generating import GeneratingDoor, HotServices, Skin
from satchel.doors.http.health import health_router
from satchel.doors.http.live import LiveCalls
from satchel.doors.http.management import management_app
from satchel.doors.http.oauth import router as oauth_router
from satchel.doors.http.resources import resource_routers
from satchel.doors.portal.router import router as portal_router
from satchel.doors.portal.session import PortalSession
from satchel.doors.portal.terms import Terms
from satchel.doors.socket.door import SocketDoor
from satchel.doors.socket.pump import SocketServices
from satchel.services.budget import ORPHAN_GRACE_S
from satchel.services.oauth.issuer import Issuer

_HEAR_S = 0.5


class Doors:
    """The ASGI callable of a house, what looks after it while it serves, and how it goes down."""

    def __init__(self, house: House) -> None:
        self._house = house
        settings, bus, clock, ids = house.settings, house.bus, house.clock, house.ids
        self._issuer = Issuer(settings.public_url or None)
        self._authenticator = authenticator = Authenticator(house.database, bus, clock, house.key_proofs, self._issuer)
        origins = frozenset({*settings.allowed_origins, settings.own_url})
        sockets = SocketServices(authenticator, house.accounts, house.catalog, house.streams, clock=clock, ids=ids)
        self.socket = SocketDoor(sockets, bus, lambda origin: origin in origins or house.apps.allows_origin(origin))
        self._live = LiveCalls(bus)
        self.management = self._management(authenticator)
        skins: dict[str, Skin] = {
            completions.PATH: completions.ChatCompletions(),
            messages.PATH: messages.Messages(),
            responses.PATH: responses.Responses(clock),
            text_completions.PATH: text_completions.TextCompletions(),
        }
        services = HotServices(authenticator, house.generation, self._live, clock, ids)
        hot: dict[str, ASGIApp] = {path: GeneratingDoor(skin, services) for path, skin in skins.items()}
        hot[embeddings.PATH] = embeddings.Embeddings(services)
        hot[images.PATH] = hot[images.ALSO] = images.Images(services)
        hot[speech.PATH], hot[transcriptions.PATH] = speech.Speech(services), transcriptions.Transcriptions(services)
        hot[messages.COUNT_PATH] = messages.TokenCount(authenticator)
        self.asgi = Front(
            hot=hot,
            socket=self.socket,
            rest=self.management,
            host_names=settings.host_names,
            allows_origin=house.apps.allows_origin,
            issuer_of=self._issuer.of,
            clock=clock,
            ids=ids,
        )

    @asynccontextmanager
    async def serving(self, others_may_live: bool) -> AsyncGenerator[None, None]:
        """Settle what a killed process left behind, and look after things while the block runs.

        Args:
            others_may_live: whether other processes may be serving from the same database.
        """
        grace_s = ORPHAN_GRACE_S if others_may_live else 0.0
        await self._house.budgets.settle_orphans(grace_s)
        house = self._house
        watching = [house.budgets.reap(grace_s), house.catalog.run(), house.leftovers.run(), house.retention.run()]
        tasks = [asyncio.create_task(deed) for deed in (*watching, self.socket.watch(), self._hear_of_others())]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            self._live.close()
            self.asgi.access_log.flush()

    async def drain(self) -> None:
        """Refuse what is new, tell the clients, let what runs finish, close the sockets."""
        self.socket.begin_drain()
        self._live.begin_drain()
        drain_s = self._house.settings.drain_s
        await asyncio.gather(self._house.streams.drain(drain_s), self._live.drain(drain_s))
        self.socket.close_all()

    async def _hear_of_others(self) -> None:
        """End what another process took back, until cancelled: tokens, sign-ins, what vaults are open for, and consent."""
        while True:
            await asyncio.sleep(_HEAR_S)
            house = self._house
            calls = [*house.streams.calls(), *self._live.calls()]
            asking = {call.principal.token_id for call in calls}
            await self._authenticator.hear_of_others(asking | self.socket.token_ids() | house.locked_mode.credentials())
            await house.locked_mode.hear_of_others()
            await house.policy.hear_of_others({call.place for call in calls if call.place is not None})

    def _management(self, authenticator: Authenticator) -> FastAPI:
        house, issuer = self._house, self._issuer
        terms = Terms(house.catalog, house.policy, house.clock, house.ids)
        pages = [
            health_router(house.database, lambda: house.builtin.status().state, lambda: self.socket.is_draining),
            oauth_router(house.oauth, house.tokens, Callers(authenticator), house.registrations, limiter=house.limiter, issuer=issuer),
            portal_router(house, terms=terms, issuer=issuer),
        ]
        resources = resource_routers(authenticator, self._live, house)
        described = {
            completions.PATH: completions.DESCRIPTION,
            text_completions.PATH: text_completions.DESCRIPTION,
            embeddings.PATH: embeddings.DESCRIPTION,
            images.PATH: images.DESCRIPTION,
            images.ALSO: images.ALSO_DESCRIPTION,
            speech.PATH: speech.DESCRIPTION,
            transcriptions.PATH: transcriptions.DESCRIPTION,
            messages.PATH: messages.DESCRIPTION,
            responses.PATH: responses.DESCRIPTION,
            messages.COUNT_PATH: messages.COUNT_DESCRIPTION,
        }
        return management_app(resources, pages, lambda asgi: PortalSession(asgi, house.accounts, issuer), described)
