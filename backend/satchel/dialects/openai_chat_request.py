"""The door side of OpenAI Chat Completions: a request body becomes a `ChatRequest`.

Every complaint names the field. Unknown fields are passed over; null means absent; what we know and cannot do is refused by name.
Source: OpenRouter's and OpenAI's request shapes, checked 2026-11-23.
"""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Literal, cast

from satchel.dialects.openai_chat_parts import assistant_parts, content_parts
from satchel.dialects.request_fields import Body, asked_model, boolean, integer, list_at, number, object_at, refuse_uncarried, text, wrong
from satchel.domain.chat import NO_TUNING, ChatRequest, Message, OutputFormat, Role, Tool, ToolCallPart, ToolChoice, Tuning
from satchel.domain.errors import UnsupportedFeature

_ROLES = ("system", "developer", "user", "assistant", "tool")
_TUNING = frozenset({*(known.name for known in dataclasses.fields(Tuning)), "reasoning"})
_NO_LOGPROBS = "no answer has log probabilities here; leave it out"
_UNCARRIED = {
    "logprobs": _NO_LOGPROBS,
    "top_logprobs": _NO_LOGPROBS,
    "functions": "send tools in their place",
    "web_search_options": "no provider is asked to search the web; leave it out",
}
_MAX_STOPS = 4
_MAX_CHOICES = 128
_MAX_NAME_CHARACTERS = 64


def wants_stream(body: Body) -> bool:
    """Return whether the caller asked for a stream. Raises `MalformedRequest` if `stream` is no boolean."""
    return bool(boolean(body, "stream"))


def parse_request(body: Body) -> ChatRequest:
    """Return the request that `body` asks for.

    Raises:
        MalformedRequest: a field is missing, of the wrong type, out of range or cannot be carried; `details.param` names it.
        UnsupportedFeature: the body asks for something Satchel does not do.
    """
    messages = body.get("messages")
    if not isinstance(messages, list) or not messages:
        raise wrong("messages", "must be a list of at least one message")
    if not _UNCARRIED.keys().isdisjoint(body):
        refuse_uncarried(body, _UNCARRIED)
    return ChatRequest(
        model=asked_model(body),
        messages=_messages(messages),
        max_output_tokens=_max_output_tokens(body),
        stop=_stop(body),
        n=integer(body, "n", 1, _MAX_CHOICES) or 1,
        tools=_tools(body),
        tool_choice=_tool_choice(body),
        parallel_tool_calls=boolean(body, "parallel_tool_calls"),
        output_format=_output_format(body),
        tuning=_tuning(body),
        user=text(body, "user"),
        modalities=_modalities(body),
    )


def _modalities(body: Body) -> tuple[str, ...]:
    """Return what may come out, where that is more than text."""
    given = list_at(body.get("modalities"), "modalities")
    for at, one in enumerate(given):
        if one not in ("text", "image"):
            if one == "audio":
                raise UnsupportedFeature("audio does not come out of chats here", details={"param": "modalities", "feature": "audio"})
            raise wrong(f"modalities[{at}]", f"must be text or image, not {one!r}")
    return tuple(str(one) for one in given) if "image" in given else ()


def _messages(given: Sequence[object]) -> tuple[Message, ...]:
    """Read the conversation. A result must name a call that stands before it: no provider takes one that does not."""
    calls: set[str] = set()
    found: list[Message] = []
    for place, each in enumerate(given):
        message = _message(each, f"messages[{place}]")
        if message.role == "assistant":
            calls.update(part.id for part in message.parts if isinstance(part, ToolCallPart))
        elif message.role == "tool" and message.tool_call_id not in calls:
            raise wrong(f"messages[{place}].tool_call_id", f"must name a tool call that stands before it, not {message.tool_call_id!r}")
        found.append(message)
    return tuple(found)


def _message(message: object, at: str) -> Message:
    fields = object_at(message, at)
    role = fields.get("role")
    if role not in _ROLES:
        raise wrong(f"{at}.role", f"must be one of {', '.join(_ROLES)}, not {role!r}")
    call_id = fields.get("tool_call_id")
    if role == "tool" and (not isinstance(call_id, str) or not call_id):
        raise wrong(f"{at}.tool_call_id", "must name the tool call that this message answers")
    parts = content_parts(fields.get("content"), f"{at}.content")
    if role == "assistant":
        parts = assistant_parts(fields, at, parts)
    elif not parts and fields.get("content") is None:
        raise wrong(f"{at}.content", "must be a text or a list of parts")
    name = fields.get("name")
    return Message(
        cast(Role, role),
        parts,
        name=name if isinstance(name, str) and name else None,
        tool_call_id=call_id if role == "tool" and isinstance(call_id, str) else None,
    )


def _max_output_tokens(body: Body) -> int | None:
    newer = integer(body, "max_completion_tokens", 1)
    return newer if newer is not None else integer(body, "max_tokens", 1)


def _stop(body: Body) -> tuple[str, ...]:
    stop = body.get("stop")
    if stop is None:
        return ()
    stops = [stop] if isinstance(stop, str) else stop
    if not isinstance(stops, list) or not all(isinstance(text, str) and text for text in stops):
        raise wrong("stop", "must be a text or a list of texts, none empty")
    if len(stops) > _MAX_STOPS:
        raise wrong("stop", f"may hold {_MAX_STOPS} texts at the most, not {len(stops)}")
    return tuple(stops)


def _tools(body: Body) -> tuple[Tool, ...]:
    tools = body.get("tools")
    if tools is None:
        return ()
    if not isinstance(tools, list):
        raise wrong("tools", "must be a list")
    return tuple(_tool(tool, f"tools[{at}]") for at, tool in enumerate(tools))


def _tool(tool: object, at: str) -> Tool:
    fields = object_at(tool, at)
    kind = fields.get("type", "function")
    if kind != "function":
        raise UnsupportedFeature(f"{at}: tools of type {kind!r} are not supported", details={"param": f"{at}.type", "feature": str(kind)})
    function = object_at(fields.get("function"), f"{at}.function")
    name = function.get("name")
    if not isinstance(name, str) or not name or len(name) > _MAX_NAME_CHARACTERS:
        raise wrong(f"{at}.function.name", f"must be a text of 1 to {_MAX_NAME_CHARACTERS} characters")
    parameters = function.get("parameters")
    return Tool(
        name=name,
        description=text(function, "description", f"{at}.function."),
        parameters=None if parameters is None else object_at(parameters, f"{at}.function.parameters"),
        strict=boolean(function, "strict", f"{at}.function."),
    )


def _tool_choice(body: Body) -> ToolChoice | None:
    choice = body.get("tool_choice")
    if choice is None:
        return None
    if isinstance(choice, str):
        if choice not in ("none", "auto", "required"):
            raise wrong("tool_choice", f"must be none, auto, required or an object that names a function, not {choice!r}")
        return ToolChoice(cast(Literal["none", "auto", "required"], choice))
    function = object_at(object_at(choice, "tool_choice").get("function"), "tool_choice.function")
    name = function.get("name")
    if not isinstance(name, str) or not name:
        raise wrong("tool_choice.function.name", "must name a function")
    return ToolChoice("named", name)


def _output_format(body: Body) -> OutputFormat | None:
    given = body.get("response_format")
    if given is None:
        return None
    fields = object_at(given, "response_format")
    match fields.get("type"):
        case "text":
            return OutputFormat("text")
        case "json_object":
            return OutputFormat("json_object")
        case "json_schema":
            wanted = object_at(fields.get("json_schema"), "response_format.json_schema")
            schema = object_at(wanted.get("schema"), "response_format.json_schema.schema")
            at = "response_format.json_schema."
            return OutputFormat("json_schema", text(wanted, "name", at), schema, boolean(wanted, "strict", at))
        case other:
            raise wrong("response_format.type", f"must be text, json_object or json_schema, not {other!r}")


def _tuning(body: Body) -> Tuning:
    if _TUNING.isdisjoint(body):  # most requests; looking at each was 2 % of a request's time
        return NO_TUNING
    return Tuning(
        temperature=number(body, "temperature", 0, 2),
        top_p=number(body, "top_p", 0, 1),
        top_k=integer(body, "top_k", 0),
        min_p=number(body, "min_p", 0, 1),
        seed=integer(body, "seed"),
        frequency_penalty=number(body, "frequency_penalty", -2, 2),
        presence_penalty=number(body, "presence_penalty", -2, 2),
        repetition_penalty=number(body, "repetition_penalty", 0, 2),
        logit_bias=_logit_bias(body),
        reasoning_effort=_reasoning_effort(body),
        verbosity=text(body, "verbosity"),
    )


def _logit_bias(body: Body) -> Mapping[str, float] | None:
    given = body.get("logit_bias")
    if given is None:
        return None
    bias = object_at(given, "logit_bias")
    return {token: number(bias, token, -100, 100, "logit_bias.") or 0 for token in bias}


def _reasoning_effort(body: Body) -> str | None:
    short = text(body, "reasoning_effort")
    given = body.get("reasoning")
    if given is None:
        return short
    reasoning = object_at(given, "reasoning")
    effort = text(reasoning, "effort", "reasoning.")
    if effort and short and effort != short:
        raise wrong("reasoning_effort", f"says {short!r} while reasoning.effort says {effort!r}")
    if effort is None and reasoning.get("enabled") is True:
        effort = "medium"
    return effort or short
