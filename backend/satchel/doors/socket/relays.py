"""The generations of one connection: each is relayed by a task of its own from `services/streams.py` to the client, as frames."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass

from satchel.dialects import openai_embeddings, openai_images, openai_speech, openai_transcription
from satchel.dialects.openai_chat_request import parse_request
from satchel.domain.accounts import Principal
from satchel.domain.calls import Call, Request
from satchel.domain.errors import GenerationNotFound, SatchelError, TooManyGenerations, UnsupportedFeature
from satchel.domain.grants import parse_origin
from satchel.doors.errors import as_ours
from satchel.doors.socket.connection import Resume, Start, Stop, Target
from satchel.doors.socket.encoding import GenerationFrames
from satchel.kit.ids import Ids
from satchel.ports.clock import Clock
from satchel.services.streams import Run, Streams

MAX_GENERATIONS = 16
MAX_GENERATIONS_OF_SITES = 48  # an extension's connection is that of all sites; 16 of the account's 64 are left to whoever else asks

_ATTEST = "ext:attest-origin"

Say = Callable[[str], Awaitable[None]]

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Relay:
    run: Run
    task: asyncio.Task[None]


class Relays:
    """Start, resume and stop generations for one connection. Closing detaches them; how long they go on is `services/streams.py`'s rule."""

    def __init__(self, principal: Principal, streams: Streams, clock: Clock, ids: Ids, *, say: Say) -> None:
        self._principal = principal
        self._scope = f"{principal.client} "  # the ids that two clients choose are not each other's
        self._streams = streams
        self._clock = clock
        self._ids = ids
        self._say = say
        self._relays: dict[str, _Relay] = {}
        self.most = MAX_GENERATIONS_OF_SITES if _ATTEST in principal.scopes else MAX_GENERATIONS

    def __len__(self) -> int:
        return len(self._relays)

    async def start(self, action: Start) -> None:
        """Start a generation and relay it, or relay from its beginning the one that this client id started before.

        Raises:
            SatchelError: it was not started: the request is wrong, too many run, or the server is going down.
        """
        run = self._own(action.id)
        if run is None:
            if len(self._relays) >= self.most:
                raise TooManyGenerations(f"{self.most} generations run on this connection; wait for one to end")
            run = self._streams.start(self._call(action), self._scope + action.id)
        await self._relay(run, action.id, after=0)

    async def resume(self, action: Resume) -> None:
        """Relay a generation from after the number given.

        Raises:
            GenerationNotFound: there is none, or it ended too long ago.
        """
        await self._relay(self._find(action.target), action.target.id, action.after)

    async def stop(self, action: Stop) -> None:
        """Cancel a generation; its `finished` follows.

        Raises:
            GenerationNotFound: there is none, or it has ended.
        """
        if not self._find(action.target).cancel():
            raise GenerationNotFound(f"the generation {action.target.name!r} has ended")

    async def aclose(self) -> None:
        """Detach from all generations."""
        tasks = [relay.task for relay in self._relays.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _own(self, client_id: str) -> Run | None:
        """Return the run that this client started under an id of its own."""
        return self._streams.find(self._principal.account_id, self._scope + client_id)

    def _visible(self, generation_id: str) -> Run | None:
        """Return the run of this id, whichever client's it is, if it is open to the caller."""
        run = self._streams.find(self._principal.account_id, generation_id)
        if run is None or run.id != generation_id:  # what clients chose finds nothing here
            return None
        return run if run.call.is_open_to(self._principal) else None

    def _find(self, target: Target) -> Run:
        run = self._visible(target.generation) if target.generation is not None else self._own(target.id or "")
        if run is None:
            raise GenerationNotFound(f"there is no generation {target.name!r}, or it ended too long ago")
        return run

    def _call(self, action: Start) -> Call:
        origin, embedder = self._attested(action)
        now = self._clock.now()
        return Call(
            id=self._ids.in_order("gen", now),
            principal=self._principal,
            request=_request(action),
            started_at=now,
            origin=origin,
            embedder=embedder,
        )

    def _attested(self, action: Start) -> tuple[str | None, str | None]:
        """Return origin and embedder: believed only from a token that may attest them."""
        if _ATTEST not in self._principal.scopes or action.origin is None:
            return None, None
        origin = parse_origin(action.origin)
        embedder = parse_origin(action.embedder) if action.embedder is not None else origin
        return origin, embedder if embedder != origin else None

    async def _relay(self, run: Run, client_id: str | None, after: int) -> None:
        earlier = self._relays.pop(run.id, None)
        if earlier is not None:
            earlier.task.cancel()
            await asyncio.gather(earlier.task, return_exceptions=True)
        frames = GenerationFrames(run.id)
        if client_id is None and run.client_ref is not None and run.client_ref.startswith(self._scope):
            client_id = run.client_ref.removeprefix(self._scope)
        await self._say(frames.started(client_id, run.call.request.model))
        task = asyncio.create_task(self._pass_on(run, frames, client_id, after))
        self._relays[run.id] = _Relay(run, task)
        task.add_done_callback(lambda done: self._ended(run.id, done))

    async def _pass_on(self, run: Run, frames: GenerationFrames, client_id: str | None, after: int) -> None:
        seq = after
        try:
            async with aclosing(run.events(after)) as events:
                async for seq, event in events:
                    if isinstance(event, SatchelError):
                        await self._say(frames.failed(event, client_id=client_id, seq=seq, usage=event.usage, cost=event.cost))
                    elif (frame := frames.event(seq, event)) is not None:
                        await self._say(frame)
        except SatchelError as error:
            await self._say(frames.failed(error, client_id=client_id))
        except OSError:
            return  # the client is gone; the reader notices too
        except Exception as error:
            _log.exception("relaying %s failed", run.id)
            await self._say(frames.failed(as_ours(error, run.id), client_id=client_id, seq=seq + 1))

    def _ended(self, generation_id: str, task: asyncio.Task[None]) -> None:
        relay = self._relays.get(generation_id)
        if relay is not None and relay.task is task:
            del self._relays[generation_id]
        if not task.cancelled() and isinstance(task.exception(), Exception):
            _log.debug("a relay ended with %r", task.exception())


def _request(action: Start) -> Request:
    if action.kind == "embeddings":
        return openai_embeddings.parse_request(action.body)
    if action.kind == "images":
        return openai_images.parse_request(action.body)
    if action.kind == "speech":
        return openai_speech.parse_request(action.body)
    if action.kind == "transcriptions":
        return openai_transcription.parse_request(openai_transcription.form_of(action.body))
    request = parse_request(action.body)
    if request.n != 1:
        raise UnsupportedFeature("one answer at a time on the socket; start several generations", details={"param": "n", "feature": "n"})
    return request
