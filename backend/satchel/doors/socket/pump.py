"""One websocket being served: the only file that touches one. What messages mean is `connection.py`; what generates, `relays.py`."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from starlette.types import Receive, Scope, Send

from satchel import __version__
from satchel.domain.accounts import Principal
from satchel.domain.errors import SatchelError, ScopeMissing, TokenExpired, Unauthenticated
from satchel.doors.auth import Authenticator
from satchel.doors.socket.connection import (
    MAX_MESSAGE_BYTES,
    RESTARTING,
    TOO_MUCH,
    TOO_SLOW_TO_SAY_HELLO,
    UNAUTHENTICATED,
    Action,
    Connection,
    Hangup,
    Resume,
    Say,
    SignIn,
    Start,
    Stop,
    Target,
)
from satchel.doors.socket.encoding import refused, welcome
from satchel.doors.socket.relays import Relays
from satchel.kit.ids import Ids
from satchel.ports.clock import Clock
from satchel.services.accounts import Accounts
from satchel.services.catalog import Catalog
from satchel.services.streams import Streams

RESUME_S = 60
HELLO_S = 5.0

_CLOSE_S = 1.0
_MAX_REASON_CHARACTERS = 100


class SocketServices:
    """What every connection uses."""

    def __init__(
        self, authenticator: Authenticator, accounts: Accounts, catalog: Catalog, streams: Streams, *, clock: Clock, ids: Ids
    ) -> None:
        self.authenticator = authenticator
        self.accounts = accounts
        self.catalog = catalog
        self.streams = streams
        self.clock = clock
        self.ids = ids


class Pump:
    """Serve one accepted websocket until either end closes it.

    `admit` is asked once, when the caller is known; False means that the account has too many connections.
    """

    def __init__(
        self,
        services: SocketServices,
        scope: Scope,
        receive: Receive,
        send: Send,
        *,
        admit: "Callable[[Pump], bool]",
        hello_s: float = HELLO_S,
    ) -> None:
        self.principal: Principal | None = None
        self.relays: Relays | None = None
        self._services = services
        self._scope = scope
        self._receive = receive
        self._send = send
        self._admit = admit
        self._hello_s = hello_s
        self._rules = Connection()
        self._token = ""
        self._pushes: set[asyncio.Task[None]] = set()
        self._over: asyncio.Future[Hangup] = asyncio.get_running_loop().create_future()
        self._sending = self._sent = self._sent_before = 0
        self._blocked_s = 0.0

    async def run(self) -> None:
        """Serve."""
        hello = asyncio.get_running_loop().call_later(self._hello_s, self._check_hello)
        listener = asyncio.create_task(self._listen())
        ends: set[asyncio.Future[Any]] = {listener, self._over}
        try:
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        finally:
            hello.cancel()
            listener.cancel()
            await asyncio.gather(listener, return_exceptions=True)
            await self._stop_tasks()
        if self._over.done():
            await self._close(self._over.result())
        elif not listener.cancelled() and (bug := listener.exception()) is not None:
            raise bug

    def hang_up(self, code: int, reason: str) -> None:
        """Close the connection soon. Only the first reason counts."""
        if not self._over.done():
            self._over.set_result(Hangup(code, reason))

    def push(self, frame: str) -> None:
        """Send a frame that nobody asked for, soon; nothing happens before the hello."""
        if self.principal is not None and not self._over.done():
            task = asyncio.create_task(self._say_if_there(frame))
            self._pushes.add(task)
            task.add_done_callback(self._pushes.discard)

    def watch_progress(self, passed_s: float, patience_s: float) -> None:
        """Hang up on a client that has read nothing of what waits for it for `patience_s`. To be called every `passed_s`."""
        is_stuck = self._sending > 0 and self._sent == self._sent_before
        self._sent_before = self._sent
        self._blocked_s = self._blocked_s + passed_s if is_stuck else 0.0
        if self._blocked_s >= patience_s:
            self.hang_up(TOO_MUCH, "frames were not read for too long")

    async def check_token(self) -> None:
        """Hang up once the token no longer opens this connection; one that merely expired may finish what runs."""
        if self.principal is None:
            return
        try:
            await self._services.authenticator.principal(self._token)
        except Unauthenticated as error:
            if not (self.relays and isinstance(error, TokenExpired)):
                self.hang_up(UNAUTHENTICATED, error.message)
        except SatchelError:
            return  # the database is away, which is no reason to sign anybody out

    async def _listen(self) -> None:
        with suppress(OSError):  # the client is gone, which uvicorn says when we write
            while (message := await self._receive())["type"] != "websocket.disconnect":
                text = message.get("text")
                heard = text if text is not None else message.get("bytes") or b""
                await self._do(self._rules.receive(heard, self._services.clock.monotonic_s()))
                if self._over.done():
                    return  # what a refused client sent behind its hello is not done any more

    async def _do(self, action: Action) -> None:
        match action:
            case Hangup(code, reason):
                self.hang_up(code, reason)
            case Say(frame):
                await self._say(frame)
            case SignIn():
                await self._sign_in(action)
            case Start() | Stop() | Resume():
                await self._generate(action)

    async def _sign_in(self, action: SignIn) -> None:
        services = self._services
        try:
            principal = await services.authenticator.opener(action.token, action.proof, self._scope)
            principal.require("generate")
            account = await services.accounts.get(principal.account_id)
            preferred = await services.catalog.preferred(principal.account_id)
            await services.authenticator.principal(action.token)  # it may have been revoked while we waited, and nobody was told
        except (Unauthenticated, ScopeMissing) as error:
            self.hang_up(UNAUTHENTICATED, error.message)
            return
        except SatchelError as error:
            self.hang_up(RESTARTING, error.message)
            return
        self._token, self.principal = action.token, principal
        self.relays = Relays(principal, services.streams, services.clock, services.ids, say=self._say)
        if not self._admit(self):
            self.hang_up(TOO_MUCH, "this account has too many connections")
            return
        limits = {"message_bytes": MAX_MESSAGE_BYTES, "generations": self.relays.most, "resume_s": RESUME_S}
        await self._say(welcome(__version__, account, preferred, limits, to=principal))

    async def _generate(self, action: Start | Stop | Resume) -> None:
        """Do what a frame asks; a refusal is told in a frame, and the connection stays."""
        assert self.relays is not None  # noqa: S101 - the rules let nothing through before the hello
        try:
            match action:
                case Start():
                    await self._start(action, self.relays)
                case Stop():
                    await self.relays.stop(action)
                case Resume():
                    await self.relays.resume(action)
        except SatchelError as error:
            named = Target(None, action.id) if isinstance(action, Start) else action.target
            await self._say(refused(error, named.id, named.generation))

    async def _start(self, action: Start, relays: Relays) -> None:
        """Start a generation if the token is good now; else hang up: a client that refreshes it finds what runs again. Raises as that."""
        try:
            await self._services.authenticator.principal(self._token)
        except Unauthenticated as error:
            self.hang_up(UNAUTHENTICATED, error.message)
        else:
            await relays.start(action)

    def _check_hello(self) -> None:
        if self.principal is None:
            self.hang_up(TOO_SLOW_TO_SAY_HELLO, f"no hello within {self._hello_s:g} s")

    async def _say(self, frame: str) -> None:
        self._sending += 1
        try:
            await self._send({"type": "websocket.send", "text": frame})
        finally:
            self._sending -= 1
        self._sent += 1

    async def _say_if_there(self, frame: str) -> None:
        with suppress(OSError):
            await self._say(frame)

    async def _stop_tasks(self) -> None:
        if self.relays is not None:
            await self.relays.aclose()
        pushes = tuple(self._pushes)
        if pushes:
            await asyncio.wait(pushes, timeout=_CLOSE_S)
        for task in pushes:
            task.cancel()

    async def _close(self, over: Hangup) -> None:
        with suppress(OSError, TimeoutError):
            async with asyncio.timeout(_CLOSE_S):
                await self._send({"type": "websocket.close", "code": over.code, "reason": over.reason[:_MAX_REASON_CHARACTERS]})
