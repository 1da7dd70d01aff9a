"""Mutated answers through every decoder: no exception but ours, no hang. `python -m tests.dialects.fuzzing` is the long run.

Seeds are bodies of tests/dialects and, where they lie beside the repository, the shared recordings. A failure prints its seed.
"""

import argparse
import random
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from tests.recordings.cases import OPENAI_CHAT
from tests.recordings.claude_reading import SSE_SURFACES, framed_cases
from tests.recordings.replay import cases_of

from satchel.dialects import (
    anthropic_messages,
    bedrock_converse,
    bedrock_invoke,
    cohere,
    fireworks_images,
    gemini,
    gemini_images,
    gemini_speech,
    ollama,
    openai_chat,
    openai_embeddings_upstream,
    openai_images_upstream,
    openai_responses,
    openai_speech,
    openai_transcription_upstream,
    plain_completions,
)
from satchel.domain.audio import SpeechRequest
from satchel.domain.embeddings import EmbeddingRequest
from satchel.domain.errors import SatchelError
from satchel.transport import AnswerDecoder

from .claude_events import START, STOP, ended, event_frame, invoke, said, sse
from .hosts import DONE, chunk, endpoint

Decoders = Callable[..., AnswerDecoder]
_RESPONSES = ("openai-responses", "azure-responses", "deepseek-responses", "openrouter-responses", "xai-responses", "bedrock-mantle")
_CALL = {"tool_calls": [{"index": 0, "id": "c", "function": {"name": "f", "arguments": '{"a": "é"}'}}]}
ONE = EmbeddingRequest("a/b", ("x",))
SYNTHETIC: Sequence[tuple[Decoders, bytes]] = (
    (
        openai_chat.Decoder,
        chunk({"content": "<think>a</think>é"}) + chunk(_CALL) + chunk({}, "tool_calls", usage={"prompt_tokens": 1}) + DONE,
    ),
    (anthropic_messages.Decoder, sse(START, said("é"), ended("end_turn"), STOP)),
    (bedrock_invoke.Decoder, invoke(START, said("é"), ended("end_turn"), STOP)),
    (
        bedrock_converse.Decoder,
        event_frame("contentBlockDelta", {"contentBlockIndex": 0, "delta": {"text": "é"}})
        + event_frame("messageStop", {"stopReason": "end_turn"}),
    ),
    (
        cohere.Decoder,
        sse({"type": "content-delta", "delta": {"message": {"content": {"text": "é"}}}}, {"type": "message-end", "delta": {}}),
    ),
    (gemini.Decoder, sse({"candidates": [{"content": {"parts": [{"text": "é"}]}, "finishReason": "STOP"}], "usageMetadata": {}})),
    (ollama.Decoder, b'{"message":{"content":"\xc3\xa9"},"done":false}\n{"done":true,"done_reason":"stop","eval_count":1}\n'),
    (plain_completions.Decoder, sse({"choices": [{"text": "é", "finish_reason": "stop"}], "usage": {"prompt_tokens": 1}})),
    (
        lambda target, _: openai_embeddings_upstream.decoder(EmbeddingRequest("a/b", ("x",)), target),
        b'{"data":[{"embedding":[1,2]}],"usage":{}}',
    ),
    (lambda target, _: openai_images_upstream.ImageDecoder(target), b'{"data":[{"b64_json":"iVBORw0KGgo="}],"usage":{"output_tokens":9}}'),
    (lambda target, _: fireworks_images.ImageDecoder(target), b'{"id":"1","base64":["data:image/png;base64,AA==","AA=="],"seed":1}'),
    (lambda target, _: gemini_images.PredictDecoder(target), b'{"predictions":[{"bytesBase64Encoded":"AA==","mimeType":"image/png"}]}'),
    (lambda target, _: openai_speech.SoundDecoder(target, None), b"ID3 and a sound"),
    (
        lambda target, _: gemini_speech.SpeechDecoder(target, SpeechRequest("a/b", "x")),
        b'{"candidates":[{"content":{"parts":[{"inlineData":{"mimeType":"audio/L16;rate=24000","data":"YWJjZA=="}}]}}],"usageMetadata":{}}',
    ),
    (
        lambda target, _: openai_transcription_upstream.TranscriptDecoder(target),
        b'{"text":"\xc3\xa9","duration":1.5,"usage":{}}',
    ),
    (openai_responses.Decoder, sse({"type": "response.output_text.delta", "delta": "é"}, {"type": "response.completed", "response": {}})),
)
_PIECES = (b"", b"null", b"[]", b"{}", b'""', b"0", b"-1", b"1e999", b"\n\n", b"\r", b"data:", b"\xff", b"[DONE]", b'"error":', b"true")


def seeds() -> list[tuple[Decoders, bytes]]:
    """Return decoders with bodies that they understand."""
    by_surface: dict[Decoders, Any] = {
        openai_chat.Decoder: cases_of(*OPENAI_CHAT),
        anthropic_messages.Decoder: cases_of(*SSE_SURFACES),
        bedrock_invoke.Decoder: framed_cases("bedrock-invoke"),
        bedrock_converse.Decoder: framed_cases("bedrock-converse"),
        cohere.Decoder: cases_of("cohere"),
        gemini.Decoder: cases_of("gemini", "vertex-gemini"),
        ollama.Decoder: cases_of("ollama"),
        openai_responses.Decoder: cases_of(*_RESPONSES),
    }
    recorded = [(kind, case.body) for kind, cases in by_surface.items() for case in cases if len(case.body) < 20_000]
    return [*SYNTHETIC, *recorded]


def mutated(body: bytes, chance: random.Random) -> bytes:
    """Return a body with a few places changed: bytes flipped, cut, doubled, moved, or replaced by something that parsers dislike."""
    changed = bytearray(body)
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(changed) + 1)
        end = min(len(changed), at + chance.choice((1, 1, 2, 8, 64, 512)))
        match chance.randrange(5):
            case 0 if at < len(changed):
                changed[at] = chance.randrange(256)
            case 1:
                del changed[at:end]
            case 2:
                changed[at:at] = changed[at:end]
            case 3:
                changed[at:end] = chance.choice(_PIECES)
            case _:
                moved = changed[at:end]
                del changed[at:end]
                place = chance.randrange(len(changed) + 1)
                changed[place:place] = moved
    return bytes(changed)


def cut(body: bytes, chance: random.Random) -> Iterator[bytes]:
    """Yield a body in chunks of random lengths."""
    at = 0
    while at < len(body):
        size = chance.choice((1, 3, 17, 100, 1_000, 4_000))
        yield body[at : at + size]
        at += size


def feed(kind: Decoders, body: bytes, chance: random.Random) -> int:
    """Decode a body in chunks and once whole, and return how many chunks it were. Raises what is not ours."""
    decoder, count = kind(endpoint(), str), 0
    for piece in cut(body, chance):
        decoder.feed(piece)
        count += 1
    for last in (decoder.close, lambda: kind(endpoint(), str).decode_json(body)):
        try:
            last()
        except SatchelError:
            continue
    kind(endpoint(), str).refused(chance.choice((400, 401, 403, 404, 413, 422, 429, 500, 503, 529)), {}, body)
    return count


def run(chunks: int, seconds: float, first_seed: int = 0) -> tuple[int, int]:
    """Feed mutated chunks until there were so many, or until the time is over; return how many, and the next seed."""
    bodies, fed, seed = seeds(), 0, first_seed
    ends = time.monotonic() + seconds
    while fed < chunks and time.monotonic() < ends:
        chance = random.Random(seed)
        kind, body = bodies[seed % len(bodies)]
        try:
            fed += feed(kind, mutated(body, chance), chance)
        except Exception as error:
            error.add_note(f"fuzzing: seed {seed}")
            raise
        seed += 1
    return fed, seed


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--chunks", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=float, default=3_600.0)
    parser.add_argument("--seed", type=int, default=0)
    wanted = parser.parse_args()
    total, next_seed = run(wanted.chunks, wanted.seconds, wanted.seed)
    sys.stdout.write(f"{total:,} mutated chunks, seeds {wanted.seed} to {next_seed - 1}, no exception but ours\n")
