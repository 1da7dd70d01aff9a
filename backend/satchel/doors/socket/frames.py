"""The socket's frames, as types: the one schema. `sdk-js/src/frames.gen.ts` is made from it (see `typescript.py`), and a test compares.

Rules of the exchange are in `docs/reference/socket-protocol.md`; `connection.py` keeps them.
"""

from typing import Literal, NotRequired, TypedDict

PROTOCOL = 1
SUBPROTOCOL = "satchel.v1"


class ClientInfo(TypedDict):
    """What program is at the other end; for logs only."""

    name: str
    version: str


class Hello(TypedDict):
    """Sign in. The first frame, within 5 s. `proof` is the DPoP proof of a bound token, for the GET that opened the socket."""

    type: Literal["hello"]
    token: str
    proof: NotRequired[str]
    client: NotRequired[ClientInfo]


class Generate(TypedDict):
    """Start a generation, or attach to that of the same `id`. `request` is OpenAI's body for its `kind`, chat by default."""

    type: Literal["generate"]
    id: str
    origin: NotRequired[str | None]
    embedder: NotRequired[str | None]
    kind: NotRequired[Literal["chat", "embeddings", "images", "speech", "transcriptions"]]
    request: dict[str, object]


class Cancel(TypedDict):
    """Stop a generation, by its id or the client's own; it still ends in `finished`."""

    type: Literal["cancel"]
    generation: NotRequired[str]
    id: NotRequired[str]


class Attach(TypedDict):
    """Take up a generation after the sequence number last seen."""

    type: Literal["attach"]
    generation: NotRequired[str]
    id: NotRequired[str]
    after: int


class Ping(TypedDict):
    """Ask for a `pong`, so that both ends stay awake."""

    type: Literal["ping"]
    nonce: NotRequired[str]


class WelcomeAccount(TypedDict):
    """Whose connection it is; `email` is None unless the token looks after the account."""

    id: str
    email: str | None


class Limits(TypedDict):
    """What the server accepts on this connection."""

    message_bytes: int
    generations: int
    resume_s: int


class Welcome(TypedDict):
    """The answer to `hello`."""

    type: Literal["welcome"]
    protocol: int
    server: str
    account: WelcomeAccount
    preferred_model: str | None
    limits: Limits


class Started(TypedDict):
    """A generation was accepted; `model` is what was asked for."""

    type: Literal["started"]
    id: str | None
    generation: str
    model: str


class ToolCallPiece(TypedDict):
    """A piece of tool call `index`: `id` and `name` on its first piece only, `arguments` as JSON text in pieces."""

    index: int
    id: NotRequired[str]
    name: NotRequired[str]
    arguments: str


class EmbeddingPiece(TypedDict):
    """The whole vector of input number `index`."""

    index: int
    values: list[float]


class ImagePiece(TypedDict):
    """A whole picture of choice `index`, by `data:` or `https:` URL."""

    index: int
    url: str


class AudioPiece(TypedDict):
    """More of a sound, in base64; the bytes of all pieces together are a file of this type."""

    data: str
    media_type: str


class TranscriptPiece(TypedDict):
    """All that was said in a sound; `detail` is what the provider tells beside it: language, duration, times."""

    text: str
    detail: dict[str, object]


class Delta(TypedDict):
    """More of the answer: exactly one of `text`, `reasoning`, `tool_call`, `image`, `embedding`, `audio` and `transcript`."""

    type: Literal["delta"]
    generation: str
    seq: int
    text: NotRequired[str]
    reasoning: NotRequired[str]
    tool_call: NotRequired[ToolCallPiece]
    image: NotRequired[ImagePiece]
    embedding: NotRequired[EmbeddingPiece]
    audio: NotRequired[AudioPiece]
    transcript: NotRequired[TranscriptPiece]


class FrameUsage(TypedDict):
    """Token counts; `estimated` where the provider reported none."""

    input_tokens: int
    output_tokens: int
    reasoning_tokens: int
    cached_tokens: int
    estimated: bool


class FrameCost(TypedDict):
    """Nano-US-dollars; `known` false where there is no price, which is not free."""

    nusd: int
    known: bool


class Finished(TypedDict):
    """The good end of a generation, cancelled ones included; its `seq` is one more than the last delta's."""

    type: Literal["finished"]
    generation: str
    seq: int
    reason: Literal["stop", "length", "tool_calls", "content_filter", "error", "cancelled"]
    native_reason: str | None
    model: str
    provider: str
    usage: FrameUsage
    cost: FrameCost


class FrameError(TypedDict):
    """What went wrong; decide by `code`, show `message`."""

    code: str
    message: str
    retryable: bool
    retry_after_s: float | None
    details: dict[str, object]


class Failed(TypedDict):
    """The bad end of one generation, or the refusal of one frame (then with the ids that the frame named)."""

    type: Literal["failed"]
    id: NotRequired[str | None]
    generation: NotRequired[str]
    seq: NotRequired[int]
    error: FrameError
    usage: FrameUsage | None
    cost: FrameCost | None


class Event(TypedDict):
    """A push to all connections of the account."""

    type: Literal["event"]
    event: Literal["model_changed", "grants_changed", "models_changed", "vault_changed"]
    data: dict[str, object]


class Draining(TypedDict):
    """The server is going down; running generations may finish."""

    type: Literal["draining"]
    retry_after_s: float


class Pong(TypedDict):
    """The answer to `ping`."""

    type: Literal["pong"]
    nonce: str | None


ClientFrame = Hello | Generate | Cancel | Attach | Ping
ServerFrame = Welcome | Started | Delta | Finished | Failed | Event | Draining | Pong
