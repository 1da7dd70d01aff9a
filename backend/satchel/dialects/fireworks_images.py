"""Pictures by Fireworks: one at a time, by the path of its model. Pure.

Source: Fireworks' reference of text to image, checked 2026-11-28; nothing of it was recorded.
"""

import orjson

from satchel.dialects.openai_chat_errors import upstream_details
from satchel.dialects.openai_images_upstream import image_of
from satchel.dialects.whole_answer import WholeAnswer
from satchel.domain.catalog import Endpoint
from satchel.domain.chat import Json
from satchel.domain.errors import UnsupportedFeature
from satchel.domain.events import Event, Finished, FinishReason, Image, Started
from satchel.domain.images import ImageRequest
from satchel.domain.usage import Usage

_RATIOS = frozenset({"1:1", "21:9", "16:9", "3:2", "5:4", "4:5", "2:3", "9:16", "9:21", "4:3", "3:4"})
_TAKEN = frozenset({"seed"})


def path_of(endpoint: Endpoint) -> str:
    """Return where a model draws, below the base URL."""
    return f"/workflows/{endpoint.native_model}/text_to_image"


def encode_request(request: ImageRequest, endpoint: Endpoint) -> bytes:
    """Return the JSON body that asks `endpoint`.

    Raises:
        UnsupportedFeature: several pictures at once.
    """
    if request.n != 1:
        message = f"{endpoint.provider_name} draws one picture at a time; send {request.n} requests"
        raise UnsupportedFeature(message, details={**upstream_details(endpoint), "param": "n", "feature": "several pictures"})
    body: dict[str, object] = {"prompt": request.prompt}
    if request.ratio in _RATIOS:
        body["aspect_ratio"] = request.ratio
    return orjson.dumps({**body, **{name: value for name, value in request.details.items() if name in _TAKEN}})


def dropped_parameters(request: ImageRequest) -> tuple[str, ...]:
    """Return what the caller set and Fireworks does not take."""
    shape = [] if request.ratio in _RATIOS else [name for name in ("size", "aspect_ratio") if name in _given(request)]
    return (*shape, *(name for name in _given(request) if name not in {"size", "aspect_ratio", *_TAKEN}))


def _given(request: ImageRequest) -> list[str]:
    beside = {"size": request.size, "user": request.user}
    return [*(name for name, value in beside.items() if value is not None), *request.details]


class ImageDecoder(WholeAnswer):
    """Decode one answer: `data:` URLs, or plain base64."""

    def _events(self, answer: Json) -> list[Event]:
        given = answer.get("base64")
        found = [one for one in (given if isinstance(given, list) else [given]) if isinstance(one, str) and one]
        if not found:
            raise self._garbled("no pictures")
        images = [Image(one, index) if one.startswith("data:") else image_of(one, index=index) for index, one in enumerate(found)]
        return [Started(self._endpoint.native_model), *images, Finished(FinishReason.STOP, usage=Usage(images=len(images)))]
