"""What single pieces of the hot path cost in CPU time, one process, no load: a delta decoded and encoded, a key opened, a token known.

By the yardstick: the time they would take on the machine where the bars were set.
"""

import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import orjson
from tests.dialects.hosts import endpoint
from tests.yardstick import awaited_cost_us, cost_us

from satchel.bootstrap.house import House, open_house
from satchel.dialects import anthropic_messages, cohere, gemini, ollama, openai_chat, openai_responses
from satchel.dialects.openai_chat_reply import StreamEncoder
from satchel.domain.keys import Secret
from satchel.doors.auth import Authenticator
from satchel.doors.http.keys import KeyDesk
from satchel.doors.socket.encoding import GenerationFrames
from satchel.services.oauth.issuer import Issuer
from satchel.settings import Settings

Row = tuple[str, str, str]

URL = "https://api.acme.example/v1"
DELTAS: Mapping[str, tuple[Any, bytes, dict[str, object], bytes]] = {
    "OpenAI chat": (
        openai_chat.Decoder,
        b"data: ",
        {"id": "c", "model": "m", "choices": [{"index": 0, "delta": {"content": "a word"}, "finish_reason": None}]},
        b"\n\n",
    ),
    "OpenAI Responses": (
        openai_responses.Decoder,
        b"data: ",
        {"type": "response.output_text.delta", "content_index": 0, "delta": "a word", "item_id": "msg_1", "output_index": 1},
        b"\n\n",
    ),
    "Anthropic": (
        anthropic_messages.Decoder,
        b"event: content_block_delta\ndata: ",
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "a word"}},
        b"\n\n",
    ),
    "Gemini": (
        gemini.Decoder,
        b"data: ",
        {"candidates": [{"content": {"parts": [{"text": "a word"}], "role": "model"}, "index": 0}], "modelVersion": "g-1"},
        b"\r\n\r\n",
    ),
    "Cohere": (
        cohere.Decoder,
        b"data: ",
        {"type": "content-delta", "index": 0, "delta": {"message": {"content": {"text": "a word"}}}},
        b"\n\n",
    ),
    "Ollama": (ollama.Decoder, b"", {"model": "l", "message": {"role": "assistant", "content": "a word"}, "done": False}, b"\n"),
}


async def pieces() -> list[Row]:
    """Return the rows of the table."""
    costs = {name: max(_delta_us(name, encode) for encode in (_chunks(), _frames())) for name in DELTAS}
    dearest = max(costs, key=lambda name: costs[name])
    rows = [("decode + encode per text delta", f"{costs['OpenAI chat']:.1f} µs (dearest: {dearest}, {costs[dearest]:.1f})", "≤ 15 µs")]
    with tempfile.TemporaryDirectory() as home:
        async with open_house(Settings(home=Path(home), builtin_model="off", local_servers="off")) as house:
            rows.append(("open a sealed key", f"{await _key_us(house):.1f} µs", "≤ 50 µs"))
            rows.append(("authenticate a cached token", f"{await _token_us(house):.1f} µs", "≤ 20 µs"))
    return rows


def _delta_us(name: str, encode: Callable[[Any], object]) -> float:
    kind, before, chunk, after = DELTAS[name]
    line, decoder = before + orjson.dumps(chunk) + after, kind(endpoint(), str)

    def once() -> None:
        for event in decoder.feed(line):
            encode(event)

    once()
    return cost_us(once)


def _chunks() -> Callable[[Any], object]:
    return StreamEncoder("gen_1", "a/b", 1, "acme").event


def _frames() -> Callable[[Any], object]:
    frames = GenerationFrames("gen_1")
    return lambda event: frames.event(1, event)


async def _key_us(house: House) -> float:
    account = await house.accounts.create("bench@satchel.example", "a long enough password")
    key = await KeyDesk(house.vault, house.rows, house.bus).add(account.id, "custom", URL, Secret("sk-of-the-bench"), "bench")
    return await awaited_cost_us(lambda: house.vault.open(account.id, key.id, URL))


async def _token_us(house: House) -> float:
    account = await house.accounts.create("token@satchel.example", "a long enough password")
    _, token = await house.tokens.create(account.id, "bench")
    authenticator = Authenticator(house.database, house.bus, house.clock, house.key_proofs, Issuer(None))
    headers = [(b"host", b"x"), (b"accept", b"*/*"), (b"authorization", f"Bearer {token}".encode())]
    return await awaited_cost_us(lambda: authenticator.principal(headers))
