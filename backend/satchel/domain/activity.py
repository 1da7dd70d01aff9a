"""What was asked by day: sums of the ledger."""

from dataclasses import dataclass
from datetime import date

ACTIVITY_DAYS = 30
"""How many completed days are told."""


@dataclass(frozen=True, slots=True)
class Activity:
    """What was asked of one model at one provider on one UTC day. Forgotten generations are in none of them."""

    day: date
    model: str
    provider: str
    requests: int
    cost_nusd: int
    input_tokens: int
    output_tokens: int
    reasoning_tokens: int

    def place(self) -> tuple[int, str, str]:
        """Return where it stands in a list: the newest day first, then by model and provider."""
        return -self.day.toordinal(), self.model, self.provider
