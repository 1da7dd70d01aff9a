"""For how long the activity of an account says who asked which model. Prompts and answers are never kept."""

from datetime import datetime, timedelta
from typing import Literal

ActivityDays = Literal[0, 7, 30, 90]
"""For so many days; with 0 only what is counted stays, from the end of a generation on. None, beside it, is for ever."""


def forgotten_before(days: int, now: datetime) -> datetime:
    """Return the moment before which a generation must have begun to be forgotten now."""
    return now - timedelta(days=days)


def in_words(days: int | None) -> str:
    """Return the choice for the audit log."""
    if days is None:
        return "for ever"
    return f"{days} days" if days else "only what is counted"
