"""The input of OpenAI's Responses as `Message`s: what our own door reads.

Items that an assistant made, one after the other, are one turn: reasoning, words and calls stay together, as every other dialect has them.
A result must name a call that stands before it. Nothing is kept here, so that a reference to an item leads nowhere.
Source: openai 3.54.0 and recorded requests of six hosts, checked 2026-11-28.
"""

from typing import cast

from satchel.dialects.inline_data import image_url, picture_url
from satchel.dialects.openai_responses_carried import reasoning_parts
from satchel.dialects.request_fields import Body, needed_text, object_at, text, wrong
from satchel.domain.chat import AudioPart, FilePart, ImagePart, Message, Part, Role, TextPart, ToolCallPart
from satchel.domain.errors import UnsupportedFeature

_ROLES = ("user", "assistant", "system", "developer")


def messages_of(given: object) -> tuple[Message, ...]:
    """Return the conversation.

    Raises:
        MalformedRequest: an item has the wrong shape, or answers a call that was not made; `details.param` names it.
        UnsupportedFeature: a kind of item or content that Satchel does not carry.
    """
    if isinstance(given, str) and given:
        return (Message("user", (TextPart(given),)),)
    if not isinstance(given, list) or not given:
        raise wrong("input", "must be a text or a list of at least one item")
    conversation = _Conversation()
    for number, item in enumerate(given):
        at = f"input[{number}]"
        conversation.take(object_at(item, at), at)
    return conversation.whole()


class _Conversation:
    """Gather items into messages."""

    def __init__(self) -> None:
        self._messages: list[Message] = []
        self._turn: list[Part] = []
        self._calls: set[str] = set()

    def take(self, item: Body, at: str) -> None:
        """Take the next item."""
        match item.get("type") or "message":
            case "message":
                self._message(item, at)
            case "reasoning":
                self._turn.extend(reasoning_parts(item))
            case "function_call":
                self._turn.append(self._call(item, at))
            case "image_generation_call":
                self._turn.append(_drawn(item, at))
            case "function_call_output":
                self._result(item, at)
            case "item_reference":
                raise wrong(at, "refers to an item that was not kept: send the item itself")
            case str(kind):
                raise UnsupportedFeature(
                    f"{at}: items of type {kind!r} are not supported", details={"param": f"{at}.type", "feature": kind}
                )
            case other:
                raise wrong(f"{at}.type", f"must be a text, not {other!r}")

    def whole(self) -> tuple[Message, ...]:
        """Return the messages, after the last item."""
        self._close()
        return tuple(self._messages)

    def _message(self, item: Body, at: str) -> None:
        role = item.get("role")
        if role not in _ROLES:
            raise wrong(f"{at}.role", f"must be one of {', '.join(_ROLES)}, not {role!r}")
        parts = content_parts(item.get("content"), f"{at}.content")
        if role != "assistant":
            self._close()
            self._messages.append(Message(cast(Role, role), parts))
            return
        if self._turn and isinstance(self._turn[-1], TextPart):
            self._close()
        self._turn.extend(parts)

    def _call(self, item: Body, at: str) -> ToolCallPart:
        call = needed_text(item, "call_id", f"{at}.")
        self._calls.add(call)
        return ToolCallPart(call, needed_text(item, "name", f"{at}."), text(item, "arguments", f"{at}.") or "{}")

    def _result(self, item: Body, at: str) -> None:
        call = needed_text(item, "call_id", f"{at}.")
        if call not in self._calls:
            raise wrong(f"{at}.call_id", "must name a function_call that stands before it")
        self._close()
        self._messages.append(Message("tool", content_parts(item.get("output"), f"{at}.output"), tool_call_id=call))

    def _close(self) -> None:
        """End the assistant's turn, if one is open."""
        if self._turn:
            self._messages.append(Message("assistant", tuple(self._turn)))
            self._turn = []


def content_parts(content: object, at: str) -> tuple[Part, ...]:
    """Return the parts of a content: a text or a list of parts. Raises like `messages_of`."""
    if isinstance(content, str):
        return (TextPart(content),) if content else ()
    if not isinstance(content, list):
        raise wrong(at, "must be a text or a list of parts")
    return tuple(_part(object_at(part, f"{at}[{number}]"), f"{at}[{number}]") for number, part in enumerate(content))


def _part(fields: Body, at: str) -> Part:
    match fields.get("type"):
        case "input_text" | "output_text" | "text":
            return TextPart(_words(fields, "text", at))
        case "refusal":
            return TextPart(_words(fields, "refusal", at))
        case "input_image":
            return _image(fields, at)
        case "input_audio":
            audio = object_at(fields.get("input_audio"), f"{at}.input_audio")
            inner = f"{at}.input_audio."
            return AudioPart(needed_text(audio, "data", inner), needed_text(audio, "format", inner))
        case "input_file":
            return _file(fields, at)
        case str(kind):
            raise UnsupportedFeature(f"{at}: content of type {kind!r} is not supported", details={"param": f"{at}.type", "feature": kind})
        case other:
            raise wrong(f"{at}.type", f"must be input_text, input_image, input_file or input_audio, not {other!r}")


def _drawn(item: Body, at: str) -> ImagePart:
    """Read a picture that the assistant drew."""
    data = text(item, "result", f"{at}.")
    if not data:
        raise wrong(f"{at}.result", "must hold the picture: nothing is kept here")
    return ImagePart(picture_url(data, f"{at}.result"))


def _words(fields: Body, key: str, at: str) -> str:
    value = text(fields, key, f"{at}.")
    if value is None:
        raise wrong(f"{at}.{key}", "must be a text, not null")
    return value


def _image(fields: Body, at: str) -> ImagePart:
    if text(fields, "file_id", f"{at}."):
        raise UnsupportedFeature(f"{at}: images by the id of a file are not supported", details={"param": at, "feature": "image_file_id"})
    url = image_url(needed_text(fields, "image_url", f"{at}."), f"{at}.image_url")
    return ImagePart(url, text(fields, "detail", f"{at}."))


def _file(fields: Body, at: str) -> FilePart:
    data = text(fields, "file_data", f"{at}.") or text(fields, "file_url", f"{at}.") or None
    file_id = text(fields, "file_id", f"{at}.") or None
    if data is None and file_id is None:
        raise wrong(at, "must have file_data, file_url or file_id")
    return FilePart(data, file_id, text(fields, "filename", f"{at}."))
