"""The upstream side of Anthropic Messages: a `ChatRequest` becomes the body that one of its four hosts takes. Pure.

Only what the caller set is sent, and a limit of the output, which the format demands. Tuning that Claude lacks or that clashes with
thinking is left out; `dropped_parameters` says what. A feature it lacks is refused before anything is sent.
Source: recorded requests of four hosts and the SDK's types (anthropic 2.12.0), checked 2026-11-23.
"""

import re
from dataclasses import dataclass

import orjson

from satchel.dialects.anthropic_messages_content import system_blocks, turns
from satchel.domain.catalog import Endpoint
from satchel.domain.chat import ChatRequest, FilePart, OutputFormat, Tool, ToolChoice
from satchel.domain.errors import UnsupportedFeature

API_VERSION = "2023-06-01"
FILES_BETA = "files-api-2025-04-14"


@dataclass(frozen=True, slots=True)
class Host:
    """How the body differs between hosts. `version` stands in the body where it is no header; some name model and stream in the URL."""

    version: str | None = None
    names_model: bool = True
    says_stream: bool = True
    takes_urls: bool = True
    takes_files: bool = True


ANTHROPIC = Host()
AZURE = Host()
VERTEX = Host("vertex-2023-10-16", names_model=False, takes_files=False)
BEDROCK = Host("bedrock-2023-05-31", names_model=False, says_stream=False, takes_urls=False, takes_files=False)

DEFAULT_OUTPUT_TOKENS = 4_096
"""What is sent where neither the caller nor the catalog names a limit; a budget holds as much."""

_LEAST_THINKING_TOKENS = 1_024
_THINKING_SHARES = {"minimal": 0.1, "low": 0.2, "medium": 0.5, "high": 0.8, "xhigh": 0.95, "max": 0.95}
_EFFORTS = {"minimal": "low"}
_VERSION = re.compile(r"claude-(?:[a-z]+-)?(\d)(?:[-.](\d)(?!\d))?")
_FIRST_ADAPTIVE = (4, 6)
_NEVER = ("min_p", "seed", "frequency_penalty", "presence_penalty", "repetition_penalty", "logit_bias", "verbosity")


def encode_request(request: ChatRequest, endpoint: Endpoint, host: Host = ANTHROPIC) -> bytes:
    """Return the JSON body that asks `endpoint` for a stream.

    Raises:
        RequestInvalid: the request has something in it that Claude, or this host of it, does not take.
    """
    body: dict[str, object] = {}
    if host.version is not None:
        body["anthropic_version"] = host.version
    if host.names_model:
        body["model"] = endpoint.native_model
    body["max_tokens"] = output_limit(request, endpoint)
    system = system_blocks(request.messages)
    if system:
        body["system"] = system[0]["text"] if len(system) == 1 else system
    body["messages"] = turns(request.messages, endpoint.provider_name, takes_urls=host.takes_urls, takes_files=host.takes_files)
    if host.says_stream:
        body["stream"] = True
    if request.stop:
        body["stop_sequences"] = list(request.stop)
    if request.tools:
        body["tools"] = [_tool(tool) for tool in request.tools]
        choice = _tool_choice(request.tool_choice, request.parallel_tool_calls)
        if choice is not None:
            body["tool_choice"] = choice
    thinking, output_config = _thinking(request, endpoint), _output_config(request, endpoint)
    if thinking is not None:
        body["thinking"] = thinking
    if output_config:
        body["output_config"] = output_config
    body.update(_tuning(request, endpoint))
    if request.user is not None:
        body["metadata"] = {"user_id": request.user}
    return orjson.dumps(body)


def betas(request: ChatRequest) -> tuple[str, ...]:
    """Return the names that `anthropic-beta` must carry for this request."""
    by_id = any(isinstance(part, FilePart) and part.data is None for message in request.messages for part in message.parts)
    return (FILES_BETA,) if by_id else ()


def dropped_parameters(request: ChatRequest, endpoint: Endpoint) -> tuple[str, ...]:
    """Return the parameters that the caller set and that were left out or lowered, in the order of `Tuning`, `n` last."""
    tuning, sent = request.tuning, _tuning(request, endpoint)
    dropped = [name for name in ("temperature", "top_p", "top_k") if getattr(tuning, name) != sent.get(name)]
    dropped += [name for name in _NEVER if getattr(tuning, name) is not None]
    if tuning.reasoning_effort is not None and _thinking(request, endpoint) is None:
        dropped.append("reasoning_effort")
    if request.n != 1:
        dropped.append("n")
    return tuple(dropped)


def output_limit(request: ChatRequest, endpoint: Endpoint) -> int:
    """Return how many tokens may be written."""
    return request.max_output_tokens or endpoint.max_output_tokens or DEFAULT_OUTPUT_TOKENS


def sampling(request: ChatRequest, *, thinks: bool) -> dict[str, object]:
    """Return temperature, top_p and top_k as Claude takes them: at most 1 degree, and next to nothing while it thinks."""
    tuning = request.tuning
    found: dict[str, object] = {}
    if tuning.temperature is not None and (not thinks or tuning.temperature == 1):
        found["temperature"] = min(tuning.temperature, 1)
    if tuning.top_p is not None and (not thinks or tuning.top_p >= 0.95):
        found["top_p"] = tuning.top_p
    if tuning.top_k is not None and not thinks:
        found["top_k"] = tuning.top_k
    return found


def thinking_for(request: ChatRequest, native_model: str, limit_tokens: int) -> dict[str, object] | None:
    """Return how much to think: adaptively by effort for the newer models, within a budget of tokens for the older ones.

    None where nothing was said, where a tool must be called (Claude refuses both together), and where the output has no room for it.
    """
    effort = request.tuning.reasoning_effort
    if effort is None or (request.tools and request.tool_choice is not None and request.tool_choice.mode in ("required", "named")):
        return None
    if effort == "none":
        return {"type": "disabled"}
    if is_adaptive(native_model):
        return {"type": "adaptive"}
    budget_tokens = max(_LEAST_THINKING_TOKENS, int(limit_tokens * _THINKING_SHARES.get(effort, 0.5)))
    return {"type": "enabled", "budget_tokens": budget_tokens} if budget_tokens < limit_tokens else None


def is_adaptive(native_model: str) -> bool:
    """Tell whether a model takes an effort instead of a budget: Claude 4.6 and later, and every name that tells no version."""
    found = _VERSION.search(native_model)
    return found is None or (int(found[1]), int(found[2] or 0)) >= _FIRST_ADAPTIVE


def effort_for(request: ChatRequest) -> str:
    """Return the caller's effort in Claude's words."""
    effort = request.tuning.reasoning_effort or ""
    return _EFFORTS.get(effort, effort)


def schema_of(wanted: OutputFormat) -> dict[str, object]:
    """Return the schema that the answer must follow. Raises `UnsupportedFeature` where JSON without a schema is wanted."""
    if wanted.kind == "json_object":
        raise UnsupportedFeature(
            "this model answers in JSON only after a schema: use response_format json_schema",
            details={"param": "response_format", "feature": "json_object"},
        )
    return dict(wanted.schema or {})


def _tuning(request: ChatRequest, endpoint: Endpoint) -> dict[str, object]:
    thinking = _thinking(request, endpoint)
    return sampling(request, thinks=thinking is not None and thinking["type"] != "disabled")


def _thinking(request: ChatRequest, endpoint: Endpoint) -> dict[str, object] | None:
    return thinking_for(request, endpoint.native_model, output_limit(request, endpoint))


def _output_config(request: ChatRequest, endpoint: Endpoint) -> dict[str, object]:
    config: dict[str, object] = {}
    if (_thinking(request, endpoint) or {}).get("type") == "adaptive":
        config["effort"] = effort_for(request)
    wanted = request.output_format
    if wanted is not None and wanted.kind != "text":
        config["format"] = {"type": "json_schema", "schema": schema_of(wanted)}
    return config


def _tool(tool: Tool) -> dict[str, object]:
    body: dict[str, object] = {"name": tool.name}
    if tool.description:
        body["description"] = tool.description
    body["input_schema"] = dict(tool.parameters) if tool.parameters else {"type": "object", "properties": {}}
    if tool.strict:
        body["strict"] = True
    return body


def _tool_choice(choice: ToolChoice | None, parallel: bool | None) -> dict[str, object] | None:
    if choice is None and parallel is not False:
        return None
    match choice:
        case ToolChoice(mode="named", name=name):
            body: dict[str, object] = {"type": "tool", "name": name}
        case ToolChoice(mode="required"):
            body = {"type": "any"}
        case ToolChoice(mode="none"):
            return {"type": "none"}
        case _:
            body = {"type": "auto"}
    if parallel is False:
        body["disable_parallel_tool_use"] = True
    return body
