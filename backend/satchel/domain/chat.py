"""A chat request in Satchel's own words, whatever dialect it came in.

Absent tuning values are None and are never sent upstream: no default of ours stands between a caller and a provider.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

Role = Literal["system", "developer", "user", "assistant", "tool"]
Json = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class TextPart:
    """Plain text."""

    text: str


@dataclass(frozen=True, slots=True)
class ImagePart:
    """An image by `https:` or `data:` URL; `detail` as the caller gave it."""

    url: str
    detail: str | None = None


@dataclass(frozen=True, slots=True)
class AudioPart:
    """Audio as base64 text with its format, e.g. `wav`."""

    data: str
    format: str


@dataclass(frozen=True, slots=True)
class FilePart:
    """A file by data URL or upstream id."""

    data: str | None = None
    file_id: str | None = None
    filename: str | None = None


@dataclass(frozen=True, slots=True)
class ReasoningPart:
    """Reasoning of an earlier answer, given back; `signature` and `encrypted` are opaque and byte-exact.

    `detail` is the whole `reasoning_details` object it came in, for providers that want it back unmodified.
    """

    text: str
    signature: str | None = None
    encrypted: str | None = None
    detail: Json | None = None


@dataclass(frozen=True, slots=True)
class ToolCallPart:
    """A tool call an assistant made earlier; `arguments` is JSON text."""

    id: str
    name: str
    arguments: str


Part = TextPart | ImagePart | AudioPart | FilePart | ReasoningPart | ToolCallPart


@dataclass(frozen=True, slots=True)
class Message:
    """One turn. `tool_call_id` names the call that a `tool` message answers."""

    role: Role
    parts: tuple[Part, ...]
    name: str | None = None
    tool_call_id: str | None = None


@dataclass(frozen=True, slots=True)
class Tool:
    """A function the model may call; `parameters` is a JSON schema."""

    name: str
    description: str | None = None
    parameters: Json | None = None
    strict: bool | None = None


@dataclass(frozen=True, slots=True)
class ToolChoice:
    """`mode` none, auto or required; or `named` with the function's name."""

    mode: Literal["none", "auto", "required", "named"]
    name: str | None = None


@dataclass(frozen=True, slots=True)
class OutputFormat:
    """What the text must be: free text, any JSON object, or JSON after a schema."""

    kind: Literal["text", "json_object", "json_schema"]
    name: str | None = None
    schema: Json | None = None
    strict: bool | None = None


@dataclass(frozen=True, slots=True)
class Tuning:
    """Samplers and other values that an endpoint may lack; what it lacks is dropped and reported."""

    temperature: float | None = None
    top_p: float | None = None
    top_k: int | None = None
    min_p: float | None = None
    seed: int | None = None
    frequency_penalty: float | None = None
    presence_penalty: float | None = None
    repetition_penalty: float | None = None
    logit_bias: Mapping[str, float] | None = None
    reasoning_effort: str | None = None
    verbosity: str | None = None


NO_TUNING = Tuning()


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """One request. `model` is an id as the caller wrote it; routing resolves it. `max_output_tokens` None = the model's own limit.

    `modalities` are what may come out (`text`, `image`); empty is the model's own way. `aspect_ratio` is that of pictures, such as `3:2`;
    `drawing` is what else was said of them, by the names of OpenAI's tool that draws (`size`, `quality`, …).
    """

    model: str
    messages: tuple[Message, ...]
    max_output_tokens: int | None = None
    stop: tuple[str, ...] = ()
    n: int = 1
    tools: tuple[Tool, ...] = ()
    tool_choice: ToolChoice | None = None
    parallel_tool_calls: bool | None = None
    output_format: OutputFormat | None = None
    tuning: Tuning = NO_TUNING
    user: str | None = None
    modalities: tuple[str, ...] = ()
    aspect_ratio: str | None = None
    drawing: Mapping[str, str | int] = field(default_factory=dict)

    @property
    def draws(self) -> bool:
        """Tell whether pictures are asked for."""
        return "image" in self.modalities


def characters_in(messages: Sequence[Message]) -> int:
    """Return how many characters of text, reasoning and tool arguments the messages hold; images and files not counted."""
    total = 0
    for message in messages:
        for part in message.parts:
            match part:
                case TextPart(text=text) | ReasoningPart(text=text) | ToolCallPart(arguments=text):
                    total += len(text)
                case _:
                    pass
    return total
