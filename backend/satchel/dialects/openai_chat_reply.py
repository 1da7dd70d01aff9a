"""The door side of OpenAI Chat Completions: events become stream chunks or one JSON body.

The shapes are those that the strictest clients accept: usage is always there and its numbers are real, it rides on a chunk that has a
choice, absent keys are left out of chunks and null in bodies, a failure in mid-stream is a normal last chunk, and nothing has an `id:`.
Source: clients measured 2026-11-23.
"""

from dataclasses import dataclass, field
from typing import assert_never

import orjson

from satchel.domain.chat import Json
from satchel.domain.errors import SatchelError
from satchel.domain.events import Event, Finished, FinishReason, Image, NotOfChat, ReasoningDelta, Started, TextDelta, ToolCallDelta
from satchel.domain.usage import UNPRICED, Cost, Usage
from satchel.kit.money import usd_from_nusd

KEEP_ALIVE = b": keep-alive\n\n"
"""What a waiting stream sends between events."""

_DONE = b"data: [DONE]\n\n"
_MORE = b'[{"index":0,"delta":{"content":'
_RUNNING = b'},"finish_reason":null}]}\n\n'
_CANCELLED_NATIVE = "cancelled"
_MESSAGE_DEFAULTS: Json = {"role": "assistant", "content": None, "refusal": None}


def usage_object(usage: Usage | None, cost: Cost | None) -> Json:
    """Return the usage object: every key clients ask for, numbers only. A cost that nobody knows is 0 with `price_known` false."""
    used = usage or Usage()
    paid = cost or UNPRICED
    details: dict[str, object] = {
        "upstream_inference_cost": usd_from_nusd(paid.nusd),
        "upstream_inference_prompt_cost": usd_from_nusd(paid.input_nusd),
        "upstream_inference_completions_cost": usd_from_nusd(paid.nusd - paid.input_nusd),
    }
    if not paid.known:
        details["price_known"] = False
    return {
        "prompt_tokens": used.input_tokens,
        "completion_tokens": used.output_tokens,
        "total_tokens": used.input_tokens + used.output_tokens,
        "cost": usd_from_nusd(paid.nusd),
        "is_byok": True,
        "prompt_tokens_details": {
            "cached_tokens": used.cached_tokens,
            "cache_write_tokens": used.cache_write_tokens,
            "audio_tokens": 0,
            "video_tokens": 0,
        },
        "completion_tokens_details": {"reasoning_tokens": used.reasoning_tokens, "image_tokens": used.image_tokens, "audio_tokens": 0},
        "cost_details": details,
    }


class StreamEncoder:
    """Encode one generation's events as SSE bytes, ready to send; a delta of plain text costs a few bytes joined.

    `model` is the model that serves; `provider` the name of who serves it, where it is known before the end.
    """

    __slots__ = ("_created", "_generation_id", "_model", "_more", "_provider", "_spoken")

    def __init__(self, generation_id: str, model: str, created: int, provider: str | None = None) -> None:
        self._generation_id = generation_id
        self._model = model
        self._created = created
        self._provider = provider
        self._spoken: set[int] = set()
        self._more = self._head() + _MORE

    def event(self, event: Event) -> bytes:
        """Return the chunks of one event, empty for one that says nothing on this wire. `Finished` ends with `[DONE]`."""
        if type(event) is TextDelta and event.index == 0 and 0 in self._spoken:
            return self._more + orjson.dumps(event.text) + _RUNNING
        match event:
            case TextDelta(text=text, index=index):
                return self._chunk(index, {"content": text})
            case ReasoningDelta(index=index):
                return self._chunk(index, {"content": "", "reasoning": event.text, "reasoning_details": _details(event)})
            case ToolCallDelta(index=index):
                return self._chunk(index, {"tool_calls": [_tool_call(event)]})
            case Started():
                self._model, self._provider = event.model, event.provider or self._provider
                self._more = self._head() + _MORE
                return b""
            case Image(index=index):
                return self._chunk(index, {"images": [_image(event)]})
            case NotOfChat():
                return b""  # no chat has one
            case Finished():
                return self._finish(event)
            case _:
                assert_never(event)

    def failure(
        self, error: SatchelError, status: int = 502, metadata: Json | None = None, usage: Usage | None = None, cost: Cost | None = None
    ) -> bytes:
        """Return the last chunk of a stream that failed, and `[DONE]`. `status` and `metadata` are the error's in `doors/errors.py`."""
        told: dict[str, object] = {"code": status, "message": error.message}
        if metadata:
            told["metadata"] = metadata
        choice = {"index": 0, "delta": {"content": ""}, "finish_reason": "error"}
        extra: dict[str, object] = {"error": told}
        if usage is not None:
            extra["usage"] = usage_object(usage, cost)
        return self._line([choice], extra) + _DONE

    def _finish(self, event: Finished) -> bytes:
        self._provider = event.provider or self._provider
        self._model = event.model or self._model
        ends = event.choices or ((event.reason, event.native_reason),) * (max(self._spoken, default=0) + 1)
        lines = [self._line([{"index": index, "delta": {"content": ""}, **_ending(*end)}]) for index, end in enumerate(ends)]
        last = {"index": 0, "delta": {"role": "assistant", "content": ""}, "finish_reason": None}
        lines.append(self._line([last], {"usage": usage_object(event.usage, event.cost)}))
        return b"".join(lines) + _DONE

    def _chunk(self, index: int, delta: dict[str, object]) -> bytes:
        if index not in self._spoken:
            self._spoken.add(index)
            delta = {"role": "assistant", **delta}
        return self._line([{"index": index, "delta": delta, "finish_reason": None}])

    def _line(self, choices: list[dict[str, object]], extra: Json | None = None) -> bytes:
        tail = orjson.dumps(extra)[1:-1] if extra else b""
        return self._head() + orjson.dumps(choices) + (b"," + tail if tail else b"") + b"}\n\n"

    def _head(self) -> bytes:
        head: dict[str, object] = {
            "id": self._generation_id,
            "object": "chat.completion.chunk",
            "created": self._created,
            "model": self._model,
        }
        if self._provider is not None:
            head["provider"] = self._provider
        return b"data: " + orjson.dumps(head)[:-1] + b',"choices":'


@dataclass(slots=True)
class _Choice:
    """What one choice has said so far."""

    text: list[str] = field(default_factory=list)
    reasoning: list[str] = field(default_factory=list)
    details: list[Json] = field(default_factory=list)
    calls: dict[int, ToolCallDelta] = field(default_factory=dict)
    images: list[Json] = field(default_factory=list)


class JsonEncoder:
    """Collect one generation's events into a whole JSON body."""

    __slots__ = ("_choices", "_created", "_finished", "_generation_id", "_model", "_provider")

    def __init__(self, generation_id: str, model: str, created: int, provider: str | None = None) -> None:
        self._generation_id = generation_id
        self._model = model
        self._created = created
        self._provider = provider
        self._choices: dict[int, _Choice] = {}
        self._finished = Finished(FinishReason.ERROR)

    def add(self, event: Event) -> None:
        """Take one event."""
        match event:
            case TextDelta(text=text, index=index):
                self._choice(index).text.append(text)
            case ReasoningDelta(text=text, index=index):
                choice = self._choice(index)
                choice.reasoning.append(text)
                choice.details.extend(event.details)
            case ToolCallDelta(index=index, call=call):
                calls = self._choice(index).calls
                calls[call] = _joined(calls.get(call), event)
            case Finished():
                self._finished = event
            case Image(index=index):
                self._choice(index).images.append(_image(event))
            case Started() | NotOfChat():
                pass
            case _:
                assert_never(event)

    def body(self) -> bytes:
        """Return the whole body. Without a `Finished` its finish reason is `error`."""
        end = self._finished
        head: dict[str, object] = {
            "id": self._generation_id,
            "object": "chat.completion",
            "created": self._created,
            "model": end.model or self._model,
        }
        if (provider := end.provider or self._provider) is not None:
            head["provider"] = provider
        count = max((*self._choices, len(end.choices) - 1, 0)) + 1
        ends = (*end.choices, *((end.reason, end.native_reason),) * count)[:count]
        head["system_fingerprint"] = None
        head["choices"] = [
            {"index": index, **_ending(*how), "logprobs": None, "message": _message(self._choice(index))} for index, how in enumerate(ends)
        ]
        head["usage"] = usage_object(end.usage, end.cost)
        return orjson.dumps(head)

    def _choice(self, index: int) -> _Choice:
        return self._choices.setdefault(index, _Choice())


def _ending(reason: FinishReason, native: str | None) -> dict[str, object]:
    """Write a finish reason in OpenAI's words; ours and the provider's own stand beside it."""
    if reason is FinishReason.CANCELLED:
        return {"finish_reason": "stop", "native_finish_reason": _CANCELLED_NATIVE}
    return {"finish_reason": reason.value, "native_finish_reason": native or reason.value}


def _message(choice: _Choice) -> dict[str, object]:
    message: dict[str, object] = dict(_MESSAGE_DEFAULTS)
    text = "".join(choice.text)
    message["content"] = text if text or not choice.calls else None
    if choice.reasoning:
        reasoning = "".join(choice.reasoning)
        message["reasoning"] = reasoning
        message["reasoning_details"] = choice.details or [_detail(reasoning, None)]
    if choice.calls:
        calls = [_tool_call(call) for _, call in sorted(choice.calls.items())]
        message["tool_calls"] = [{key: value for key, value in call.items() if key != "index"} for call in calls]
    if choice.images:
        message["images"] = choice.images
    return message


def _image(event: Image) -> Json:
    return {"type": "image_url", "image_url": {"url": event.url}}


def _details(event: ReasoningDelta) -> list[Json]:
    return list(event.details) or [_detail(event.text, event.signature)]


def _detail(text: str, signature: str | None) -> Json:
    detail: dict[str, object] = {"type": "reasoning.text", "text": text, "format": None, "index": 0}
    return detail if signature is None else {**detail, "signature": signature}


def _tool_call(event: ToolCallDelta) -> dict[str, object]:
    function: dict[str, object] = {"arguments": event.arguments}
    call: dict[str, object] = {"index": event.call}
    if event.id is not None:
        call["id"] = event.id
        call["type"] = "function"
    if event.name is not None:
        function = {"name": event.name, **function}
    return {**call, "function": function}


def _joined(so_far: ToolCallDelta | None, more: ToolCallDelta) -> ToolCallDelta:
    if so_far is None:
        return more
    return ToolCallDelta(more.call, so_far.arguments + more.arguments, so_far.id or more.id, so_far.name or more.name, more.index)
