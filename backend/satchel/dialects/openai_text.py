"""The door side of OpenAI's legacy text completions: a prompt in, `choices[].text` out. Pure.

The prompt is one user's message: models of today are asked no other way. A prompt of token ids, several prompts, `echo`, `suffix` and
`best_of` ask for what no chat model does, and are refused by name.
Source: OpenAI's reference and the `openai` client's types (3.54), checked 2026-11-28.
"""

from typing import assert_never

import orjson

from satchel.dialects.openai_chat_reply import usage_object
from satchel.dialects.openai_chat_request import parse_request as parse_chat
from satchel.dialects.pictures_in_words import in_words
from satchel.dialects.request_fields import Body, wrong
from satchel.domain.chat import ChatRequest, Json
from satchel.domain.errors import SatchelError, UnsupportedFeature
from satchel.domain.events import Event, Finished, FinishReason, Image, NotOfChat, ReasoningDelta, Started, TextDelta, ToolCallDelta

_DONE = b"data: [DONE]\n\n"
_FOREIGN = ("messages", "tools", "tool_choice", "response_format", "logprobs", "top_logprobs")


def parse_request(body: Body) -> ChatRequest:
    """Return the request that `body` asks for.

    Raises:
        MalformedRequest: a field is missing, of the wrong type or out of range; `details.param` names it.
        UnsupportedFeature: the body asks for what only the old models did.
    """
    for feature, idle in (("echo", False), ("suffix", ""), ("best_of", 1), ("logprobs", 0)):
        if body.get(feature) not in (None, idle):
            raise UnsupportedFeature(f"{feature} is not supported here", details={"param": feature, "feature": feature})
    chat = {key: value for key, value in body.items() if key not in _FOREIGN}
    return parse_chat({**chat, "messages": [{"role": "user", "content": _prompt(body.get("prompt"))}]})


def _prompt(given: object) -> str:
    if isinstance(given, list) and len(given) == 1:
        given = given[0]
    if isinstance(given, list) and given:
        raise UnsupportedFeature("prompt must be one text, not several or token ids", details={"param": "prompt", "feature": "prompts"})
    if not isinstance(given, str) or not given:
        raise wrong("prompt", "must be a text that is not empty")
    return given


class StreamEncoder:
    """Encode one generation's events as SSE bytes. Reasoning rides beside the text; tool calls have no place."""

    __slots__ = ("_created", "_generation_id", "_model")

    def __init__(self, generation_id: str, model: str, created: int) -> None:
        self._generation_id = generation_id
        self._model = model
        self._created = created

    def event(self, event: Event) -> bytes:
        """Return the chunks of one event, empty for one that says nothing on this wire. `Finished` ends with `[DONE]`."""
        match event:
            case TextDelta(text=text, index=index):
                return self._line([_choice(index, text, None)])
            case ReasoningDelta(text=text, index=index):
                return self._line([{**_choice(index, "", None), "reasoning": text}]) if text else b""
            case Image(index=index):
                return self._line([_choice(index, in_words(event), None)])
            case ToolCallDelta() | NotOfChat():
                return b""
            case Started():
                self._model = event.model
                return b""
            case Finished():
                self._model = event.model or self._model
                ends = event.choices or ((event.reason, event.native_reason),)
                choices = [_choice(index, "", reason) for index, (reason, _) in enumerate(ends)]
                return self._line(choices, {"usage": usage_object(event.usage, event.cost)}) + _DONE
            case _:
                assert_never(event)

    def failure(self, error: SatchelError, status: int = 502, metadata: Json | None = None) -> bytes:
        """Return the last chunk of a stream that failed, and `[DONE]`."""
        told = {"code": status, "message": error.message, "metadata": metadata}
        return self._line([_choice(0, "", FinishReason.ERROR)], {"error": told}) + _DONE

    def _line(self, choices: list[Json], extra: Json | None = None) -> bytes:
        body = {**_head(self._generation_id, self._model, self._created), "choices": choices, **(extra or {})}
        return b"data: " + orjson.dumps(body, default=str) + b"\n\n"


class JsonEncoder:
    """Collect one generation's events into a whole body."""

    __slots__ = ("_created", "_finished", "_generation_id", "_model", "_reasoning", "_texts")

    def __init__(self, generation_id: str, model: str, created: int) -> None:
        self._generation_id = generation_id
        self._model = model
        self._created = created
        self._texts: dict[int, list[str]] = {}
        self._reasoning: dict[int, list[str]] = {}
        self._finished = Finished(FinishReason.ERROR)

    def add(self, event: Event) -> None:
        """Take one event."""
        match event:
            case TextDelta(text=text, index=index):
                self._texts.setdefault(index, []).append(text)
            case ReasoningDelta(text=text, index=index):
                self._reasoning.setdefault(index, []).append(text)
            case Finished():
                self._finished = event
            case Image(index=index):
                self._texts.setdefault(index, []).append(in_words(event))
            case Started() | ToolCallDelta() | NotOfChat():
                pass
            case _:
                assert_never(event)

    def body(self) -> bytes:
        """Return the whole body. Without a `Finished` its finish reason is `error`."""
        end = self._finished
        count = max((*self._texts, len(end.choices) - 1, 0)) + 1
        ends = (*(reason for reason, _ in end.choices), *(end.reason,) * count)[:count]
        choices = [self._whole(index, reason) for index, reason in enumerate(ends)]
        head = _head(self._generation_id, end.model or self._model, self._created)
        return orjson.dumps({**head, "choices": choices, "usage": usage_object(end.usage, end.cost)})

    def _whole(self, index: int, reason: FinishReason) -> Json:
        choice = _choice(index, "".join(self._texts.get(index, ())), reason)
        thought = "".join(self._reasoning.get(index, ()))
        return {**choice, "reasoning": thought} if thought else choice


def _head(generation_id: str, model: str, created: int) -> dict[str, object]:
    return {"id": generation_id, "object": "text_completion", "created": created, "model": model}


def _choice(index: int, text: str, reason: FinishReason | None) -> Json:
    told = FinishReason.STOP if reason is FinishReason.CANCELLED else reason
    return {"index": index, "text": text, "logprobs": None, "finish_reason": told}
