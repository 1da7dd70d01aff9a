"""Who carries mail to people."""

from typing import Protocol


class MailFailed(Exception):
    """A mail could not be handed over; the message is for the operator and names neither the person nor what was in it."""


class Mailer(Protocol):
    """Hand over mail."""

    async def send(self, to: str, subject: str, text: str) -> None:
        """Hand over one plain mail to one address. Raises `MailFailed`."""
        ...
