"""Synthetic answers in Anthropic's format and in Bedrock's frames, after the documented shapes."""

import itertools
import struct
from base64 import b64encode
from typing import Any
from zlib import crc32

import orjson

from satchel.dialects import anthropic_messages, bedrock_converse, bedrock_invoke
from satchel.domain.events import Event

from .hosts import endpoint

START = {"type": "message_start", "message": {"id": "msg_1", "model": "claude-x", "usage": {"input_tokens": 9, "output_tokens": 1}}}
STOP = {"type": "message_stop"}


def ended(reason: str, **usage: Any) -> dict[str, Any]:
    return {"type": "message_delta", "delta": {"stop_reason": reason}, "usage": {"output_tokens": 5, **usage}}


def began(block: dict[str, Any], index: int = 0) -> dict[str, Any]:
    return {"type": "content_block_start", "index": index, "content_block": block}


def delta(fields: dict[str, Any], index: int = 0) -> dict[str, Any]:
    return {"type": "content_block_delta", "index": index, "delta": fields}


def stopped(index: int = 0) -> dict[str, Any]:
    return {"type": "content_block_stop", "index": index}


def said(text: str, index: int = 0) -> dict[str, Any]:
    return delta({"type": "text_delta", "text": text}, index)


def sse(*events: Any) -> bytes:
    return b"".join(b"event: x\ndata: " + orjson.dumps(event) + b"\n\n" for event in events)


def frame(payload: bytes, **headers: str) -> bytes:
    """Return one frame; underscores in header names stand for dashes."""
    named = [(":" + name.replace("_", "-"), value) for name, value in headers.items()]
    texts = b"".join(bytes([len(name)]) + name.encode() + b"\x07" + struct.pack(">H", len(value)) + value.encode() for name, value in named)
    head = struct.pack(">II", 16 + len(texts) + len(payload), len(texts))
    body = head + struct.pack(">I", crc32(head)) + texts + payload
    return body + struct.pack(">I", crc32(body))


def event_frame(kind: str, payload: Any) -> bytes:
    return frame(orjson.dumps(payload), event_type=kind, message_type="event")


def exception_frame(kind: str, payload: Any) -> bytes:
    return frame(orjson.dumps(payload), exception_type=kind, message_type="exception")


def invoke(*events: Any) -> bytes:
    return b"".join(event_frame("chunk", {"bytes": b64encode(orjson.dumps(event)).decode(), "p": "ab"}) for event in events)


def minting() -> Any:
    numbers = itertools.count(1)
    return lambda: f"call_minted{next(numbers)}"


def reader(**changes: Any) -> anthropic_messages.Decoder:
    return anthropic_messages.Decoder(endpoint(**changes), minting())


def invoke_reader() -> bedrock_invoke.Decoder:
    return bedrock_invoke.Decoder(endpoint(), minting())


def converse_reader(**changes: Any) -> bedrock_converse.Decoder:
    return bedrock_converse.Decoder(endpoint(**changes), minting())


def read(subject: Any, *pieces: bytes) -> list[Event]:
    events = [event for piece in pieces for event in subject.feed(piece)]
    return [*events, *subject.close()]
