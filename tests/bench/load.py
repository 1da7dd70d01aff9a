"""Load generators: raw asyncio clients on uvloop, a few microseconds a request. All times in milliseconds."""

import asyncio
import base64
import os
import struct
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import cycle

import orjson

FINISHED = b'"type":"finished"'
GOLDEN = (5**0.5 - 1) / 2
PROMPT = "Say hello to the benchmark, please. " * 5


@dataclass(frozen=True)
class Target:
    """Where to send chat requests: a port of 127.0.0.1, a token and a prefix for model names."""

    port: int
    token: str = "none"
    prefix: str = ""

    def request(self, model: str, *, stream: bool = False, user: str | None = None) -> bytes:
        """Return a whole HTTP request."""
        body: dict[str, object] = {"model": self.prefix + model, "messages": [{"role": "user", "content": PROMPT}], "max_tokens": 256}
        if stream:
            body |= {"stream": True, "stream_options": {"include_usage": True}}
        if user:
            body["user"] = user
        payload = orjson.dumps(body)
        head = (
            f"POST /v1/chat/completions HTTP/1.1\r\nhost: 127.0.0.1:{self.port}\r\ncontent-type: application/json\r\n"
            f"authorization: Bearer {self.token}\r\ncontent-length: {len(payload)}\r\n\r\n"
        )
        return head.encode() + payload


class JsonClient(asyncio.Protocol):
    """One keep-alive connection that asks one thing at a time."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        self.transport = transport
        self.answer: asyncio.Future[float] | None = None

    def connection_lost(self, exc: Exception | None) -> None:
        """Fail what waits."""
        if self.answer and not self.answer.done():
            self.answer.set_exception(ConnectionError("closed"))

    def ask(self, raw: bytes) -> "asyncio.Future[float]":
        """Send a request; the future gives its milliseconds."""
        self.answer = asyncio.get_running_loop().create_future()
        self.buffer = b""
        self.sent_ns = time.monotonic_ns()
        self.transport.write(raw)  # type: ignore[attr-defined]
        return self.answer

    def data_received(self, data: bytes) -> None:
        """Wait for the whole answer."""
        self.buffer += data
        end = self.buffer.find(b"\r\n\r\n")
        if end < 0 or self.answer is None or self.answer.done():
            return
        head = self.buffer[:end].lower()
        at = head.find(b"content-length:")
        whole = len(self.buffer) >= end + 4 + int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else self.buffer.endswith(b"0\r\n\r\n")
        if not whole:
            return
        if self.buffer[9:12] != b"200":
            self.answer.set_exception(RuntimeError(self.buffer[:600].decode(errors="replace")))
        else:
            self.answer.set_result((time.monotonic_ns() - self.sent_ns) / 1e6)


async def closed_loop(target: Target, callers: int, requests: int, model: str = "f-0-0") -> tuple[list[float], float]:
    """Run `callers` that ask one after another; return the latencies and the seconds it took."""
    raw = target.request(model)
    loop = asyncio.get_running_loop()
    latencies: list[float] = []
    left = requests

    async def caller() -> None:
        nonlocal left
        transport, client = await loop.create_connection(JsonClient, "127.0.0.1", target.port)
        while left > 0:
            left -= 1
            latencies.append(await client.ask(raw))
        transport.close()

    began = time.monotonic()
    await asyncio.gather(*(caller() for _ in range(callers)))
    return latencies, time.monotonic() - began


@dataclass
class StreamResult:
    """What one or many streams showed: ages of deltas, times to the first one, how many came."""

    ages: list[float] = field(default_factory=list)
    first: list[float] = field(default_factory=list)
    deltas: int = 0
    ended: int = 0
    seconds: float = 0.0


class StreamClient(asyncio.Protocol):
    """One streamed request, over SSE or as a websocket; looks at each delta's clock."""

    def __init__(self, result: StreamResult, payload: bytes, frames: Sequence[bytes] = (), marker: bytes = b'"content":"') -> None:
        self.result, self.payload, self.frames, self.marker = result, payload, frames, marker
        self.left = len(frames) - 1 if frames else 1  # hello has no end
        self.done: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self.count = 0
        self.tail = b""
        self.opened = not frames
        self.on_delta: Callable[[int], None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Send the request."""
        self.transport = transport
        self.sent_ns = time.monotonic_ns()
        transport.write(self.payload)  # type: ignore[attr-defined]

    def connection_lost(self, exc: Exception | None) -> None:
        """Say that it is over."""
        if not self.done.done():
            self.done.set_result(False)

    def data_received(self, data: bytes) -> None:
        """Count deltas and their ages."""
        now = time.monotonic_ns()
        if not self.opened:
            if b"\r\n\r\n" not in data:
                return
            self.opened = True
            self.sent_ns = now
            self.transport.write(b"".join(self.frames))  # type: ignore[attr-defined]
            return
        text = self.tail + data
        at = 0
        while (found := text.find(self.marker, at)) >= 0:
            start = found + len(self.marker)
            space = text.find(b" ", start, start + 24)
            if space < 0 and len(text) < start + 24:
                break  # the rest of it is on its way
            if space < 0:  # no delta of the upstream's: the empty one that names the role
                at = start
                continue
            at = space
            self.seen(now, text[start:space])
        if self.frames:
            ends = text.count(FINISHED, max(0, len(self.tail) - len(FINISHED) + 1))
        else:
            ends = int(self.left > 0 and b"[DONE]" in text[-80:])
        self.tail = text[max(at, len(text) - 200) :]
        self.left -= ends
        self.result.ended += ends
        if self.left <= 0 and not self.done.done():
            self.done.set_result(True)

    def seen(self, now: int, stamp: bytes) -> None:
        """Note one delta."""
        if not stamp.isdigit():
            return
        self.result.ages.append((now - int(stamp)) / 1e6)
        self.count += 1
        if self.count == 1:
            self.result.first.append((now - self.sent_ns) / 1e6)
        if self.on_delta:
            self.on_delta(self.count)


async def streams(
    target: Target, count: int, model: str, connect: Callable[[StreamResult], StreamClient] | None = None, *, ramp_s: float = 0.0
) -> StreamResult:
    """Run `count` streams at once, over SSE unless `connect` makes other clients.

    They begin over `ramp_s`, at moments that no pace divides: 25 sockets 40 ms apart would all be in step with deltas every 20 ms, and each
    would begin just when all others are served.
    """
    result = StreamResult()
    raw = target.request(model, stream=True)
    loop = asyncio.get_running_loop()

    async def one(number: int) -> None:
        await asyncio.sleep(ramp_s * (number * GOLDEN % 1))
        transport, client = await loop.create_connection(
            lambda: connect(result) if connect else StreamClient(result, raw), "127.0.0.1", target.port
        )
        await asyncio.wait_for(client.done, 120)
        result.deltas += client.count
        transport.close()

    began = time.monotonic()
    await asyncio.gather(*(one(number) for number in range(count)))
    result.seconds = time.monotonic() - began
    return result


def frame(text: bytes) -> bytes:
    """Return one masked websocket text frame (mask 0)."""
    size = bytes([0x81, 0x80 | len(text)]) if len(text) < 126 else bytes([0x81, 0x80 | 126]) + struct.pack("!H", len(text))
    return size + b"\0\0\0\0" + text


def socket_client(targets: Sequence[Target], model: str, origin: str, calls: int = 1) -> Callable[[StreamResult], StreamClient]:
    """Return a maker of clients of our websocket protocol, each hello and `calls` generates; the targets take turns."""
    turns = cycle(targets)

    def make(result: StreamResult) -> StreamClient:
        target = next(turns)
        key = base64.b64encode(os.urandom(16)).decode()
        upgrade = (
            f"GET /v1/socket HTTP/1.1\r\nhost: 127.0.0.1:{target.port}\r\nupgrade: websocket\r\nconnection: Upgrade\r\n"
            f"sec-websocket-key: {key}\r\nsec-websocket-version: 13\r\nsec-websocket-protocol: satchel.v1\r\n\r\n"
        )
        request = {"model": target.prefix + model, "messages": [{"role": "user", "content": PROMPT}], "max_tokens": 256}
        hello = orjson.dumps({"type": "hello", "token": target.token})
        asks = [orjson.dumps({"type": "generate", "id": f"{key}{n}", "origin": origin, "request": request}) for n in range(calls)]
        return StreamClient(result, upgrade.encode(), [frame(text) for text in (hello, *asks)], b'"text":"')

    return make


async def lost_at(port: int) -> dict[str, int]:
    """Return when the upstream saw each tagged caller go (monotonic ns)."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET /__stats HTTP/1.1\r\nhost: x\r\n\r\n")
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    size = int(head.split(b"content-length:")[1].split(b"\r\n")[0])
    stats = orjson.loads(await reader.readexactly(size))
    writer.close()
    return {str(tag): int(when) for tag, when in stats["lost"].items()}


async def cancel_delays(target: Target, upstream_port: int, phase: str, count: int = 20) -> list[float]:
    """Drop `count` calls in one phase (`streaming`, `before first`, `json`); return how many ms later the upstream saw each go."""
    model, stream = {"streaming": ("f-400-20", True), "before first": ("f-5-5-4000", True), "json": ("f-1-0-4000", False)}[phase]
    loop = asyncio.get_running_loop()
    gone: dict[str, int] = {}
    for number in range(count):
        tag = f"{phase}-{number}-{time.monotonic_ns()}"
        transport, client = await loop.create_connection(
            lambda tag=tag: StreamClient(StreamResult(), target.request(model, stream=stream, user=tag)), "127.0.0.1", target.port
        )
        if phase == "streaming":
            enough: asyncio.Future[None] = loop.create_future()
            client.on_delta = lambda n, enough=enough: enough.set_result(None) if n >= 4 and not enough.done() else None
            await asyncio.wait_for(enough, 10)
        else:
            await asyncio.sleep(0.15)
        gone[tag] = time.monotonic_ns()
        transport.abort() if number % 2 else transport.close()
    await asyncio.sleep(1.0)
    lost = await lost_at(upstream_port)
    return [(lost[tag] - when) / 1e6 if tag in lost else float("inf") for tag, when in gone.items()]
