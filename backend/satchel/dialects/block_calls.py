"""Tool calls that come as numbered blocks: begun with a name, gone on with in pieces of arguments, stopped.

Ids pass through unchanged; one is minted where none came or where two calls of one answer share it.
"""

from collections.abc import Callable

from satchel.domain.events import Event, ToolCallDelta


class BlockCalls:
    """Number the calls of one answer and turn their blocks into deltas. Blocks that no call began are passed over."""

    __slots__ = ("_by_block", "_ids", "_mint", "_silent", "count")

    def __init__(self, mint: Callable[[], str]) -> None:
        self._mint = mint
        self._by_block: dict[int, int] = {}
        self._ids: set[str] = set()
        self._silent: set[int] = set()
        self.count = 0

    def begin(self, block: int, given_id: str, name: str, arguments: str) -> ToolCallDelta:
        """Begin a call; `arguments` is JSON text where they came at once, else empty."""
        call = self._by_block[block] = self.count
        self.count += 1
        call_id = given_id if given_id and given_id not in self._ids else self._mint()
        self._ids.add(call_id)
        if not arguments:
            self._silent.add(call)
        return ToolCallDelta(call, arguments, call_id, name)

    def more(self, block: int, piece: str, events: list[Event]) -> None:
        """Add a piece of a call's arguments."""
        call = self._by_block.get(block)
        if call is not None and piece:
            self._silent.discard(call)
            events.append(ToolCallDelta(call, piece))

    def stop(self, block: int, events: list[Event]) -> None:
        """Write the arguments of a call that came without any: an empty object."""
        call = self._by_block.get(block)
        if call is not None and call in self._silent:
            self._silent.discard(call)
            events.append(ToolCallDelta(call, "{}"))

    def close(self, events: list[Event]) -> None:
        """Stop every call that was not."""
        for block in self._by_block:
            self.stop(block, events)
