"""Pictures by Google's models: Gemini's draw while they chat, Imagen's know `predict`. Pure.

Source: Google's references, checked 2026-11-28.
"""

import orjson

from satchel.dialects.json_fields import children, text
from satchel.dialects.openai_images_upstream import image_of
from satchel.dialects.whole_answer import WholeAnswer
from satchel.domain.catalog import Endpoint
from satchel.domain.chat import ChatRequest, Json, Message, TextPart
from satchel.domain.events import Event, Finished, FinishReason, Started
from satchel.domain.images import ImageRequest
from satchel.domain.usage import Usage

_RATIOS = frozenset({"1:1", "2:3", "3:2", "3:4", "4:3", "4:5", "5:4", "9:16", "16:9", "21:9"})


def is_imagen(endpoint: Endpoint) -> bool:
    """Tell whether the model knows nothing but `predict`."""
    return endpoint.native_model.removeprefix("models/").startswith("imagen")


def as_chat(request: ImageRequest) -> ChatRequest:
    """Return the chat that asks a Gemini model to draw."""
    message = Message("user", (TextPart(request.prompt),))
    return ChatRequest(request.model, (message,), n=request.n, modalities=("image",), aspect_ratio=_ratio(request))


def encode_predict(request: ImageRequest) -> bytes:
    """Return the body of `predict`."""
    parameters: dict[str, object] = {"sampleCount": request.n}
    if (ratio := _ratio(request)) is not None:
        parameters["aspectRatio"] = ratio
    return orjson.dumps({"instances": [{"prompt": request.prompt}], "parameters": parameters})


def dropped_parameters(request: ImageRequest) -> tuple[str, ...]:
    """Return what the caller set and Google does not take."""
    lost = ["size"] if request.size is not None and _ratio(request) is None else []
    return (*lost, *(name for name in request.details if name != "aspect_ratio"), *(["user"] if request.user is not None else []))


class PredictDecoder(WholeAnswer):
    """Decode one answer of `predict`."""

    def _events(self, answer: Json) -> list[Event]:
        found = [one for one in children(answer, "predictions") if text(one, "bytesBase64Encoded")]
        if not found:
            raise self._garbled("no pictures")
        images = [
            image_of(text(one, "bytesBase64Encoded"), text(one, "prompt") or None, text(one, "mimeType") or None, index)
            for index, one in enumerate(found)
        ]
        started, end = Started(self._endpoint.native_model), Finished(FinishReason.STOP, usage=Usage(images=len(images)))
        return [started, *images, end]


def _ratio(request: ImageRequest) -> str | None:
    return request.ratio if request.ratio in _RATIOS else None
