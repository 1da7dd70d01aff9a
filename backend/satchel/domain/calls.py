"""A call: a request plus who asks, from where, and a way to stop it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from satchel.domain.accounts import Principal
from satchel.domain.audio import SpeechRequest, TranscriptionRequest
from satchel.domain.chat import ChatRequest
from satchel.domain.embeddings import EmbeddingRequest
from satchel.domain.errors import SatchelError
from satchel.domain.images import ImageRequest
from satchel.domain.ledger import Kind

Request = ChatRequest | EmbeddingRequest | ImageRequest | SpeechRequest | TranscriptionRequest
"""Everything that may be asked of a model."""

_KINDS: Mapping[type[Request], Kind] = {
    ChatRequest: "chat",
    EmbeddingRequest: "embedding",
    ImageRequest: "image",
    SpeechRequest: "speech",
    TranscriptionRequest: "transcription",
}


class Cancellation:
    """That a call is to stop, the one thing about it that may change. Set once, never taken back.

    `error` is there where it is not the caller's own wish: what was taken from them, so that a cut answer does not look whole.
    """

    __slots__ = ("error", "requested")

    def __init__(self) -> None:
        self.requested = False
        self.error: SatchelError | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """One generation to be made.

    `origin` and `embedder` come from the browser's own facts or from the token, never from the body of a third-party caller; both are
    None for a call that no page makes. A token that speaks for a site settles the question for every door. `id` is the generation's id.
    """

    id: str
    principal: Principal
    request: Request
    started_at: datetime
    origin: str | None = None
    embedder: str | None = None
    cancellation: Cancellation = field(default_factory=Cancellation)

    def __post_init__(self) -> None:
        """Let the token's own origin win: a door that forgot it would make the call without the site's grant."""
        if self.principal.origin is not None:
            object.__setattr__(self, "origin", self.principal.origin)
            object.__setattr__(self, "embedder", None)

    def ends_with(self, revoked: Mapping[str, object]) -> bool:
        """Tell whether a revocation ends this call: of its token, of its account's all, or of what its site was allowed."""
        who = self.principal
        if "origin" in revoked:
            asked, embedder = (who.account_id, self.origin), revoked.get("embedder", self.embedder)
            return asked == (revoked["account_id"], revoked["origin"]) and embedder == self.embedder
        return who.token_id == revoked.get("token_id") or who.account_id == revoked.get("account_id")

    def is_open_to(self, who: Principal) -> bool:
        """Tell whether a caller of the same account may read on and stop this: it is its own, or its site's, or all is its business."""
        if who.origin is not None:
            return who.origin == self.origin
        return who.client == self.principal.client or who.looks_after_account

    @property
    def place(self) -> tuple[str, str, str | None] | None:
        """Return account, origin and embedder of the site that asks, None where none does."""
        return (self.principal.account_id, self.origin, self.embedder) if self.origin is not None else None

    @property
    def kind(self) -> Kind:
        """Return what is asked for, as the ledger calls it."""
        return _KINDS[type(self.request)]

    @property
    def chat(self) -> ChatRequest:
        """Return the request of a call that a door for chats made."""
        if not isinstance(self.request, ChatRequest):
            raise TypeError("this call is no chat")
        return self.request

    def with_request(self, request: Request) -> "Call":
        """Return the same call with another request, as plugins left it."""
        return self if request is self.request else replace(self, request=request)
