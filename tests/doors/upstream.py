"""A provider behind a real socket: what it does is the model's name. It notes every call and how it ended."""

import asyncio
import json
import re
import socket
import struct
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

HEAD = "HTTP/1.1 {status}\r\ncontent-type: {kind}\r\nconnection: close\r\n\r\n"
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNkYAAAAAYAAjCB0C8AAAAASUVORK5CYII="
ORGANIZATION = "org-CanaryZq7AbCdEf123456"
EMAIL = "CanaryZq7@people.example"
USAGE = {"prompt_tokens": 7, "completion_tokens": 3, "total_tokens": 10}


@dataclass
class Asked:
    """One call: its body, what it was given, whether an endless answer is well under way, and whether the caller hung up."""

    body: dict[str, object]
    headers: dict[str, str]
    path: str = ""
    at_s: float = field(default_factory=time.monotonic)
    started: asyncio.Event = field(default_factory=asyncio.Event)
    flowing: asyncio.Event = field(default_factory=asyncio.Event)
    closed: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass
class Upstream:
    """The server."""

    port: int = 0
    asked: list[Asked] = field(default_factory=list)
    models: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Return the base URL."""
        return f"http://127.0.0.1:{self.port}/v1"

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one connection."""
        try:
            await self._answer(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:] if line)}
        if head[0].startswith("GET") and self.models:
            listed = {"data": [{"id": model} for model in self.models]}
            writer.write(HEAD.format(status="200 OK", kind="application/json").encode() + json.dumps(listed).encode())
            return
        if head[0].startswith("GET"):
            writer.write(HEAD.format(status="404 Not Found", kind="application/json").encode() + b"{}")
            return
        body = body_of(headers, await reader.readexactly(int(headers["content-length"])))
        if "model" not in body:  # a look at what this server is, not a call
            writer.write(HEAD.format(status="400 Bad Request", kind="application/json").encode() + b"{}")
            return
        asked = Asked(body, headers, head[0].split()[1])
        self.asked.append(asked)
        watching = asyncio.create_task(self._watch(reader, asked))
        asked.started.set()
        try:
            await self._play(str(asked.body["model"]), writer, asked)
        finally:
            watching.cancel()

    @staticmethod
    async def _watch(reader: asyncio.StreamReader, asked: Asked) -> None:
        with suppress(ConnectionError):
            while await reader.read(4096):
                pass
        asked.closed.set()

    async def _play(self, model: str, writer: asyncio.StreamWriter, asked: Asked) -> None:
        made = KINDS.get(asked.path.removeprefix("/v1"))
        if made is not None and model not in ("mute", "throttles", "wrong-key"):
            made(writer, asked.body)
            return
        match model:
            case "mute":
                await asked.closed.wait()
            case "garbage":
                write(writer, "not even json")
                writer.write(b"data: {\n\n")
            case "html":
                writer.write(HEAD.format(status="200 OK", kind="text/html").encode() + b"<h1>welcome to the router</h1>")
            case "cut":
                chunk(writer, "Hel")
                await asyncio.sleep(0.02)
                writer.transport.abort()
            case "dies":
                await die(writer, asked)
            case "thinks-and-calls":
                think_and_call(writer)
                await writer.drain()
            case "uses-tool":
                use_tool(writer, asked.body)
                await writer.drain()
            case "paints":
                paint(writer)
                await writer.drain()
            case "busy-long" | "busy-once" | "quiet-once" | "resets" | "resets-once" if self._has_a_bad_moment(model):
                await stall(writer, model, asked)
            case "refuses" | "too-long" | "throttles" | "wrong-key" | "indiscreet" | "indiscreet-late":
                (tell_of_the_account(writer, model, asked) if model.startswith("indiscreet") else refuse(writer, model))
            case "endless" | "parrot":
                await self._endless(writer, asked, "word " if model == "endless" else json.dumps(asked.body))
            case "flood":
                await self._flood(writer, asked)
            case _:
                await asyncio.sleep(float(model.removeprefix("late-")) if model.startswith("late-") else 0)
                say(writer, *(('{"a":', "1}") if model == "json" else ("Hel", "lo", "!")))
                await writer.drain()

    def _has_a_bad_moment(self, model: str) -> bool:
        return not model.endswith("-once") or sum(one.body["model"] == model for one in self.asked) == 1

    @staticmethod
    async def _endless(writer: asyncio.StreamWriter, asked: Asked, text: str) -> None:
        said = 0
        while not asked.closed.is_set():
            chunk(writer, text)
            await writer.drain()
            said += 1
            if said == 5:
                asked.flowing.set()
            await asyncio.sleep(0.01)

    @staticmethod
    async def _flood(writer: asyncio.StreamWriter, asked: Asked) -> None:
        while not asked.closed.is_set():
            chunk(writer, "x" * 4_000)
            await writer.drain()


def reset(writer: asyncio.StreamWriter) -> None:
    """Break the connection off as a process does that dies: by a reset, and without a byte."""
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def stall(writer: asyncio.StreamWriter, how: str, asked: Asked) -> None:
    """Be too busy for a second or a minute, break the connection off, or say nothing until the caller hangs up."""
    if how.startswith("resets"):
        reset(writer)
        return
    if how == "quiet-once":
        await asked.closed.wait()
    refuse(writer, "throttles", f"retry-after: {60 if how == 'busy-long' else 1}\r\n")


async def die(writer: asyncio.StreamWriter, asked: Asked) -> None:
    """Repeat what was said and the key that opened, the latter in half an error, and break off."""
    said = json.dumps(asked.body)
    chunk(writer, said)
    write(writer, json.dumps({"id": "up_1", "choices": [], "note": asked.headers["authorization"]}))
    writer.write(b'data: {"error": {"message": "' + f"{asked.headers['authorization']} {said}".encode())
    await writer.drain()
    await asyncio.sleep(0.02)
    writer.transport.abort()


def say(writer: asyncio.StreamWriter, *texts: str) -> None:
    """Answer in pieces, with the usage."""
    for text in texts:
        chunk(writer, text)
    chunk(writer, "", finish="stop")
    write(writer, json.dumps({"id": "up_1", "choices": [], "usage": USAGE}))
    write(writer, "[DONE]")


def embed(writer: asyncio.StreamWriter, body: dict[str, object]) -> None:
    """Answer embeddings, the last input first: the vector of an input is its number and its length."""
    inputs = body["input"] if isinstance(body["input"], list) else [body["input"]]
    data = [{"object": "embedding", "index": at, "embedding": [at, len(one), 0.25]} for at, one in enumerate(inputs)]
    answer = {"object": "list", "model": "native", "data": data[::-1], "usage": {"prompt_tokens": 5, "total_tokens": 5}}
    writer.write(HEAD.format(status="200 OK", kind="application/json").encode() + json.dumps(answer).encode())


def draw(writer: asyncio.StreamWriter, body: dict[str, object]) -> None:
    """Answer pictures: pixels, or where they lie if the model is `link`."""
    one = {"url": "https://cdn.example/a.png"} if body["model"] == "link" else {"b64_json": PIXEL, "revised_prompt": "a small cat"}
    usage = {"input_tokens": 4, "output_tokens": 1_000, "total_tokens": 1_004}
    answer = {"created": 1, "data": [one] * int(str(body.get("n", 1))), "usage": usage}
    writer.write(HEAD.format(status="200 OK", kind="application/json").encode() + json.dumps(answer).encode())


def paint(writer: asyncio.StreamWriter) -> None:
    """Answer a picture in a chat."""
    picture = {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PIXEL}"}}
    write(writer, json.dumps({"id": "up_1", "choices": [{"index": 0, "delta": {"images": [picture]}, "finish_reason": None}]}))
    say(writer, "Here.")


def refuse(writer: asyncio.StreamWriter, how: str, header: str = "") -> None:
    """Answer an error as OpenAI does, perhaps with one more header line."""
    status, code, message = {
        "refuses": ("400 Bad Request", "invalid_value", "temperature must not be 3"),
        "too-long": ("400 Bad Request", "context_length_exceeded", "This model's maximum context length is 8 tokens"),
        "wrong-key": ("401 Unauthorized", "invalid_api_key", "Incorrect API key provided: sk-***"),
        "throttles": ("429 Too Many Requests", "rate_limit_exceeded", "slow down"),
    }[how]
    error = {"error": {"message": message, "type": "invalid_request_error", "code": code}}
    writer.write(HEAD.format(status=status, kind=f"application/json\r\n{header}".rstrip()).encode() + json.dumps(error).encode())


def tell_of_the_account(writer: asyncio.StreamWriter, how: str, asked: Asked) -> None:
    """Refuse with everything that an error body may tell of whose key it is, and the key itself; late, in the middle of an answer."""
    key = asked.headers.get("authorization", "").removeprefix("Bearer ")
    words = f"model is closed to organization {ORGANIZATION} ({EMAIL}, key {key}, project 'Canary research'); you have $12.34 left"
    error = {"message": words, "type": "invalid_request_error", "code": ORGANIZATION, "param": None, "owner": EMAIL}
    body = json.dumps({"error": error, "user_id": EMAIL})
    if how.endswith("-late"):
        chunk(writer, "Hel")
        write(writer, body)
    else:
        writer.write(HEAD.format(status="400 Bad Request", kind="application/json").encode() + body.encode())


def think_and_call(writer: asyncio.StreamWriter) -> None:
    """Send a thought, a word and two tool calls, whose arguments come in turns."""

    def piece(call: int, arguments: str, **first: str) -> dict[str, object]:
        name = {"name": first["name"]} if first else {}
        return {"index": call, **({"id": first["id"], "type": "function"} if first else {}), "function": {**name, "arguments": arguments}}

    calls = [piece(0, "", id="call_a", name="weather"), piece(1, '{"of":', id="call_b", name="time")]
    deltas: list[dict[str, object]] = [{"reasoning": "Hmm. "}, {"reasoning": "Oslo."}, {"content": "Wait."}]
    deltas += [{"tool_calls": [call]} for call in (*calls, piece(0, '{"city":"Oslo"}'), piece(1, '"Oslo"}'))]
    for delta in deltas:
        choice = {"index": 0, "delta": delta, "finish_reason": None}
        write(writer, json.dumps({"id": "up_1", "object": "chat.completion.chunk", "model": "native", "choices": [choice]}))
    chunk(writer, "", finish="tool_calls")
    write(writer, json.dumps({"id": "up_1", "choices": [], "usage": USAGE}))
    write(writer, "[DONE]")


def use_tool(writer: asyncio.StreamWriter, body: dict[str, object]) -> None:
    """Call a tool, and once there is a result say what it is."""
    messages = body["messages"]
    results = [message for message in messages if message["role"] == "tool"] if isinstance(messages, list) else []
    if results:
        chunk(writer, f"It is: {results[-1]['content']}", finish="stop")
    else:
        call = {"index": 0, "id": "call_a", "type": "function", "function": {"name": "weather", "arguments": '{"city":"Oslo"}'}}
        choice = {"index": 0, "delta": {"tool_calls": [call]}, "finish_reason": "tool_calls"}
        write(writer, json.dumps({"id": "up_1", "object": "chat.completion.chunk", "model": "native", "choices": [choice]}))
    write(writer, json.dumps({"id": "up_1", "choices": [], "usage": USAGE}))
    write(writer, "[DONE]")


def chunk(writer: asyncio.StreamWriter, text: str, finish: str | None = None) -> None:
    """Send one piece of text."""
    choice = {"index": 0, "delta": {"content": text}, "finish_reason": finish}
    write(writer, json.dumps({"id": "up_1", "object": "chat.completion.chunk", "model": "native", "choices": [choice]}))


def write(writer: asyncio.StreamWriter, data: str) -> None:
    """Send one event, and the head before the first."""
    if not getattr(writer, "has_head", False):
        writer.write(HEAD.format(status="200 OK", kind="text/event-stream").encode())
        writer.has_head = True  # type: ignore[attr-defined]
    writer.write(f"data: {data}\n\n".encode())


def speak(writer: asyncio.StreamWriter, body: dict[str, object]) -> None:
    """Answer sound in pieces; `breaks-off` says less than it promised."""
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: audio/mpeg\r\ntransfer-encoding: chunked\r\n\r\n")
    for piece in (b"ID3 ", str(body["input"]).encode()):
        writer.write(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
    if body["model"] != "breaks-off":
        writer.write(b"0\r\n\r\n")


def listen(writer: asyncio.StreamWriter, body: dict[str, object]) -> None:
    """Answer what was heard: how long the form was."""
    answer: dict[str, object] = {"text": f"I heard {body['form_bytes']} bytes."}
    if body["response_format"] == "verbose_json":
        times = [{"id": 0, "start": 0.0, "end": 1.5, "text": " I heard"}, {"id": 1, "start": 1.5, "end": 3661.25, "text": " bytes."}]
        answer |= {"language": "english", "duration": 90.5, "segments": times}
    else:
        answer["usage"] = {"type": "tokens", "input_tokens": 20, "output_tokens": 5, "input_token_details": {"audio_tokens": 15}}
    writer.write(HEAD.format(status="200 OK", kind="application/json").encode() + json.dumps(answer).encode())


def body_of(headers: dict[str, str], data: bytes) -> dict[str, object]:
    """Return a JSON body, or the text fields of a form."""
    if not headers["content-type"].startswith("multipart/"):
        body = json.loads(data)
        assert isinstance(body, dict)
        return body
    fields = re.findall(rb'name="([^"]+)"\r\n\r\n([^\r]*)\r\n', data)
    return {"form_bytes": len(data), **{name.decode(): value.decode() for name, value in fields}}


KINDS = {"/embeddings": embed, "/images/generations": draw, "/audio/speech": speak, "/audio/transcriptions": listen}
"""What answers other than chats."""


@asynccontextmanager
async def upstream() -> AsyncGenerator[Upstream, None]:
    """Run the server."""
    scripted = Upstream()
    server = await asyncio.start_server(scripted.answer, "127.0.0.1", 0)
    scripted.port = server.sockets[0].getsockname()[1]
    try:
        yield scripted
    finally:
        server.close()
        for asked in scripted.asked:
            asked.closed.set()
