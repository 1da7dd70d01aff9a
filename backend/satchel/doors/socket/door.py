"""The socket door as a whole: who may open one, all that are open, and what reaches them from outside (pushes, revocation, draining)."""

import asyncio
from collections.abc import Callable
from typing import get_args, get_type_hints

from starlette.types import Receive, Scope, Send

from satchel.domain.accounts import Principal
from satchel.doors.socket.connection import RESTARTING, UNAUTHENTICATED
from satchel.doors.socket.encoding import draining, push
from satchel.doors.socket.frames import SUBPROTOCOL, Event
from satchel.doors.socket.pump import HELLO_S, Pump, SocketServices
from satchel.ports.coordination import TOKENS_TOPIC, Bus, Message, Unsubscribe, account_topic

MAX_CONNECTIONS_PER_ACCOUNT = 8
DRAIN_RETRY_S = 5.0

_PUSHED = frozenset(get_args(get_type_hints(Event)["event"]))
_TICK_S = 1.0
_TOKEN_CHECK_S = 30.0
_PATIENCE_S = 30.0


class SocketDoor:
    """The ASGI door of `/v1/socket`.

    Args (of the constructor):
        services: what connections use.
        bus: where pushes and revocations come from.
        allows_origin: tells whether pages of an origin may open the socket; our own origin is told by the Host header.
        hello_s: how long a connection may stay silent at first.
        patience_s: how long a client may leave what was sent unread.
    """

    def __init__(
        self,
        services: SocketServices,
        bus: Bus,
        allows_origin: Callable[[str], bool],
        *,
        hello_s: float = HELLO_S,
        patience_s: float = _PATIENCE_S,
    ) -> None:
        self.is_draining = False
        self._services = services
        self._bus = bus
        self._allows_origin = allows_origin
        self._hello_s = hello_s
        self._patience_s = patience_s
        self._pumps: set[Pump] = set()
        self._accounts: dict[str, tuple[set[Pump], Unsubscribe]] = {}
        self._unsubscribe = bus.subscribe(TOKENS_TOPIC, self._on_revoked)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one websocket."""
        await receive()  # websocket.connect
        if not self._may_open(scope):
            await send({"type": "websocket.close", "code": 1008})
            return
        subprotocol = SUBPROTOCOL if SUBPROTOCOL in scope["subprotocols"] else None
        await send({"type": "websocket.accept", "subprotocol": subprotocol, "headers": []})
        pump = Pump(self._services, scope, receive, send, admit=self._admit, hello_s=self._hello_s)
        self._pumps.add(pump)
        try:
            await pump.run()
        finally:
            self._forget(pump)

    async def watch(self) -> None:
        """Look after the open connections, until cancelled: slow readers every second, tokens every half minute."""
        since_check_s = 0.0
        while True:
            await asyncio.sleep(_TICK_S)
            for pump in tuple(self._pumps):
                pump.watch_progress(_TICK_S, self._patience_s)
            since_check_s += _TICK_S
            if since_check_s >= _TOKEN_CHECK_S:
                since_check_s = 0.0
                for pump in tuple(self._pumps):
                    await pump.check_token()

    def token_ids(self) -> set[str]:
        """Return the ids of the tokens that opened the connections."""
        return {pump.principal.token_id for pump in self._pumps if pump.principal is not None}

    def begin_drain(self) -> None:
        """Tell every client that the server goes down. Refusing new generations is `services/streams.py`'s part."""
        self.is_draining = True
        for pump in tuple(self._pumps):
            pump.push(draining(DRAIN_RETRY_S))

    def close_all(self) -> None:
        """Close every connection with "restarting", and hear no more pushes."""
        self._unsubscribe()
        for pump in tuple(self._pumps):
            pump.hang_up(RESTARTING, "the server is restarting")

    def _may_open(self, scope: Scope) -> bool:
        """Tell whether the Origin may. Programs send none; `null` is nobody's."""
        headers = dict(scope["headers"])
        if b"origin" not in headers:
            return True
        origin = headers[b"origin"].decode("latin-1")
        scheme = "https" if scope["scheme"] == "wss" else "http"
        own = f"{scheme}://{headers.get(b'host', b'').decode('latin-1')}"
        return origin != "null" and (origin == own or self._allows_origin(origin))

    def _admit(self, pump: Pump) -> bool:
        assert pump.principal is not None  # noqa: S101 - asked after the hello only
        account_id = pump.principal.account_id
        if account_id not in self._accounts:
            self._accounts[account_id] = (set(), self._bus.subscribe(account_topic(account_id), lambda m: self._on_push(account_id, m)))
        pumps, _ = self._accounts[account_id]
        if len(pumps) >= MAX_CONNECTIONS_PER_ACCOUNT:
            return False
        pumps.add(pump)
        if self.is_draining:
            pump.push(draining(DRAIN_RETRY_S))
        return True

    def _forget(self, pump: Pump) -> None:
        self._pumps.discard(pump)
        if pump.principal is None:
            return
        pumps, unsubscribe = self._accounts.get(pump.principal.account_id, (set(), lambda: None))
        pumps.discard(pump)
        if not pumps and self._accounts.pop(pump.principal.account_id, None) is not None:
            unsubscribe()

    def _on_push(self, account_id: str, message: Message) -> None:
        if message.get("event") not in _PUSHED:
            return
        frame = push(message["event"], message.get("data", {}))
        for pump in tuple(self._accounts[account_id][0]):
            if pump.principal is not None and _concerns(pump.principal, message):
                pump.push(frame)

    def _on_revoked(self, message: Message) -> None:
        token_id, account_id = message.get("token_id"), message.get("account_id")
        for pump in tuple(self._pumps):
            who = pump.principal
            if who is not None and (who.token_id == token_id or who.account_id == account_id):
                pump.hang_up(UNAUTHENTICATED, "the token was revoked")


def _concerns(who: Principal, message: Message) -> bool:
    """Tell whether a push is for this client: a site hears of its own grant and of nothing else, and of grants only who may read them."""
    if message.get("event") != "grants_changed":
        return who.origin is None
    if who.origin is None:
        return "grants" in who.scopes
    data = message.get("data")
    return isinstance(data, dict) and data.get("origin") == who.origin
