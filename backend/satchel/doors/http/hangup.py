"""Whether the caller of a connection has hung up, and who wants to know. The protocol tells, so that nobody waits for it in a task."""

from collections.abc import Callable

HANGUP = "satchel.hangup"
"""Where `gathering.py` leaves a connection's `Hangup` in the ASGI scope."""


class Hangup:
    """The end of one connection, from the caller's side or ours."""

    __slots__ = ("_deeds", "happened")

    def __init__(self) -> None:
        self.happened = False
        self._deeds: list[Callable[[], None]] = []

    def listen(self, deed: Callable[[], None]) -> None:
        """Call `deed` once when it happens; at once if it has."""
        if self.happened:
            deed()
        else:
            self._deeds.append(deed)

    def forget(self, deed: Callable[[], None]) -> None:
        """Do not call `deed` any more. Nothing happens if it is not waiting."""
        if deed in self._deeds:
            self._deeds.remove(deed)

    def happen(self) -> None:
        """Tell all who wait for it."""
        self.happened = True
        deeds, self._deeds = self._deeds, []
        for deed in deeds:
            deed()
