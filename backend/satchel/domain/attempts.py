"""Attempts: one try at one endpoint of a route. Kept are those that failed; the one that answered is the generation's own."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FailedAttempt:
    """A try that brought no answer, or broke it off. `code` is ours: what the provider said is not kept.

    `duration_ms` runs from the moment when the endpoint's turn came, for the first one from the start of the call.
    """

    provider: str
    endpoint: str
    code: str
    duration_ms: int
