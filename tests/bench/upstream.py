"""A fake OpenAI-compatible upstream, far faster than any gateway: raw asyncio on uvloop.

The model's name picks the behaviour: `f-<chunks>-<interval ms>[-<first delay ms>]`. Every delta carries the sender's monotonic clock,
so that a client on the same machine can tell its age. `user` in the body tags a call; when its caller goes away unanswered, `/__stats`
tells when.
"""

import asyncio
import signal
import sys
import time

import orjson
import uvloop

TEXT = ("The quick brown fox jumps over the lazy dog while the gateway counts tokens. " * 8)[:620]
USAGE = {"prompt_tokens": 12, "completion_tokens": 64, "total_tokens": 76}
SSE_HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
STATS: dict[str, int] = {"requests": 0, "chunks": 0}
LOST: dict[str, int] = {}


def json_answer(model: str) -> bytes:
    """Return a whole HTTP answer."""
    choice = {"index": 0, "message": {"role": "assistant", "content": TEXT}, "finish_reason": "stop"}
    body = {"id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": model, "choices": [choice], "usage": USAGE}
    return plain(body)


def plain(value: object) -> bytes:
    """Return a JSON answer with its head."""
    body = orjson.dumps(value)
    return b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(body) + body


def framed(payload: bytes) -> bytes:
    """Return one HTTP chunk."""
    return b"%x\r\n%s\r\n" % (len(payload), payload)


class Upstream(asyncio.Protocol):
    """One connection; answers one request at a time."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        self.transport = transport
        self.buffer = b""
        self.task: asyncio.Task[None] | None = None
        self.tag: str | None = None
        self.writable = asyncio.Event()
        self.writable.set()

    def connection_lost(self, exc: Exception | None) -> None:
        """Note the time, if an answer was under way."""
        if self.task is not None:
            LOST[self.tag or str(time.monotonic_ns())] = time.monotonic_ns()
            self.task.cancel()

    def pause_writing(self) -> None:
        """Wait for a slow reader."""
        self.writable.clear()

    def resume_writing(self) -> None:
        """Go on."""
        self.writable.set()

    def data_received(self, data: bytes) -> None:
        """Take whole requests off the buffer."""
        self.buffer += data
        while self.task is None:
            head_end = self.buffer.find(b"\r\n\r\n")
            if head_end < 0:
                return
            head = self.buffer[:head_end].lower()
            at = head.find(b"content-length:")
            size = int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
            end = head_end + 4 + size
            if len(self.buffer) < end:
                return
            body, self.buffer = self.buffer[head_end + 4 : end], self.buffer[end:]
            self.answer(head, body)

    def answer(self, head: bytes, body: bytes) -> None:
        """Answer at once, or start a task that does."""
        if head.startswith(b"get /__stats"):
            self.transport.write(plain({**STATS, "lost": LOST}))  # type: ignore[attr-defined]
        elif not head.startswith(b"post"):
            self.transport.write(plain({"object": "list", "data": [{"id": "f-0-0", "object": "model", "owned_by": "bench"}]}))  # type: ignore[attr-defined]
        else:
            self.generate(orjson.loads(body))

    def generate(self, request: dict[str, object]) -> None:
        """Answer a chat request."""
        model = str(request["model"])
        words = [*model.split("/")[-1].split("-"), "0"]
        chunks, interval_s, delay_s = int(words[1]), float(words[2]) / 1000, float(words[3]) / 1000
        STATS["requests"] += 1
        self.tag = str(request["user"]) if request.get("user") else None
        if chunks == 0 and not delay_s and request.get("stream") is not True:
            self.transport.write(json_answer(model))  # type: ignore[attr-defined]
            return
        self.task = asyncio.get_running_loop().create_task(self.stream(model, chunks, interval_s, delay_s, request.get("stream") is True))

    async def stream(self, model: str, chunks: int, interval_s: float, delay_s: float, streamed: bool) -> None:
        """Write the answer over time."""
        await asyncio.sleep(delay_s)
        write = self.transport.write  # type: ignore[attr-defined]
        if not streamed:
            write(json_answer(model))
            return self.done()
        before = (
            b'data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"'
            + model.encode()
            + b'","choices":[{"index":0,"delta":'
        )
        write(SSE_HEAD + framed(before + b'{"role":"assistant","content":""},"finish_reason":null}]}\n\n'))
        due = asyncio.get_running_loop().time()
        for number in range(chunks):
            if interval_s:
                due += interval_s
                await asyncio.sleep(max(0.0, due - asyncio.get_running_loop().time()))
            elif number % 8 == 0:
                await asyncio.sleep(0)
            await self.writable.wait()
            write(framed(before + b'{"content":"%d tok"},"finish_reason":null}]}\n\n' % time.monotonic_ns()))
            STATS["chunks"] += 1
        usage = (
            b'data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"x","choices":[],"usage":'
            + orjson.dumps(USAGE)
            + b"}\n\n"
        )
        write(framed(before + b'{},"finish_reason":"stop"}]}\n\n') + framed(usage) + framed(b"data: [DONE]\n\n") + b"0\r\n\r\n")
        return self.done()

    def done(self) -> None:
        """Be ready for the next request on this connection."""
        self.task = None
        self.tag = None
        if self.buffer:
            self.data_received(b"")


async def main() -> None:
    """Listen on a free port of 127.0.0.1, print it, and serve until SIGTERM."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Upstream, "127.0.0.1", 0, backlog=2048)
    print(server.sockets[0].getsockname()[1], flush=True)
    stop = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    await stop.wait()


if __name__ == "__main__":
    sys.exit(uvloop.run(main()))
