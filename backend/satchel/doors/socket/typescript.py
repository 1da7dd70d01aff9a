"""Writes the frames as TypeScript: `python -m satchel.doors.socket.typescript > sdk-js/src/frames.gen.ts`.

It knows only what `frames.py` uses: texts, numbers, truths, nulls, literals, unions, records and other frames.
"""

import inspect
import sys
import types
from typing import Literal, NotRequired, Union, get_args, get_origin, get_type_hints, is_typeddict

from satchel.domain.errors import SatchelError
from satchel.doors.socket import frames

_HEAD = """\
// Made from backend/satchel/doors/socket/frames.py by `python -m satchel.doors.socket.typescript`. Do not edit.
"""
_WORDS: dict[object, str] = {str: "string", int: "number", float: "number", bool: "boolean", type(None): "null", object: "unknown"}


def source() -> str:
    """Return the whole TypeScript file."""
    named = [value for value in vars(frames).values() if is_typeddict(value)]
    parts = [_HEAD, f"export const PROTOCOL = {frames.PROTOCOL};\nexport const SUBPROTOCOL = {_text(frames.SUBPROTOCOL)};\n"]
    parts += [_interface(frame) for frame in named]
    parts.append(_union("ClientFrame", [frame.__name__ for frame in get_args(frames.ClientFrame)], "What a client sends."))
    parts.append(_union("ServerFrame", [frame.__name__ for frame in get_args(frames.ServerFrame)], "What the server sends."))
    codes = sorted({kind.code for kind in _tree(SatchelError)})
    parts.append(_union("ErrorCode", [_text(code) for code in codes], "Every stable error code of the backend."))
    return "\n".join(parts)


def _interface(frame: type) -> str:
    fields = get_type_hints(frame, include_extras=True)
    lines = [f"/** {inspect.cleandoc(frame.__doc__ or '')} */", f"export interface {frame.__name__} {{"]
    for name, hint in fields.items():
        optional = get_origin(hint) is NotRequired
        lines.append(f"  {name}{'?' if optional else ''}: {_type(get_args(hint)[0] if optional else hint)};")
    return "\n".join([*lines, "}\n"])


def _type(hint: object) -> str:
    origin = get_origin(hint)
    if origin is Literal:
        return " | ".join(_text(word) for word in get_args(hint))
    if origin in (Union, types.UnionType):
        return " | ".join(_type(part) for part in get_args(hint))
    if origin is list:
        return f"{_type(get_args(hint)[0])}[]"
    if origin is dict:
        key, value = get_args(hint)
        return f"Record<{_type(key)}, {_type(value)}>"
    if is_typeddict(hint) and isinstance(hint, type):
        return hint.__name__
    return _WORDS[hint]


def _union(name: str, members: list[str], words: str) -> str:
    one_line = f"export type {name} = {' | '.join(members)};"
    if len(one_line) > 140:
        one_line = f"export type {name} =\n  | " + "\n  | ".join(members) + ";"
    return f"/** {words} */\n{one_line}\n"


def _text(word: str) -> str:
    return f'"{word}"'


def _tree(kind: type[SatchelError]) -> list[type[SatchelError]]:
    return [kind, *(below for child in kind.__subclasses__() for below in _tree(child))]


if __name__ == "__main__":
    sys.stdout.write(source())
