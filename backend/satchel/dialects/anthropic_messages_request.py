"""The door side of Anthropic Messages: a request body becomes a `ChatRequest`.

Every complaint names the field. Unknown fields are passed over; tools that Anthropic runs itself are refused by name.
Source: the SDK's types (anthropic 2.14.0) and recorded requests, checked 2026-11-28.
"""

from collections.abc import Mapping

from satchel.dialects.anthropic_messages_turns import messages_of, system_of
from satchel.dialects.request_fields import (
    Body,
    boolean,
    integer,
    list_at,
    needed_text,
    number,
    object_at,
    text,
    wrong,
)
from satchel.domain.chat import NO_TUNING, ChatRequest, OutputFormat, Tool, ToolChoice, Tuning
from satchel.domain.errors import UnsupportedFeature

_MAX_NAME_CHARACTERS = 128
_MAX_STOPS = 8_191
_TUNING = frozenset({"temperature", "top_p", "top_k", "thinking", "output_config"})
_CHOICES: Mapping[str, ToolChoice] = {"auto": ToolChoice("auto"), "any": ToolChoice("required"), "none": ToolChoice("none")}
_LOW_BUDGET_TOKENS = 4_096
_MEDIUM_BUDGET_TOKENS = 16_384


def wants_stream(body: Body) -> bool:
    """Return whether the caller asked for a stream. Raises `MalformedRequest` if `stream` is no boolean."""
    return bool(boolean(body, "stream"))


def parse_request(body: Body, *, counts_only: bool = False) -> ChatRequest:
    """Return the request that `body` asks for.

    Args:
        body: the JSON object.
        counts_only: whether only its tokens are asked for; then it needs no `max_tokens`.

    Raises:
        MalformedRequest: a field is missing, of the wrong type or out of range; `details.param` names it.
        UnsupportedFeature: the body asks for something Satchel does not do.
    """
    limit = integer(body, "max_tokens", 1)
    if limit is None and not counts_only:
        raise wrong("max_tokens", "must be an integer of 1 or more")
    choice = body.get("tool_choice")
    return ChatRequest(
        model=needed_text(body, "model"),
        messages=(*system_of(body.get("system")), *messages_of(body.get("messages"))),
        max_output_tokens=limit,
        stop=_stop(body.get("stop_sequences")),
        tools=tuple(_tool(tool, f"tools[{at}]") for at, tool in enumerate(list_at(body.get("tools"), "tools"))),
        tool_choice=None if choice is None else _tool_choice(object_at(choice, "tool_choice")),
        parallel_tool_calls=_parallel(choice),
        output_format=_output_format(body),
        tuning=_tuning(body),
        user=_user(body),
    )


def _stop(given: object) -> tuple[str, ...]:
    stops = list_at(given, "stop_sequences")
    if len(stops) > _MAX_STOPS:
        raise wrong("stop_sequences", f"may hold {_MAX_STOPS} texts at the most, not {len(stops)}")
    found = tuple(stop for stop in stops if isinstance(stop, str) and stop)
    if len(found) < len(stops):
        raise wrong("stop_sequences", "must be a list of texts, none empty")
    return found


def _tool(tool: object, at: str) -> Tool:
    fields = object_at(tool, at)
    kind = text(fields, "type", f"{at}.")
    if kind not in (None, "custom"):
        raise UnsupportedFeature(f"{at}: tools of type {kind!r} are not supported", details={"param": f"{at}.type", "feature": kind})
    name = needed_text(fields, "name", f"{at}.")
    if len(name) > _MAX_NAME_CHARACTERS:
        raise wrong(f"{at}.name", f"may have {_MAX_NAME_CHARACTERS} characters at the most")
    schema = object_at(fields.get("input_schema"), f"{at}.input_schema")
    return Tool(name, text(fields, "description", f"{at}."), schema, boolean(fields, "strict", f"{at}."))


def _tool_choice(choice: Body) -> ToolChoice:
    kind = needed_text(choice, "type", "tool_choice.")
    if kind == "tool":
        return ToolChoice("named", needed_text(choice, "name", "tool_choice."))
    if kind not in _CHOICES:
        raise wrong("tool_choice.type", f"must be auto, any, tool or none, not {kind!r}")
    return _CHOICES[kind]


def _parallel(choice: object) -> bool | None:
    disabled = boolean(choice, "disable_parallel_tool_use", "tool_choice.") if isinstance(choice, Mapping) else None
    return None if disabled is None else not disabled


def _output_format(body: Body) -> OutputFormat | None:
    config = body.get("output_config")
    given = object_at(config, "output_config").get("format") if config is not None else None
    if given is None:
        return None
    wanted = object_at(given, "output_config.format")
    if wanted.get("type") != "json_schema":
        raise wrong("output_config.format.type", f"must be json_schema, not {wanted.get('type')!r}")
    return OutputFormat("json_schema", "answer", object_at(wanted.get("schema"), "output_config.format.schema"), strict=True)


def _tuning(body: Body) -> Tuning:
    if _TUNING.isdisjoint(body):
        return NO_TUNING
    return Tuning(
        temperature=number(body, "temperature", 0, 1),
        top_p=number(body, "top_p", 0, 1),
        top_k=integer(body, "top_k", 0),
        reasoning_effort=_effort(body),
    )


def _effort(body: Body) -> str | None:
    """Return how hard to think: the effort where it is named, else about what the budget of tokens amounts to."""
    config = body.get("output_config")
    effort = text(object_at(config, "output_config"), "effort", "output_config.") if config is not None else None
    given = body.get("thinking")
    if given is None:
        return effort
    thinking = object_at(given, "thinking")
    match thinking.get("type"):
        case "disabled":
            return "none"
        case "adaptive":
            return effort or "medium"
        case "enabled":
            budget = integer(thinking, "budget_tokens", 1, at="thinking.") or 1
            return effort or ("low" if budget <= _LOW_BUDGET_TOKENS else "medium" if budget <= _MEDIUM_BUDGET_TOKENS else "high")
        case other:
            raise wrong("thinking.type", f"must be enabled, adaptive or disabled, not {other!r}")


def _user(body: Body) -> str | None:
    metadata = body.get("metadata")
    return text(object_at(metadata, "metadata"), "user_id", "metadata.") if metadata is not None else None
