"""What a generation says, in order: at most one `Started`, then deltas, then exactly one `Finished` or an exception."""

from dataclasses import dataclass
from enum import StrEnum

from satchel.domain.chat import Json
from satchel.domain.usage import Cost, Usage


class FinishReason(StrEnum):
    """Why a generation ended, normalised. The provider's own word is kept beside it."""

    STOP = "stop"
    LENGTH = "length"
    TOOL_CALLS = "tool_calls"
    CONTENT_FILTER = "content_filter"
    ERROR = "error"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Started:
    """The provider began to answer.

    From a provider `model` is its own name for the model and `provider` None; metering puts in which model and provider serve, as the
    catalog names them, before anybody else sees the event. `upstream_id` is the provider's id of the answer.
    """

    model: str
    upstream_id: str | None = None
    provider: str | None = None


@dataclass(frozen=True, slots=True)
class TextDelta:
    """More text of choice `index`; never empty."""

    text: str
    index: int = 0


@dataclass(frozen=True, slots=True)
class ReasoningDelta:
    """More of the model's reasoning; `signature` is opaque and passed on unchanged.

    `details` are the provider's own `reasoning_details` objects where it sends such, to be given back unmodified and in order; `text` may
    be empty beside them.
    """

    text: str
    signature: str | None = None
    index: int = 0
    details: tuple[Json, ...] = ()


@dataclass(frozen=True, slots=True)
class ToolCallDelta:
    """More of tool call number `call`: `id` and `name` on its first delta only, arguments as pieces of JSON text."""

    call: int
    arguments: str
    id: str | None = None
    name: str | None = None
    index: int = 0


@dataclass(frozen=True, slots=True)
class Image:
    """A whole picture, by `data:` URL or by `https:` URL at its maker; the `index`-th of an answer of pictures, or of choice `index`."""

    url: str
    index: int = 0
    revised_prompt: str | None = None

    @property
    def inline(self) -> tuple[str, str]:
        """Return its type and its base64 data, both empty where it lies elsewhere."""
        head, comma, data = self.url.partition(";base64,")
        return (head.removeprefix("data:"), data) if comma and head.startswith("data:") else ("", "")


@dataclass(frozen=True, slots=True)
class NotOfChat:
    """What no chat says: answers to requests of other kinds."""


@dataclass(frozen=True, slots=True)
class Sound(NotOfChat):
    """More of a sound that is being made; the pieces joined are a file of this type."""

    data: bytes
    media_type: str


@dataclass(frozen=True, slots=True)
class Transcript(NotOfChat):
    """What was said in a sound, whole. `detail` is what its provider tells beside it: language, duration, times of segments and words."""

    text: str
    detail: Json


@dataclass(frozen=True, slots=True)
class Embedding(NotOfChat):
    """The vector of input number `index`; only a request for embeddings has such."""

    values: tuple[float, ...]
    index: int = 0


@dataclass(frozen=True, slots=True)
class Finished:
    """The generation ended well.

    A provider leaves `cost` None and may leave `usage` None where it reported nothing; metering fills both, with `model` and
    `provider` that served, before anybody else sees the event. `choices` holds reason and native reason of each choice, by index, where
    several were asked for.
    """

    reason: FinishReason
    native_reason: str | None = None
    usage: Usage | None = None
    cost: Cost | None = None
    model: str | None = None
    provider: str | None = None
    choices: tuple[tuple[FinishReason, str | None], ...] = ()


Event = Started | TextDelta | ReasoningDelta | ToolCallDelta | Image | Sound | Transcript | Embedding | Finished


def size_of(event: Event) -> int:
    """Return about how many characters an event holds: what buffers and slow readers are measured by, never money."""
    match event:
        case TextDelta(text=text) | Transcript(text=text):
            return len(text)
        case ToolCallDelta(arguments=text, name=name):
            return len(text) + len(name or "")
        case ReasoningDelta(text=text, signature=signature, details=details):
            return len(text) + len(signature or "") + (len(str(details)) if details else 0)
        case Image(url=url):
            return len(url)
        case Sound(data=data):
            return len(data)
        case Embedding(values=values):
            return 8 * len(values)
        case Started() | Finished():
            return 0
