"""The upstream side of OpenAI's image generation, as OpenAI and its kin take it. Pure.

Source: the references of OpenAI, Azure, xAI, Together, DeepInfra and OpenRouter, checked 2026-11-28.
"""

import orjson

from satchel.dialects.json_fields import child, children, count, text
from satchel.dialects.whole_answer import WholeAnswer
from satchel.domain.catalog import Endpoint
from satchel.domain.chat import Json
from satchel.domain.events import Event, Finished, FinishReason, Image, Started
from satchel.domain.images import ImageRequest
from satchel.domain.usage import Usage

_TYPES = ((b"iVBOR", "image/png"), (b"/9j/", "image/jpeg"), (b"UklGR", "image/webp"))


def encode_request(request: ImageRequest, endpoint: Endpoint) -> bytes:
    """Return the JSON body that asks `endpoint`."""
    quirks = endpoint.quirks
    body: dict[str, object] = {"model": endpoint.native_model, "prompt": request.prompt}
    if request.n != 1:
        body["n"] = request.n
    if quirks.image_sides and request.sides is not None:
        body["width"], body["height"] = request.sides
    else:
        body |= {"size": request.size} if request.size is not None else {}
    body |= {**request.details, **({"user": request.user} if request.user is not None else {})}
    body = {name: value for name, value in body.items() if name not in quirks.unsupported}
    if quirks.image_format:
        body["response_format"] = quirks.image_format
    return orjson.dumps(body)


def dropped_parameters(request: ImageRequest, endpoint: Endpoint) -> tuple[str, ...]:
    """Return what the caller set and `encode_request` leaves out."""
    given = {"size": request.size, **request.details, "user": request.user}
    return tuple(name for name, value in given.items() if value is not None and name in endpoint.quirks.unsupported)


def image_of(data: str, revised_prompt: str | None = None, media_type: str | None = None, index: int = 0) -> Image:
    """Return a picture that came as base64; its type is told by its first bytes where nobody says it."""
    head = data[:5].encode("ascii", "ignore")
    found = media_type or next((kind for mark, kind in _TYPES if head.startswith(mark)), "image/png")
    return Image(f"data:{found};base64,{data}", index, revised_prompt)


class ImageDecoder(WholeAnswer):
    """Decode one answer of pictures."""

    def _events(self, answer: Json) -> list[Event]:
        events: list[Event] = [Started(self._endpoint.native_model)]
        for index, one in enumerate(children(answer, "data")):
            data, url, told = text(one, "b64_json"), text(one, "url"), text(one, "revised_prompt") or None
            if data:
                events.append(image_of(data, told, text(one, "media_type") or None, index))
            elif url:
                events.append(Image(url, index, told))
        if len(events) == 1:
            raise self._garbled("no pictures")
        return [*events, Finished(FinishReason.STOP, usage=_usage(child(answer, "usage"), len(events) - 1))]


def _usage(report: Json, images: int) -> Usage:
    """Return a report as `Usage`. What is written are pictures, but for words that are counted apart."""
    written = count(report, "output_tokens") or count(report, "completion_tokens")
    words = count(child(report, "output_tokens_details"), "text_tokens")
    read = count(report, "input_tokens") or count(report, "prompt_tokens")
    return Usage(input_tokens=read, output_tokens=written, image_tokens=max(0, written - words), images=images)
