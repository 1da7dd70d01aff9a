"""Server frames as text. The path of a delta joins ready pieces and escapes the text only; everything else is one `orjson.dumps`."""

from base64 import b64encode
from collections.abc import Mapping

import orjson

from satchel.domain.accounts import Account, Principal
from satchel.domain.errors import SatchelError
from satchel.domain.events import Embedding, Event, Finished, Image, ReasoningDelta, Sound, Started, TextDelta, ToolCallDelta, Transcript
from satchel.domain.usage import Cost, Usage
from satchel.doors.errors import socket_error
from satchel.doors.socket.frames import PROTOCOL


class GenerationFrames:
    """Write the frames of one generation."""

    def __init__(self, generation_id: str) -> None:
        self._id = generation_id
        self._head = f'{{"type":"delta","generation":{_dump(generation_id)},"seq":'

    def started(self, client_id: str | None, model: str) -> str:
        """Return the frame that says the generation is accepted."""
        return _dump({"type": "started", "id": client_id, "generation": self._id, "model": model})

    def event(self, seq: int, event: Event) -> str | None:
        """Return the frame of an event, None for one that has none."""
        match event:
            case TextDelta(text=text):
                return f'{self._head}{seq},"text":{_dump(text)}}}'
            case ReasoningDelta(text=text):
                return f'{self._head}{seq},"reasoning":{_dump(text)}}}'
            case ToolCallDelta():
                return f'{self._head}{seq},"tool_call":{_dump(_piece(event))}}}'
            case Image(url=url, index=index):
                return f'{self._head}{seq},"image":{_dump({"index": index, "url": url})}}}'
            case Embedding(values=values, index=index):
                return f'{self._head}{seq},"embedding":{_dump({"index": index, "values": values})}}}'
            case Sound(data=data, media_type=media_type):
                return f'{self._head}{seq},"audio":{_dump({"data": b64encode(data).decode(), "media_type": media_type})}}}'
            case Transcript(text=text, detail=detail):
                return f'{self._head}{seq},"transcript":{_dump({"text": text, "detail": detail})}}}'
            case Finished():
                return self._finished(seq, event)
            case Started():
                return None

    def failed(
        self, error: SatchelError, *, client_id: str | None, seq: int | None = None, usage: Usage | None = None, cost: Cost | None = None
    ) -> str:
        """Return the frame of a bad end."""
        frame: dict[str, object] = {"type": "failed", "id": client_id, "generation": self._id}
        if seq is not None:
            frame["seq"] = seq
        frame |= {"error": socket_error(error), "usage": _usage(usage) if usage else None, "cost": _cost(cost) if cost else None}
        return _dump(frame)

    def _finished(self, seq: int, event: Finished) -> str:
        return _dump(
            {
                "type": "finished",
                "generation": self._id,
                "seq": seq,
                "reason": event.reason.value,
                "native_reason": event.native_reason,
                "model": event.model or "",
                "provider": event.provider or "",
                "usage": _usage(event.usage or Usage()),
                "cost": _cost(event.cost or Cost()),
            }
        )


def welcome(version: str, account: Account, preferred_model: str, limits: Mapping[str, int], *, to: Principal) -> str:
    """Return the answer to `hello`.

    Only who looks after the account is told who the person is, and a site's own page not even which model they prefer elsewhere.
    """
    who = {"id": account.id, "email": account.email if to.looks_after_account else None}
    return _dump(
        {
            "type": "welcome",
            "protocol": PROTOCOL,
            "server": version,
            "account": who,
            "preferred_model": preferred_model if to.origin is None else None,
            "limits": limits,
        }
    )


def refused(error: SatchelError, client_id: str | None, generation: str | None) -> str:
    """Return the refusal of one frame, by the ids that the frame itself named, so that its sender knows which one is meant."""
    named = {"id": client_id} if generation is None else {"id": client_id, "generation": generation}
    return _dump({"type": "failed", **named, "error": socket_error(error), "usage": None, "cost": None})


def push(event: object, data: object) -> str:
    """Return a push to the account's connections."""
    return _dump({"type": "event", "event": event, "data": data})


def draining(retry_after_s: float) -> str:
    """Return the frame that says the server is going down."""
    return _dump({"type": "draining", "retry_after_s": retry_after_s})


def pong(nonce: str | None) -> str:
    """Return the answer to `ping`."""
    return _dump({"type": "pong", "nonce": nonce})


def _piece(event: ToolCallDelta) -> dict[str, object]:
    piece: dict[str, object] = {"index": event.call}
    if event.id is not None:
        piece["id"] = event.id
    if event.name is not None:
        piece["name"] = event.name
    return piece | {"arguments": event.arguments}


def _usage(usage: Usage) -> dict[str, object]:
    return {
        "input_tokens": usage.input_tokens,
        "output_tokens": usage.output_tokens,
        "reasoning_tokens": usage.reasoning_tokens,
        "cached_tokens": usage.cached_tokens,
        "estimated": usage.estimated,
    }


def _cost(cost: Cost) -> dict[str, object]:
    return {"nusd": cost.nusd, "known": cost.known}


def _dump(value: object) -> str:
    try:
        return orjson.dumps(value, default=str).decode()
    except TypeError:  # lone surrogates, which UTF-8 cannot carry
        return orjson.dumps(_clean(value), default=str).decode()


def _clean(value: object) -> object:
    match value:
        case str():
            return value.encode("utf-8", "replace").decode()
        case dict():
            return {_clean(key): _clean(item) for key, item in value.items()}
        case list() | tuple():
            return [_clean(item) for item in value]
        case _:
            return value
