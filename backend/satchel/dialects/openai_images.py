"""The door side of OpenAI's image generation: a prompt in, pictures out, as base64 or as URLs. Pure.

Source: OpenAI's reference, OpenRouter's OpenAPI and the `openai` clients (PyPI 3.54, npm 6), checked 2026-11-28.
"""

from collections.abc import Mapping
from typing import Literal, cast

import orjson

from satchel.dialects.openai_chat_reply import usage_object
from satchel.dialects.request_fields import Body, boolean, integer, kind_of, needed_text, text, wrong
from satchel.domain.catalog import PREFERRED
from satchel.domain.chat import Json
from satchel.domain.errors import UnsupportedFeature
from satchel.domain.events import Event, Finished, FinishReason, Image
from satchel.domain.images import ImageRequest

Format = Literal["b64_json", "url"]

ANY_MODEL = "satchel/images"
_MAX_IMAGES = 10
_DETAILS = ("quality", "background", "output_format", "output_compression", "style", "moderation", "aspect_ratio", "resolution", "seed")


def parse_request(body: Body) -> ImageRequest:
    """Return the request that `body` makes.

    Raises:
        MalformedRequest: a field is missing, of the wrong type or out of range; `details.param` names it.
        UnsupportedFeature: it wants a stream of drafts, or pictures made from others.
    """
    if boolean(body, "stream"):
        raise UnsupportedFeature("pictures come whole here, not as a stream of drafts", details={"param": "stream", "feature": "stream"})
    if body.get("input_references"):
        message = "input_references are not supported here; send pictures to a model that chats"
        raise UnsupportedFeature(message, details={"param": "input_references", "feature": "input_references"})
    model = text(body, "model") or ANY_MODEL
    return ImageRequest(
        model=ANY_MODEL if model == PREFERRED else model,
        prompt=needed_text(body, "prompt"),
        n=integer(body, "n", 1, _MAX_IMAGES) or 1,
        size=text(body, "size"),
        details={name: _detail(name, value) for name in _DETAILS if (value := body.get(name)) is not None},
        user=text(body, "user"),
    )


def parse_format(body: Body) -> Format | None:
    """Return how the caller wants pictures; None is as they come."""
    given = text(body, "response_format")
    if given not in (None, "b64_json", "url"):
        raise wrong("response_format", f"must be b64_json or url, not {given!r}")
    return cast(Format | None, given)


def _detail(name: str, value: object) -> str | int:
    if not isinstance(value, str | int) or isinstance(value, bool):
        raise wrong(name, f"must be a text or a number, not {kind_of(value)}")
    return value


class JsonEncoder:
    """Collect one generation's events into the list that clients read."""

    __slots__ = ("_created", "_data", "_finished", "_format")

    def __init__(self, created: int, image_format: Format | None) -> None:
        self._created = created
        self._format = image_format
        self._data: list[Json] = []
        self._finished = Finished(FinishReason.ERROR)

    def add(self, event: Event) -> None:
        """Take one event."""
        if isinstance(event, Image):
            self._data.append(_written(event, self._format))
        elif isinstance(event, Finished):
            self._finished = event

    def body(self) -> bytes:
        """Return the whole body."""
        end = self._finished
        usage = usage_object(end.usage, end.cost)
        read, made = usage["prompt_tokens"], usage["completion_tokens"]
        same = {"input_tokens": read, "output_tokens": made, "input_tokens_details": {"text_tokens": read, "image_tokens": 0}}
        served = {name: said for name, said in (("model", end.model), ("provider", end.provider)) if said}
        return orjson.dumps({"created": self._created, "data": self._data, "usage": {**usage, **same}, **served})


def _written(image: Image, image_format: Format | None) -> Mapping[str, object]:
    """Return a picture as its caller wants it. What lies at a URL elsewhere stays there: it is not fetched for them."""
    media_type, data = image.inline
    told: dict[str, object] = {"revised_prompt": image.revised_prompt} if image.revised_prompt else {}
    if not data or image_format == "url":
        return {"url": image.url, **told}
    return {"b64_json": data, "media_type": media_type, **told}
