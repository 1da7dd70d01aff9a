"""What workers share: rate limits, pushes, and the resume buffers of streams. All of it may be lost at any moment."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from satchel.domain.events import Event

Message = Mapping[str, object]
Unsubscribe = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `count` in any `window_s` seconds."""

    count: int
    window_s: float


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether a take was allowed, and if not, in how many seconds it would be."""

    allowed: bool
    retry_after_s: float = 0.0


def decision_of(taken: Sequence[float], n: int, limit: Limit, now_s: float) -> Decision:
    """Return whether `n` more may be taken, given the moments in seconds of those that still count, oldest first."""
    over = len(taken) + n - limit.count
    if over <= 0:
        return Decision(allowed=True)
    frees_at_s = taken[over - 1] + limit.window_s if over <= len(taken) else now_s + limit.window_s
    return Decision(allowed=False, retry_after_s=frees_at_s - now_s)


class Limiter(Protocol):
    """Count against named buckets."""

    async def take(self, bucket: str, n: int, limit: Limit) -> Decision:
        """Take `n` from `bucket`; a refused take takes nothing."""
        ...


class Bus(Protocol):
    """Push messages to whoever listens on a topic, at most once each."""

    def publish(self, topic: str, message: Message) -> None:
        """Deliver `message` (JSON-ready) to the topic's listeners, soon. Never raises, never blocks."""
        ...

    def subscribe(self, topic: str, listener: Callable[[Message], None]) -> Unsubscribe:
        """Call `listener` in the event loop for each message, until the returned function is called."""
        ...


class StreamLog(Protocol):
    """Keep the numbered events of running and just-ended generations, so that a dropped connection can catch up."""

    def append(self, generation_id: str, seq: int, event: Event) -> None:
        """Keep `event` under `seq` (1, 2, 3 …). Old events may be dropped; a reader then sees a gap."""
        ...

    def read(self, generation_id: str, after: int) -> list[tuple[int, Event]] | None:
        """Return the kept events above `after` in order; None where some are missing (a gap) or nothing is known."""
        ...

    def drop(self, generation_id: str) -> None:
        """Forget a generation."""
        ...


def account_topic(account_id: str) -> str:
    """Return the topic of pushes to an account's connections: `{event, data}`."""
    return f"account:{account_id}"


TOKENS_TOPIC = "tokens"
"""The topic of revocations: `{token_id}` or `{account_id}`."""

GRANTS_TOPIC = "grants"
"""The topic of consent that a person took back: `{account_id, origin, embedder}`, or without `embedder` wherever the origin stands."""

PASSWORDS_TOPIC = "passwords"
"""The topic of passwords that were changed: `{account_id}`."""

VAULTS_TOPIC = "vaults"
"""The topic of vaults that a person locks: `{account_id, process}`, which is the one that knows already."""
