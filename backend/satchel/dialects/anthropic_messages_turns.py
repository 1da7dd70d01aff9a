"""The turns and blocks of Anthropic Messages as `Message`s: what a door reads.

A user's turn that holds results of tools becomes one message for each result, and one for the rest. A result must name a call that the
conversation holds. Thinking keeps its signature and the place that gives it back to Claude unmodified.
Source: the SDK's types (anthropic 2.14.0) and recorded requests, checked 2026-11-28.
"""

import orjson

from satchel.dialects.anthropic_messages import REASONING_FORMAT
from satchel.dialects.carried_reasoning import is_packed, unpacked
from satchel.dialects.inline_data import data_url
from satchel.dialects.json_fields import text as plain_text
from satchel.dialects.request_fields import Body, list_at, needed_text, object_at, text, wrong
from satchel.domain.chat import FilePart, ImagePart, Message, Part, ReasoningPart, TextPart, ToolCallPart
from satchel.domain.errors import UnsupportedFeature

_IMAGES = ("image/jpeg", "image/png", "image/gif", "image/webp")


def system_of(given: object) -> tuple[Message, ...]:
    """Return the instructions: a text or a list of text blocks."""
    parts = _parts(given, "system") if given is not None else ()
    if any(not isinstance(part, TextPart) for part in parts):
        raise wrong("system", "must be a text or a list of text blocks")
    return (Message("system", parts),) if parts else ()


def messages_of(given: object) -> tuple[Message, ...]:
    """Return the conversation.

    Raises:
        MalformedRequest: a turn or block has the wrong shape, or answers a call that was not made; `details.param` names it.
        UnsupportedFeature: a kind of block that Satchel does not carry.
    """
    turns = list_at(given, "messages")
    if not turns:
        raise wrong("messages", "must be a list of at least one message")
    found: list[Message] = []
    made: set[str] = set()
    for number, turn in enumerate(turns):
        at = f"messages[{number}]"
        fields = object_at(turn, at)
        role = fields.get("role")
        if role == "assistant":
            parts = _parts(fields.get("content"), f"{at}.content")
            made.update(part.id for part in parts if isinstance(part, ToolCallPart))
            found.append(Message("assistant", parts))
        elif role == "user":
            found.extend(_user_turn(fields.get("content"), f"{at}.content", made))
        elif role == "system":
            found.append(Message("system", _parts(fields.get("content"), f"{at}.content")))
        else:
            raise wrong(f"{at}.role", f"must be user or assistant, not {role!r}")
    return tuple(found)


def _user_turn(content: object, at: str, made: set[str]) -> list[Message]:
    blocks = content if isinstance(content, list) else []
    is_result = [isinstance(block, dict) and block.get("type") == "tool_result" for block in blocks]
    results = [_result(object_at(block, f"{at}[{n}]"), f"{at}[{n}]", made) for n, block in enumerate(blocks) if is_result[n]]
    rest = _parts(content, at) if not results else tuple(_part(b, f"{at}[{n}]") for n, b in enumerate(blocks) if not is_result[n])
    return [*results, Message("user", rest)] if rest or not results else results


def _result(block: Body, at: str, made: set[str]) -> Message:
    call = needed_text(block, "tool_use_id", f"{at}.")
    if call not in made:
        raise wrong(f"{at}.tool_use_id", "must name a tool_use block of an earlier turn")
    content = block.get("content")
    return Message("tool", _parts(content, f"{at}.content") if content is not None else (), tool_call_id=call)


def _parts(content: object, at: str) -> tuple[Part, ...]:
    if isinstance(content, str):
        return (TextPart(content),) if content else ()
    if not isinstance(content, list):
        raise wrong(at, "must be a text or a list of blocks")
    return tuple(_part(block, f"{at}[{number}]") for number, block in enumerate(content))


def _part(block: object, at: str) -> Part:
    fields = object_at(block, at)
    match fields.get("type"):
        case "text":
            return TextPart(_any_text(fields, "text", at))
        case "image":
            return _image(object_at(fields.get("source"), f"{at}.source"), f"{at}.source")
        case "document":
            return _document(fields, at)
        case "thinking":
            return _thinking(fields, at)
        case "redacted_thinking":
            data = needed_text(fields, "data", f"{at}.")
            return _redacted(data)
        case "tool_use":
            arguments = orjson.dumps(object_at(fields.get("input"), f"{at}.input")).decode()
            return ToolCallPart(needed_text(fields, "id", f"{at}."), needed_text(fields, "name", f"{at}."), arguments)
        case "tool_result":
            raise wrong(f"{at}.type", "tool_result stands in a user's turn only")
        case str(kind):
            raise UnsupportedFeature(f"{at}: blocks of type {kind!r} are not supported", details={"param": f"{at}.type", "feature": kind})
        case other:
            raise wrong(f"{at}.type", f"must be text, image, document, thinking, tool_use or tool_result, not {other!r}")


def _any_text(fields: Body, key: str, at: str) -> str:
    value = text(fields, key, f"{at}.")
    if value is None:
        raise wrong(f"{at}.{key}", "must be a text, not null")
    return value


def _image(source: Body, at: str) -> ImagePart:
    match source.get("type"):
        case "base64":
            kind = source.get("media_type")
            if kind not in _IMAGES:
                raise wrong(f"{at}.media_type", f"must be one of {', '.join(_IMAGES)}, not {kind!r}")
            return ImagePart(data_url(str(kind), needed_text(source, "data", f"{at}."), f"{at}.data"))
        case "url":
            return ImagePart(_url(source, at))
        case other:
            raise wrong(f"{at}.type", f"must be base64 or url, not {other!r}")


def _document(fields: Body, at: str) -> FilePart | TextPart:
    source, at = object_at(fields.get("source"), f"{at}.source"), f"{at}.source"
    name = text(fields, "title", f"{at}.")
    match source.get("type"):
        case "base64":
            kind = needed_text(source, "media_type", f"{at}.")
            return FilePart(data_url(kind, needed_text(source, "data", f"{at}."), f"{at}.data"), filename=name)
        case "text":
            return TextPart(_any_text(source, "data", at))
        case "url":
            return FilePart(_url(source, at), filename=name)
        case "file":
            return FilePart(file_id=needed_text(source, "file_id", f"{at}."), filename=name)
        case other:
            raise wrong(f"{at}.type", f"must be base64, text, url or file, not {other!r}")


def _url(source: Body, at: str) -> str:
    url = needed_text(source, "url", f"{at}.")
    if not url.startswith(("https:", "http:")):
        raise wrong(f"{at}.url", "must be an https: URL")
    return url


def _redacted(data: str) -> ReasoningPart:
    detail = unpacked(data) if is_packed(data) else {"type": "reasoning.encrypted", "data": data, "format": REASONING_FORMAT}
    return ReasoningPart("", encrypted=plain_text(detail, "data"), detail=detail)


def _thinking(fields: Body, at: str) -> ReasoningPart:
    words, signature = _any_text(fields, "thinking", at), text(fields, "signature", f"{at}.") or None
    detail: dict[str, object] = {"type": "reasoning.text", "text": words}
    if signature is not None:
        detail |= {"signature": signature, "format": REASONING_FORMAT}
    return ReasoningPart(words, signature, detail=detail)
