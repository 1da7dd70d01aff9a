"""Any cut of an answer gives the same events, inside characters of several bytes and inside line ends too."""

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.recordings.replay import joined

from satchel.dialects import cohere, gemini, ollama, openai_responses, plain_completions
from satchel.domain.events import Event, TextDelta

from .hosts import endpoint

WORDS = ["Grüße ", "🙂\r\n", '"{\\}"', "日本"]


def gemini_chunks() -> list[dict[str, Any]]:
    said = [{"candidates": [{"content": {"parts": [{"text": text}]}}]} for text in WORDS]
    return [*said, {"candidates": [{"finishReason": "STOP"}]}]


def cohere_chunks() -> list[dict[str, Any]]:
    said = [{"type": "content-delta", "delta": {"message": {"content": {"text": text}}}} for text in WORDS]
    return [*said, {"type": "message-end", "delta": {"finish_reason": "COMPLETE"}}]


def ollama_chunks() -> list[dict[str, Any]]:
    return [*({"message": {"content": text}, "done": False} for text in WORDS), {"done": True, "done_reason": "stop"}]


def responses_chunks() -> list[dict[str, Any]]:
    said = [{"type": "response.output_text.delta", "output_index": 0, "delta": text} for text in WORDS]
    return [*said, {"type": "response.completed", "response": {"status": "completed"}}]


def sse(chunks: list[dict[str, Any]], line_end: bytes) -> bytes:
    return b": waiting" + 2 * line_end + b"".join(b"data: " + orjson.dumps(chunk) + 2 * line_end for chunk in chunks)


BODIES = {
    "gemini": (gemini.Decoder, sse(gemini_chunks(), b"\r\n")),
    "gemini array": (
        gemini.Decoder,
        b" [" + b"\n,\r\n".join(orjson.dumps(chunk, option=orjson.OPT_INDENT_2) for chunk in gemini_chunks()) + b"]",
    ),
    "cohere": (cohere.Decoder, sse(cohere_chunks(), b"\n") + b"data: [DONE]\n\n"),
    "ollama": (ollama.Decoder, b"".join(orjson.dumps(chunk) + b"\n" for chunk in ollama_chunks())),
    "openai_responses": (openai_responses.Decoder, sse(responses_chunks(), b"\n")),
    "plain_completions": (plain_completions.Decoder, sse([{"choices": [{"text": text}]} for text in WORDS], b"\r\n")),
}


def decoded(kind: Any, pieces: list[bytes]) -> list[Event]:
    subject = kind(endpoint(), str)
    return joined([event for piece in pieces for event in subject.feed(piece)] + subject.close())


@pytest.mark.parametrize("name", BODIES)
@given(data=st.data())
def test_any_cut_gives_the_same_events(name: str, data: st.DataObject) -> None:
    kind, body = BODIES[name]
    cuts = sorted(data.draw(st.sets(st.integers(0, len(body)), max_size=12)))
    pieces = [body[start:stop] for start, stop in zip([0, *cuts], [*cuts, len(body)], strict=True)]
    assert decoded(kind, pieces) == decoded(kind, [body])


@pytest.mark.parametrize("name", BODIES)
def test_one_byte_at_a_time_loses_nothing(name: str) -> None:
    kind, body = BODIES[name]
    events = decoded(kind, [body[at : at + 1] for at in range(len(body))])
    assert events == decoded(kind, [body])
    assert events[1] == TextDelta("".join(WORDS))


@pytest.mark.parametrize("name", BODIES)
def test_a_body_cut_short_anywhere_never_ends_well(name: str) -> None:
    kind, body = BODIES[name]
    said = max(body.rfind(mark) for mark in (b'"STOP"', b'"COMPLETE"', b'"stop"', b'"completed"'))
    for cut in range(said):
        with pytest.raises(Exception, match=r"broke off|no answer"):
            decoded(kind, [body[:cut]])
