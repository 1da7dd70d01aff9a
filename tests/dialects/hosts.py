"""Endpoints and bodies that the dialect tests share. Bodies are synthetic, after the documented shapes."""

import itertools
from typing import Any

import orjson

from satchel.dialects.openai_chat import Decoder
from satchel.domain.catalog import Endpoint, Quirks
from satchel.domain.events import Event


def endpoint(**changes: Any) -> Endpoint:
    fields: dict[str, Any] = {
        "id": "acme:m-1",
        "model_id": "acme:m-1",
        "provider": "acme",
        "native_model": "m-1",
        "base_url": "https://api.acme.example/v1",
        "name": "M 1",
        "provider_name": "Acme",
        "key_id": "key_1",
    }
    return Endpoint(**{**fields, **changes})


def decoder(**quirks: Any) -> Decoder:
    numbers = itertools.count(1)
    return Decoder(endpoint(quirks=Quirks(**quirks)), lambda: f"call_minted{next(numbers)}")


def chunk(delta: dict[str, Any] | None = None, finish: str | None = None, index: int = 0, **extra: Any) -> bytes:
    choice = {"index": index, "delta": delta or {}, "finish_reason": finish}
    return b"data: " + orjson.dumps({"id": "chatcmpl-1", "model": "m-1", "choices": [choice], **extra}) + b"\n\n"


DONE = b"data: [DONE]\n\n"


def decoded(*pieces: bytes, **quirks: Any) -> list[Event]:
    subject = decoder(**quirks)
    events = [event for piece in pieces for event in subject.feed(piece)]
    return events + subject.close()
