"""Tool calls of one choice, put together from whatever a host gives: by index, then by id, then by position.

Ids pass through unchanged; one is minted where none came or where two calls of one answer share it.
"""

from collections.abc import Callable, Mapping
from typing import cast

import orjson

from satchel.domain.chat import Json
from satchel.domain.events import ToolCallDelta


class ToolCalls:
    """Number the tool calls of one choice and turn their pieces into deltas."""

    __slots__ = ("_by_id", "_by_index", "_choice", "_ids", "_mint", "_silent", "count")

    def __init__(self, choice: int, mint: Callable[[], str]) -> None:
        self._choice = choice
        self._mint = mint
        self._by_index: dict[int, int] = {}
        self._by_id: dict[str, int] = {}
        self._ids: dict[int, str] = {}
        self._silent: set[int] = set()
        self.count = 0

    def feed(self, pieces: list[object]) -> list[ToolCallDelta]:
        """Return the deltas of one chunk's `tool_calls`."""
        return [delta for piece in pieces if isinstance(piece, Mapping) and (delta := self._piece(cast(Json, piece))) is not None]

    def close(self) -> list[ToolCallDelta]:
        """Return the arguments of calls that came without any: an empty object."""
        return [ToolCallDelta(call, "{}", index=self._choice) for call in sorted(self._silent)]

    def _piece(self, piece: Json) -> ToolCallDelta | None:
        function = piece.get("function") or piece.get("custom")
        fields: Json = cast(Json, function) if isinstance(function, Mapping) else {}
        given, name = piece.get("id"), fields.get("name")
        call_id = given if isinstance(given, str) and given else None
        new_name = name if isinstance(name, str) and name else None
        arguments = _arguments(fields)
        call = self._known(piece.get("index"), call_id, new_name)
        if call is None:
            return self._begin(piece.get("index"), call_id, new_name, arguments)
        if call in self._silent:
            if arguments in ("", "null"):
                return None
            self._silent.discard(call)
        return ToolCallDelta(call, arguments, index=self._choice) if arguments else None

    def _known(self, index: object, call_id: str | None, name: str | None) -> int | None:
        """Return the number of the call that a piece goes on with; None for a new call."""
        if isinstance(index, int) and index in self._by_index:
            call = self._by_index[index]
            another = call_id is not None and name is not None and call_id != self._ids[call]
            return None if another else call
        if isinstance(index, int):
            return None
        if call_id is not None:
            return self._by_id.get(call_id)
        return self.count - 1 if name is None and self.count else None

    def _begin(self, index: object, call_id: str | None, name: str | None, arguments: str) -> ToolCallDelta:
        call = self.count
        self.count += 1
        own_id = call_id if call_id is not None and call_id not in self._by_id else self._mint()
        self._ids[call] = call_id or own_id
        self._by_id[call_id or own_id] = call
        if isinstance(index, int):
            self._by_index[index] = call
        if arguments in ("", "null"):
            arguments = ""
            self._silent.add(call)
        return ToolCallDelta(call, arguments, own_id, name or "", self._choice)


def _arguments(fields: Json) -> str:
    value = fields.get("arguments", fields.get("input"))
    if isinstance(value, str):
        return value
    return orjson.dumps(value).decode() if isinstance(value, Mapping) else ""
