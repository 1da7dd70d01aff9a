"""A real OpenAI-compatible model server that counts: `count-300-20` writes the words 1 to 300, one every 20 ms. It knows who hung up.

Other models misbehave on purpose: `silence` never answers, `garbage` answers no JSON, `break-5` drops the connection after five words,
`refuse` answers 401 in OpenAI's shape to any key but the right one, `broke` 402 until its account is topped up.
`tools` calls the tool `add` and then says what it was told; `object` writes JSON; `mirror` writes what kinds of parts it was sent last.
`embed` makes vectors of a text's length and place, `draw` pictures of a dot. The models of `SAID` say their sentence,
whatever they are asked; asked for a table they write one, and whatever else Markdown has.
"""

import asyncio
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

DOT = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
MODELS = ["count-300-20", "count-3-0", "tools", "object", "mirror", "embed", "draw", "silence", "garbage", "break-5", "refuse", "broke"]
SAID = {
    "gemma-3-12b-it": "In autumn the days grow short and trees stop making chlorophyll, so the green fades. The yellows and oranges that"
    " were there all along show through, and some trees make red on top.",
    "qwen3-30b-a3b": "Leaves lose their green because the tree takes its chlorophyll back before winter. What stays are carotenoids,"
    " which are yellow, and in some trees sugar turns into red anthocyanins.",
    "mistral-small-3.2-24b": "Shorter days tell the tree to close its leaves down. Without fresh chlorophyll the other pigments become"
    " visible: yellow, orange, and red where sugar is left.",
}
MARKDOWN = """

## What is in a leaf

| Colour | From | Share |
|:--|:--|--:|
| green | **chlorophyll**, until the tree takes it back | 65 % |
| yellow | carotenoids | 29 % |
| red | anthocyanins, *made in autumn* | 6 % |

1. The days grow shorter.
2. The green goes:
   - first at the edges,
   - then along the veins.

> “Nothing gold can stay.”

```python
def colour(leaf):
    return max(leaf.pigments, key=lambda pigment: pigment.share if pigment.seen else 0)
```

More in [a guide to trees](https://trees.example/autumn?from=satchel) and `leaf.md`. ![A red leaf](https://pictures.example/leaf.png)
"""
RIGHT_KEY = "sk-the-right-one"
TROUBLES = {
    "refuse": (401, {"message": "Incorrect API key provided.", "type": "invalid_request_error", "code": "invalid_api_key"}),
    "broke": (402, {"message": "You have no credit left.", "type": "insufficient_quota", "code": "insufficient_quota"}),
}


@dataclass
class CountingServer:
    """What the tests see of it."""

    base_url: str = ""
    running: int = 0
    hung_up: list[str] = field(default_factory=list)
    served: list[str] = field(default_factory=list)
    asked: int = 0
    is_topped_up: bool = False


def text_of(count: int) -> str:
    """Return what `count-<count>-…` writes."""
    return "".join(f"{number} " for number in range(1, count + 1))


def chunk(delta: dict[str, object], reason: str | None = None) -> bytes:
    """Return one SSE event."""
    choice = {"index": 0, "delta": delta, "finish_reason": reason}
    return (
        b"data: " + json.dumps({"id": "c-1", "object": "chat.completion.chunk", "model": "count", "choices": [choice]}).encode() + b"\n\n"
    )


async def completions(request: web.Request) -> web.StreamResponse:
    """Answer a chat request as its model says."""
    server: CountingServer = request.app[SERVER]
    body = await request.json()
    model = body["model"]
    server.running += 1
    server.asked += 1
    try:
        answer = _spoken(body) or await _answer(request, model)
        server.served.append(model)
        return answer
    except (ConnectionResetError, asyncio.CancelledError):
        server.hung_up.append(model)
        raise
    finally:
        server.running -= 1


def _spoken(body: dict[str, Any]) -> web.Response | None:
    """Answer whole, as `tools` and `object` do; None for the others."""
    last = body["messages"][-1]
    if body["model"] == "object":
        said: dict[str, object] = {"content": '{"answer": 7}'}
    elif body["model"] == "mirror":
        said = {"content": json.dumps({"kinds": [_kind(part) for part in last["content"]]})}
    elif body["model"] == "tools" and last["role"] == "tool":
        said = {"content": f"It is {last['content']}."}
    elif body["model"] == "tools":
        said = {
            "tool_calls": [{"index": 0, "id": "call_1", "type": "function", "function": {"name": "add", "arguments": '{"a": 3, "b": 4}'}}]
        }
    else:
        return None
    end = chunk({}, "tool_calls" if "tool_calls" in said else "stop")
    return web.Response(body=chunk(said) + end + b"data: [DONE]\n\n", content_type="text/event-stream")


def _kind(part: dict[str, Any]) -> str:
    """Return what a part of a message is: text, a sound's format, or the start of a picture's or a file's address."""
    if part["type"] == "image_url":
        return str(part["image_url"]["url"])[:22]
    if part["type"] == "file":
        return f"{part['file']['filename']} {len(part['file']['file_data'])} {part['file']['file_data'][:28]}"
    return str(part["input_audio"]["format"]) if part["type"] == "input_audio" else str(part["type"])


async def _answer(request: web.Request, model: str) -> web.StreamResponse:
    if model == "silence":
        await asyncio.sleep(300)
    server: CountingServer = request.app[SERVER]
    right = server.is_topped_up if model == "broke" else request.headers.get("authorization") == f"Bearer {RIGHT_KEY}"
    if model in TROUBLES and not right:
        status, error = TROUBLES[model]
        return web.json_response({"error": error}, status=status)
    if model in TROUBLES:
        model = "count-3-0"
    if model == "garbage":
        return web.Response(text="<html>not what you think</html>", content_type="text/html")
    pieces, pause_s = _script(model, str((await request.json())["messages"][-1]["content"]))
    response = web.StreamResponse(headers={"content-type": "text/event-stream"})
    await response.prepare(request)
    for piece in pieces:
        await response.write(chunk({"content": piece}))
        await asyncio.sleep(pause_s)
    if model.startswith("break"):
        assert request.transport is not None
        request.transport.abort()
        return response
    await response.write(chunk({}, "stop"))
    usage = {"prompt_tokens": 7, "completion_tokens": len(pieces), "total_tokens": 7 + len(pieces)}
    await response.write(b"data: " + json.dumps({"id": "c-1", "choices": [], "usage": usage}).encode() + b"\n\ndata: [DONE]\n\n")
    return response


def _script(model: str, question: str) -> tuple[list[str], float]:
    """Return what a model writes, piece by piece, and the time between two."""
    if model in SAID and "table" in question:
        return re.findall(r"\s*\S+", SAID[model] + MARKDOWN), 0.005
    if model in SAID:
        return [f"{word} " for word in SAID[model].split()], 0.02
    _, words, *rest = model.split("-")
    return [f"{number} " for number in range(1, int(words) + 1)], int(rest[0]) / 1000 if rest else 0.01


async def embeddings(request: web.Request) -> web.Response:
    """Answer with one vector for each text: its length and its place."""
    body = await request.json()
    texts = [body["input"]] if isinstance(body["input"], str) else body["input"]
    data = [{"object": "embedding", "index": at, "embedding": [len(text), at]} for at, text in enumerate(texts)]
    return web.json_response({"object": "list", "model": "embed", "data": data, "usage": {"prompt_tokens": 3, "total_tokens": 3}})


async def images(request: web.Request) -> web.Response:
    """Answer with as many pictures of one dot as were asked for."""
    body = await request.json()
    return web.json_response({"created": 1, "data": [{"b64_json": DOT} for _ in range(body.get("n", 1))], "usage": {"input_tokens": 2}})


async def speech(request: web.Request) -> web.Response:
    """Answer with a sound that holds its text."""
    body = await request.json()
    return web.Response(body=b"ID3 " + body["input"].encode(), content_type="audio/mpeg")


async def transcriptions(request: web.Request) -> web.Response:
    """Answer with the name of the file and what it holds."""
    form = await request.post()
    file = form["file"]
    assert isinstance(file, web.FileField)
    return web.json_response({"text": f"{file.filename}: {file.file.read().decode()}"})


async def models(request: web.Request) -> web.Response:
    """List the models."""
    listed = request.app[LISTED]
    return web.json_response({"object": "list", "data": [{"id": name, "object": "model", "owned_by": "tests"} for name in listed]})


SERVER = web.AppKey("server", CountingServer)
LISTED = web.AppKey("listed", list[str])


@contextmanager
def serving(listed: list[str] = MODELS) -> Iterator[CountingServer]:
    """Run it in a thread of its own on a free port; it answers as any model, and lists these."""
    server = CountingServer()
    loop = asyncio.new_event_loop()
    ready = threading.Event()
    runners: list[web.AppRunner] = []

    async def start() -> None:
        app = web.Application(client_max_size=16 * 1024 * 1024)
        app[SERVER] = server
        app[LISTED] = listed
        app.router.add_post("/v1/chat/completions", completions)
        app.router.add_post("/v1/embeddings", embeddings)
        app.router.add_post("/v1/images/generations", images)
        app.router.add_post("/v1/audio/speech", speech)
        app.router.add_post("/v1/audio/transcriptions", transcriptions)
        app.router.add_get("/v1/models", models)
        runner = web.AppRunner(app, handler_cancellation=True, access_log=None, shutdown_timeout=1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        runners.append(runner)
        server.base_url = f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
        ready.set()

    thread = threading.Thread(target=lambda: (loop.run_until_complete(start()), loop.run_forever()), daemon=True)
    thread.start()
    assert ready.wait(10)
    try:
        yield server
    finally:
        asyncio.run_coroutine_threadsafe(runners[0].cleanup(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)
        loop.close()
