"""Pictures by Fireworks. Bodies are written by its reference."""

from dataclasses import replace

import orjson
import pytest

from satchel.dialects.fireworks_images import ImageDecoder, dropped_parameters, encode_request
from satchel.dialects.openai_surfaces import asked, dropped
from satchel.domain.catalog import Quirks
from satchel.domain.errors import ProviderGarbled, UnsupportedFeature
from satchel.domain.events import Finished, FinishReason, Image, Started
from satchel.domain.images import ImageRequest
from satchel.domain.usage import Usage

from .hosts import endpoint

FLUX = endpoint(native_model="accounts/fireworks/models/flux", quirks=Quirks(images_dialect="fireworks"))
CAT = ImageRequest("a/b", "a cat", size="1536x1024", details={"seed": 7, "quality": "high"}, user="me")


def test_a_model_is_asked_by_its_path_for_a_shape() -> None:
    outgoing = asked(CAT, FLUX, str)
    assert outgoing.url == "https://api.acme.example/v1/workflows/accounts/fireworks/models/flux/text_to_image"
    assert isinstance(outgoing.decoder, ImageDecoder)
    assert orjson.loads(outgoing.body) == {"prompt": "a cat", "aspect_ratio": "3:2", "seed": 7}
    assert dropped(CAT, FLUX) == ("user", "quality")


def test_a_shape_that_is_none_of_its_own_is_left_out_and_told() -> None:
    odd = ImageRequest("a/b", "a cat", size="1000x7")
    assert (orjson.loads(encode_request(odd, FLUX)), dropped_parameters(odd)) == ({"prompt": "a cat"}, ("size",))
    said = ImageRequest("a/b", "a cat", details={"aspect_ratio": "7:1"})
    assert dropped_parameters(said) == ("aspect_ratio",)
    assert dropped_parameters(ImageRequest("a/b", "a cat")) == ()


def test_several_pictures_are_refused_before_anything_is_sent() -> None:
    with pytest.raises(UnsupportedFeature, match="one picture at a time; send 2 requests") as refused:
        encode_request(replace(CAT, n=2), FLUX)
    assert refused.value.details["param"] == "n"


def test_pictures_come_as_data_urls_or_plain() -> None:
    body = {"id": "1", "base64": ["data:image/jpeg;base64,AA==", "iVBORw0KGgo="], "finishReason": "SUCCESS", "seed": 1}
    started, first, second, end = ImageDecoder(FLUX).decode_json(orjson.dumps(body))
    assert started == Started("accounts/fireworks/models/flux")
    assert (first, second) == (Image("data:image/jpeg;base64,AA=="), Image("data:image/png;base64,iVBORw0KGgo=", 1))
    assert end == Finished(FinishReason.STOP, usage=Usage(images=2))
    assert ImageDecoder(FLUX).decode_json(b'{"base64": "AA=="}')[1] == Image("data:image/png;base64,AA==")


@pytest.mark.parametrize("body", [b"{}", b'{"base64": []}', b'{"base64": [7, ""]}'])
def test_an_answer_without_pictures_is_garbled(body: bytes) -> None:
    with pytest.raises(ProviderGarbled, match="no pictures"):
        ImageDecoder(FLUX).decode_json(body)
