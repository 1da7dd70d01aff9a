"""The door side of OpenAI's Responses: a request body becomes a `ChatRequest`.

Nothing of a response is kept, so that whatever counts on it is refused by name: `store: true`, `previous_response_id`, a conversation, a
prompt kept elsewhere, work in the background. Other unknown fields are passed over. Source: openai 3.54.0, checked 2026-11-28.
"""

from collections.abc import Mapping, Sequence
from typing import Literal, TypedDict, cast

from satchel.dialects.openai_responses_items import messages_of
from satchel.dialects.request_fields import (
    Body,
    asked_model,
    boolean,
    integer,
    list_at,
    needed_text,
    number,
    object_at,
    refuse_uncarried,
    text,
    wrong,
)
from satchel.domain.chat import NO_TUNING, ChatRequest, Message, OutputFormat, TextPart, Tool, ToolChoice, Tuning
from satchel.domain.errors import UnsupportedFeature
from satchel.domain.images import ImageRequest

_MAX_NAME_CHARACTERS = 64
_DRAWING = "image_generation"
_MODES = ("none", "auto", "required")
_TUNING = frozenset({"temperature", "top_p", "top_k", "frequency_penalty", "presence_penalty", "reasoning", "text"})
_LOGPROBS = "message.output_text.logprobs"
_UNCARRIED = {
    "previous_response_id": "nothing is kept here; leave it out and send the whole conversation as input",
    "conversation": "nothing is kept here; leave it out and send the whole conversation as input",
    "prompt": "nothing is kept here; leave it out and send its text as instructions",
    "background": "nothing is kept here; leave it out and ask for a stream",
    "store": "nothing is kept here; send false or leave it out",
    "top_logprobs": "no answer has log probabilities here; leave it out",
}


def wants_stream(body: Body) -> bool:
    """Return whether the caller asked for a stream. Raises `MalformedRequest` if `stream` is no boolean."""
    return bool(boolean(body, "stream"))


def parse_request(body: Body) -> ChatRequest:
    """Return the request that `body` asks for.

    Raises:
        MalformedRequest: a field is missing, of the wrong type or out of range, or counts on something kept; `details.param` names it.
        UnsupportedFeature: the body asks for something Satchel does not do.
    """
    refuse_uncarried(body, _UNCARRIED)
    if _LOGPROBS in list_at(body.get("include"), "include"):
        raise wrong("include", f"may not name {_LOGPROBS}: {_UNCARRIED['top_logprobs']}")
    tools = list_at(body.get("tools"), "tools")
    return ChatRequest(
        model=asked_model(body),
        messages=(*_instructions(body), *messages_of(body.get("input"))),
        max_output_tokens=integer(body, "max_output_tokens", 1),
        tools=tuple(_tool(tool, f"tools[{at}]") for at, tool in enumerate(tools) if not _draws(tool)),
        **_drawing(tools),
        tool_choice=_tool_choice(body.get("tool_choice")),
        parallel_tool_calls=boolean(body, "parallel_tool_calls"),
        output_format=_output_format(_inner(body, "text")),
        tuning=_tuning(body),
        user=text(body, "user") or text(body, "safety_identifier"),
    )


def _draws(tool: object) -> bool:
    """Tell whether a tool is the one that draws: models that can are asked for pictures, others refused."""
    return isinstance(tool, Mapping) and tool.get("type") == _DRAWING


class _Drawing(TypedDict, total=False):
    modalities: tuple[str, ...]
    aspect_ratio: str | None
    drawing: Mapping[str, str | int]


def _drawing(tools: Sequence[object]) -> _Drawing:
    """Return what is said of pictures, by the tool that draws; its shape also as what models of other kinds are asked for."""
    tool = next((cast(Body, tool) for tool in tools if _draws(tool)), None)
    if tool is None:
        return {}
    said = {name: value for name, value in tool.items() if name != "type" and isinstance(value, str | int)}
    shape = ImageRequest("", "", size=text(tool, "size", "tools.")).ratio
    return {"modalities": ("text", "image"), "aspect_ratio": shape, "drawing": said}


def _instructions(body: Body) -> tuple[Message, ...]:
    told = text(body, "instructions")
    return (Message("system", (TextPart(told),)),) if told else ()


def _inner(body: Body, key: str) -> Body:
    given = body.get(key)
    return object_at(given, key) if given is not None else {}


def _tool(tool: object, at: str) -> Tool:
    fields = object_at(tool, at)
    kind = text(fields, "type", f"{at}.")
    if kind != "function":
        raise UnsupportedFeature(f"{at}: tools of type {kind!r} are not supported", details={"param": f"{at}.type", "feature": kind})
    name = needed_text(fields, "name", f"{at}.")
    if len(name) > _MAX_NAME_CHARACTERS:
        raise wrong(f"{at}.name", f"may have {_MAX_NAME_CHARACTERS} characters at the most")
    schema = fields.get("parameters")
    return Tool(
        name,
        text(fields, "description", f"{at}."),
        None if schema is None else object_at(schema, f"{at}.parameters"),
        boolean(fields, "strict", f"{at}."),
    )


def _tool_choice(choice: object) -> ToolChoice | None:
    if choice is None:
        return None
    if isinstance(choice, str):
        if choice not in _MODES:
            raise wrong("tool_choice", f"must be none, auto, required or an object that names a function, not {choice!r}")
        return ToolChoice(cast(Literal["none", "auto", "required"], choice))
    fields = object_at(choice, "tool_choice")
    if fields.get("type") != "function":
        kind = fields.get("type")
        raise UnsupportedFeature(
            f"tool_choice of type {kind!r} is not supported", details={"param": "tool_choice.type", "feature": str(kind)}
        )
    return ToolChoice("named", needed_text(fields, "name", "tool_choice."))


def _output_format(asked: Body) -> OutputFormat | None:
    given = asked.get("format")
    if given is None:
        return None
    fields, at = object_at(given, "text.format"), "text.format."
    match fields.get("type"):
        case "text":
            return OutputFormat("text")
        case "json_object":
            return OutputFormat("json_object")
        case "json_schema":
            schema = object_at(fields.get("schema"), "text.format.schema")
            return OutputFormat("json_schema", text(fields, "name", at), schema, boolean(fields, "strict", at))
        case other:
            raise wrong("text.format.type", f"must be text, json_object or json_schema, not {other!r}")


def _tuning(body: Body) -> Tuning:
    if _TUNING.isdisjoint(body):
        return NO_TUNING
    return Tuning(
        temperature=number(body, "temperature", 0, 2),
        top_p=number(body, "top_p", 0, 1),
        top_k=integer(body, "top_k", 0),
        frequency_penalty=number(body, "frequency_penalty", -2, 2),
        presence_penalty=number(body, "presence_penalty", -2, 2),
        reasoning_effort=_effort(_inner(body, "reasoning")),
        verbosity=text(_inner(body, "text"), "verbosity", "text."),
    )


def _effort(reasoning: Body) -> str | None:
    effort = text(reasoning, "effort", "reasoning.")
    return "medium" if effort is None and reasoning.get("enabled") is True else effort
