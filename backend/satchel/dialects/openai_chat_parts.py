"""Message content of OpenAI Chat Completions as `Part`s: what a door reads."""

from collections.abc import Mapping
from typing import cast

import orjson

from satchel.dialects.inline_data import image_url
from satchel.domain.chat import AudioPart, FilePart, ImagePart, Json, Part, ReasoningPart, TextPart, ToolCallPart
from satchel.domain.errors import MalformedRequest, UnsupportedFeature


def content_parts(content: object, at: str) -> tuple[Part, ...]:
    """Return the parts of a message's `content`: a text, a list of parts, or null for none.

    Raises:
        MalformedRequest: a part has the wrong shape; the message names it as `at`.
        UnsupportedFeature: a kind of part that Satchel does not carry.
    """
    if content is None or content == "":
        return ()
    if isinstance(content, str):
        return (TextPart(content),)
    if not isinstance(content, list):
        raise _wrong(at, "must be a text or a list of parts")
    return tuple(_part(part, f"{at}[{index}]") for index, part in enumerate(content))


def assistant_parts(fields: Json, at: str, content: tuple[Part, ...]) -> tuple[Part, ...]:
    """Return an assistant turn's parts in the order they were made: reasoning, content, tool calls."""
    content = (*content, *_drawn(fields, at))
    calls = fields.get("tool_calls")
    if calls is None:
        return (*_reasoning(fields), *content)
    if not isinstance(calls, list):
        raise _wrong(f"{at}.tool_calls", "must be a list")
    made = tuple(_tool_call(call, f"{at}.tool_calls[{index}]") for index, call in enumerate(calls))
    return (*_reasoning(fields), *content, *made)


def _drawn(fields: Json, at: str) -> tuple[Part, ...]:
    """Read the pictures that the assistant drew: `images`, as answers have them."""
    drawn = fields.get("images")
    if drawn is None:
        return ()
    if not isinstance(drawn, list):
        raise _wrong(f"{at}.images", "must be a list")
    found = [_part(one, f"{at}.images[{index}]") for index, one in enumerate(drawn)]
    if not all(isinstance(part, ImagePart) for part in found):
        raise _wrong(f"{at}.images", "must hold nothing but image_url")
    return tuple(found)


def _part(part: object, at: str) -> Part:
    if not isinstance(part, Mapping):
        raise _wrong(at, "must be an object with a type")
    fields = cast(Json, part)
    kind = fields.get("type")
    match kind:
        case "text" | "input_text" | "output_text" | "refusal":
            return TextPart(_text(fields, "refusal" if kind == "refusal" else "text", at))
        case "image_url":
            return _image(fields, at)
        case "input_audio":
            audio = _inner(fields, "input_audio", at)
            return AudioPart(_text(audio, "data", f"{at}.input_audio"), _text(audio, "format", f"{at}.input_audio"))
        case "file":
            return _file(_inner(fields, "file", at), f"{at}.file")
        case "video_url" | "input_video":
            raise UnsupportedFeature(f"{at}: video input is not supported", details={"param": at, "feature": "video"})
        case _:
            raise _wrong(f"{at}.type", f"must be text, image_url, input_audio or file, not {kind!r}")


def _image(fields: Json, at: str) -> ImagePart:
    given = fields.get("image_url")
    image = {"url": given} if isinstance(given, str) else _inner(fields, "image_url", at)
    url = image_url(_text(image, "url", f"{at}.image_url"), f"{at}.image_url.url")
    detail = image.get("detail")
    return ImagePart(url, detail if isinstance(detail, str) else None)


def _file(fields: Json, at: str) -> FilePart:
    known = {key: value for key in ("file_data", "file_id", "filename") if isinstance(value := fields.get(key), str)}
    if "file_data" not in known and "file_id" not in known:
        raise _wrong(at, "must have file_data or file_id")
    return FilePart(known.get("file_data"), known.get("file_id"), known.get("filename"))


def _reasoning(fields: Json) -> tuple[Part, ...]:
    """Read reasoning given back: whole `reasoning_details` objects where there are some, else the plain text."""
    details = fields.get("reasoning_details")
    if isinstance(details, list) and details:
        return tuple(_detail(cast(Json, detail)) for detail in details if isinstance(detail, Mapping))
    for key in ("reasoning", "reasoning_content"):
        text = fields.get(key)
        if isinstance(text, str):
            return (ReasoningPart(text),)
    return ()


def _detail(detail: Json) -> ReasoningPart:
    def known(key: str) -> str | None:
        value = detail.get(key)
        return value if isinstance(value, str) else None

    return ReasoningPart(known("text") or known("summary") or "", known("signature"), known("data"), detail)


def _tool_call(call: object, at: str) -> ToolCallPart:
    if not isinstance(call, Mapping):
        raise _wrong(at, "must be an object")
    function = _inner(cast(Json, call), "function", at)
    arguments = function.get("arguments")
    if isinstance(arguments, Mapping):
        arguments = orjson.dumps(arguments).decode()
    if arguments is not None and not isinstance(arguments, str):
        raise _wrong(f"{at}.function.arguments", "must be JSON in a text")
    return ToolCallPart(_text(cast(Json, call), "id", at), _text(function, "name", f"{at}.function"), arguments or "{}")


def _inner(fields: Json, key: str, at: str) -> Json:
    value = fields.get(key)
    if not isinstance(value, Mapping):
        raise _wrong(f"{at}.{key}", "must be an object")
    return cast(Json, value)


def _text(fields: Json, key: str, at: str) -> str:
    value = fields.get(key)
    if not isinstance(value, str):
        raise _wrong(f"{at}.{key}", "must be a text")
    return value


def _wrong(param: str, why: str) -> MalformedRequest:
    return MalformedRequest(f"{param} {why}", details={"param": param})
