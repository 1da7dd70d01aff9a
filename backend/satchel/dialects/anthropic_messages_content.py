"""Messages in our own words as the turns and blocks of Anthropic Messages. Pure.

Turns of one role are joined: results of tools belong to the turn after the calls, all of them in one. Thinking goes back as it came:
its pieces are joined until the signature that closes them; what has no signature, or comes from another maker, is left out, because
Claude refuses it.
Source: recorded requests and the SDK's types (anthropic 2.12.0), checked 2026-11-23.
"""

import hashlib
import re
from base64 import b64decode
from collections.abc import Iterable, Mapping, Sequence
from typing import assert_never

import orjson

from satchel.dialects.media import Linked, media_of, unsupported
from satchel.domain.chat import AudioPart, FilePart, ImagePart, Message, Part, ReasoningPart, TextPart, ToolCallPart
from satchel.domain.errors import MalformedRequest

Block = dict[str, object]

_TOOL_ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")
_MADE_ID_CHARACTERS = 24


def system_blocks(messages: Iterable[Message]) -> list[Block]:
    """Return what the caller told the model as system or developer, wherever in the conversation it stood."""
    spoken = [message for message in messages if message.role in ("system", "developer")]
    return [{"type": "text", "text": part.text} for message in spoken for part in message.parts if isinstance(part, TextPart) and part.text]


def turns(messages: Iterable[Message], host_name: str, *, takes_urls: bool = True, takes_files: bool = True) -> list[Block]:
    """Return the conversation as alternating turns.

    Args:
        messages: all of them; instructions are passed over.
        host_name: who it is for, in errors.
        takes_urls: whether the host fetches images and files itself.
        takes_files: whether the host knows ids of uploaded files.

    Raises:
        UnsupportedFeature: a part that the host does not take; `details.feature` names it.
        MalformedRequest: a part that is none, such as an image that is no URL.
    """
    found: list[tuple[str, list[Block]]] = []
    writer = _Writer(host_name, takes_urls, takes_files)
    for message in messages:
        if message.role in ("system", "developer"):
            continue
        role = "assistant" if message.role == "assistant" else "user"
        if not found or found[-1][0] != role:
            found.append((role, []))
        found[-1][1].extend([writer.result(message)] if message.role == "tool" else writer.blocks(message.parts))
    return [{"role": role, "content": _plain(blocks)} for role, blocks in found if blocks]


def tool_id(given: str) -> str:
    """Return an id that Claude accepts; the same one for the same id, so that call and result still match."""
    return given if _TOOL_ID.fullmatch(given) else "toolu_" + hashlib.sha256(given.encode()).hexdigest()[:_MADE_ID_CHARACTERS]


def thinking(parts: Sequence[Part]) -> dict[int, tuple[str, str | None, str | None]]:
    """Return the thinking to give back, by the place where it closes: text, signature, or encrypted text instead."""
    found: dict[int, tuple[str, str | None, str | None]] = {}
    text, block = "", None
    for place, part in enumerate(parts):
        if not isinstance(part, ReasoningPart) or _is_foreign(part):
            continue
        if part.encrypted:
            found[place] = ("", None, part.encrypted)
            continue
        number = (part.detail or {}).get("index")
        text = text + part.text if number == block else part.text
        block = number
        if part.signature:
            found[place] = (text, part.signature, None)
            text = ""
    return found


def arguments_object(call: ToolCallPart) -> Mapping[str, object]:
    """Return the arguments of a call as the object that they are. Raises `MalformedRequest`."""
    try:
        arguments = orjson.loads(call.arguments or "{}")
    except orjson.JSONDecodeError:
        arguments = ""
    if arguments is None:
        return {}
    if not isinstance(arguments, dict):
        raise MalformedRequest(f"the arguments of the call {call.id!r} must be a JSON object", details={"param": "messages"})
    return arguments


class _Writer:
    """Write parts as blocks, for a host that takes URLs and file ids or not."""

    def __init__(self, host_name: str, takes_urls: bool, takes_files: bool) -> None:
        self._host_name = host_name
        self._takes_urls = takes_urls
        self._takes_files = takes_files

    def blocks(self, parts: Sequence[Part]) -> list[Block]:
        """Return the blocks of one message, in their order."""
        thoughts = thinking(parts)
        return [block for place, part in enumerate(parts) if (block := self._block(part, thoughts.get(place))) is not None]

    def result(self, message: Message) -> Block:
        """Return the block of a tool's result."""
        block: Block = {"type": "tool_result", "tool_use_id": tool_id(message.tool_call_id or "")}
        content = _plain(self.blocks(message.parts))
        return {**block, "content": content} if content else block

    def _block(self, part: Part, thought: tuple[str, str | None, str | None] | None) -> Block | None:
        match part:
            case TextPart(text=text):
                return {"type": "text", "text": text} if text else None
            case ImagePart():
                return {"type": "image", "source": self._source(part)}
            case FilePart():
                return self._document(part)
            case ToolCallPart():
                return {"type": "tool_use", "id": tool_id(part.id), "name": part.name, "input": arguments_object(part)}
            case ReasoningPart():
                return _thought(*thought) if thought else None
            case AudioPart():
                raise unsupported("audio", self._host_name)
            case _:
                assert_never(part)

    def _document(self, part: FilePart) -> Block:
        if part.data is None and part.file_id:
            if not self._takes_files:
                raise unsupported("files by their id", self._host_name)
            source: Block = {"type": "file", "file_id": part.file_id}
        else:
            source = self._source(part)
        block: Block = {"type": "document", "source": source}
        return {**block, "title": part.filename} if part.filename else block

    def _source(self, part: ImagePart | FilePart) -> Block:
        media = media_of(part)
        if isinstance(media, Linked):
            if not self._takes_urls:
                raise unsupported("images and files by their URL", self._host_name)
            return {"type": "url", "url": media.url}
        if media.media_type == "text/plain":
            return {"type": "text", "media_type": "text/plain", "data": _decoded(media.data)}
        return {"type": "base64", "media_type": media.media_type, "data": media.data}


def _decoded(data: str) -> str:
    try:
        return b64decode(data, validate=True).decode("utf-8", "replace")
    except ValueError:
        raise MalformedRequest("a file must be in base64", details={"param": "messages"}) from None


def _thought(text: str, signature: str | None, encrypted: str | None) -> Block:
    if encrypted is not None:
        return {"type": "redacted_thinking", "data": encrypted}
    return {"type": "thinking", "thinking": text, "signature": signature}


def _is_foreign(part: ReasoningPart) -> bool:
    """Tell whether another maker's model thought it: details say so by their format."""
    maker = (part.detail or {}).get("format")
    return isinstance(maker, str) and not maker.startswith("anthropic")


def _plain(blocks: list[Block]) -> object:
    """Write a lone text as the text it is."""
    match blocks:
        case [{"type": "text", "text": text}]:
            return text
        case _:
            return blocks
