"""Pictures in every dialect. Bodies are written by the providers' references; a recorded answer of Gemini's is in tests/recordings."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import orjson
import pytest

from satchel.dialects import gemini, gemini_images, gemini_request, openai_chat, openai_images_upstream
from satchel.dialects.openai_chat_reply import JsonEncoder, StreamEncoder
from satchel.dialects.openai_chat_request import parse_request
from satchel.dialects.openai_models import parse_models
from satchel.domain.catalog import Quirks
from satchel.domain.errors import MalformedRequest, ProviderGarbled, UnsupportedFeature
from satchel.domain.events import Event, Finished, FinishReason, Image, Started, TextDelta
from satchel.domain.images import ImageRequest
from satchel.domain.routes import rank, worst_case
from satchel.domain.usage import FREE, UNPRICED, Cost, Price, Usage, cost, with_images

from .hosts import endpoint

CAT = ImageRequest("a/b", "a cat", 2, "1536x1024", {"quality": "high", "seed": 7}, "me")
PNG = "iVBORw0KGgo="
URL = f"data:image/png;base64,{PNG}"
PRICE = Price(Decimal(1), Decimal(10), date(2026, 11, 1), image_usd=Decimal(40))


def test_each_request_is_in_its_host_s_own_words() -> None:
    plain = orjson.loads(openai_images_upstream.encode_request(CAT, endpoint()))
    assert plain == {"model": "m-1", "prompt": "a cat", "n": 2, "size": "1536x1024", "quality": "high", "seed": 7, "user": "me"}
    sides = endpoint(quirks=Quirks(image_sides=True, image_format="base64", unsupported=frozenset({"quality", "user"})))
    assert orjson.loads(openai_images_upstream.encode_request(CAT, sides)) == {
        "model": "m-1",
        "prompt": "a cat",
        "n": 2,
        "width": 1536,
        "height": 1024,
        "seed": 7,
        "response_format": "base64",
    }
    assert openai_images_upstream.dropped_parameters(CAT, sides) == ("quality", "user")
    assert orjson.loads(gemini_images.encode_predict(CAT)) == {
        "instances": [{"prompt": "a cat"}],
        "parameters": {"sampleCount": 2, "aspectRatio": "3:2"},
    }
    assert gemini_images.dropped_parameters(CAT) == ("quality", "seed", "user")
    odd = replace(CAT, size="1000x7", details={}, user=None)
    assert gemini_images.dropped_parameters(odd) == ("size",)
    assert orjson.loads(gemini_images.encode_predict(odd))["parameters"] == {"sampleCount": 2}
    assert gemini_images.as_chat(ImageRequest("a/b", "a cat")).aspect_ratio is None
    assert gemini_images.as_chat(ImageRequest("a/b", "a cat", details={"aspect_ratio": "16:9"})).aspect_ratio == "16:9"
    asked = orjson.loads(gemini_request.encode_request(gemini_images.as_chat(CAT), endpoint()))
    assert asked["generationConfig"] == {"candidateCount": 2, "responseModalities": ["IMAGE"], "imageConfig": {"aspectRatio": "3:2"}}


@pytest.mark.parametrize("size", [None, "auto", "0x7", "x", "7x", "1024x1024x3"])
def test_a_size_that_is_none_has_no_sides(size: str | None) -> None:
    assert ImageRequest("a/b", "x", size=size).sides is None


def test_pictures_are_read_as_data_or_where_they_lie() -> None:
    body = {
        "data": [{"b64_json": PNG, "revised_prompt": "a small cat"}, {"url": "https://cdn.example/a"}, {}],
        "usage": {"output_tokens": 9},
    }
    events = openai_images_upstream.ImageDecoder(endpoint()).decode_json(orjson.dumps(body))
    usage = Usage(output_tokens=9, image_tokens=9, images=2)
    assert events == [
        Started("m-1"),
        Image(URL, 0, "a small cat"),
        Image("https://cdn.example/a", 1),
        Finished(FinishReason.STOP, usage=usage),
    ]
    plain = orjson.loads(openai_images_upstream.encode_request(ImageRequest("a/b", "a cat"), endpoint()))
    assert plain == {"model": "m-1", "prompt": "a cat"}
    jpeg = openai_images_upstream.image_of("/9j/4AAQ")
    assert (jpeg.inline, Image("https://a.example").inline) == (("image/jpeg", "/9j/4AAQ"), ("", ""))
    predicted = {"predictions": [{"bytesBase64Encoded": PNG, "mimeType": "image/png"}, {"raiFilteredReason": "no"}]}
    assert gemini_images.PredictDecoder(endpoint()).decode_json(orjson.dumps(predicted))[1] == Image(URL)
    for decoder in (openai_images_upstream.ImageDecoder(endpoint()), gemini_images.PredictDecoder(endpoint())):
        with pytest.raises(ProviderGarbled, match="no pictures"):
            decoder.decode_json(b'{"data": [{}], "predictions": [{}]}')


def test_a_chat_that_draws_says_so_in_openrouter_s_words_both_ways() -> None:
    request = parse_request({"messages": [{"role": "user", "content": "draw"}], "modalities": ["image", "text"]})
    assert request.modalities == ("image", "text")
    answer = {"message": {"content": "Here.", "images": [{"type": "image_url", "image_url": {"url": URL}}]}, "finish_reason": "stop"}
    usage = {"prompt_tokens": 1, "completion_tokens": 9, "completion_tokens_details": {"image_tokens": 8}}
    events = openai_chat.Decoder(endpoint(), str).decode_json(orjson.dumps({"choices": [answer], "usage": usage}))
    assert events[1:3] == [TextDelta("Here."), Image(URL)]
    end = events[-1]
    assert isinstance(end, Finished)
    assert end.usage == Usage(1, 9, image_tokens=8)
    whole, stream = JsonEncoder("gen_1", "a/b", 1), StreamEncoder("gen_1", "a/b", 1)
    said = b"".join(stream.event(event) for event in events)
    for event in events:
        whole.add(event)
    pictures = [{"type": "image_url", "image_url": {"url": URL}}]
    assert orjson.loads(whole.body())["choices"][0]["message"]["images"] == pictures
    assert orjson.dumps({"images": pictures})[1:-1] in said


def test_what_chats_cannot_give_is_refused_by_name() -> None:
    body = {"messages": [{"role": "user", "content": "draw"}]}
    assert parse_request({**body, "modalities": ["text"]}).modalities == ()
    with pytest.raises(UnsupportedFeature, match="audio"):
        parse_request({**body, "modalities": ["text", "audio"]})
    with pytest.raises(MalformedRequest, match="modalities"):
        parse_request({**body, "modalities": ["smell"]})
    with pytest.raises(UnsupportedFeature, match="image_output"):
        rank([endpoint()], parse_request({**body, "modalities": ["image"]}))
    drew = {"role": "assistant", "images": [{"type": "image_url", "image_url": {"url": "https://a.example/cat.png"}}]}
    again = parse_request({**body, "messages": [*body["messages"], drew, *body["messages"]]})
    with pytest.raises(UnsupportedFeature, match="image_output"):
        rank([endpoint(capabilities=frozenset({"chat", "images"}))], again)
    assert rank([endpoint(capabilities=frozenset({"chat", "images", "image_output"}))], again)


def test_gemini_s_pictures_are_events_and_those_of_its_thoughts_are_not() -> None:
    media = {"inlineData": {"mimeType": "image/png", "data": PNG}}
    parts = [{**media, "thought": True}, {"text": "Here."}, media, {"inlineData": {"mimeType": "audio/wav", "data": "AA=="}}]
    usage = {"promptTokenCount": 1, "candidatesTokenCount": 9, "candidatesTokensDetails": [{"modality": "IMAGE", "tokenCount": 8}]}
    body = {"candidates": [{"content": {"parts": parts}, "finishReason": "STOP"}], "usageMetadata": usage}
    events: list[Event] = gemini.Decoder(endpoint(), str).decode_json(orjson.dumps(body))
    assert events[1:] == [TextDelta("Here."), Image(URL), Finished(FinishReason.STOP, "STOP", Usage(1, 9, image_tokens=8))]


def test_pictures_cost_by_their_tokens_or_each_and_nobody_guesses() -> None:
    drawn = Usage(1_000, 1_100, image_tokens=1_000, images=1)
    assert cost(drawn, PRICE).nusd == 1_000 * 1_000 + 100 * 10_000 + 1_000 * 40_000
    each = replace(PRICE, image_usd=None, per_image_usd=Decimal("0.07"))
    assert cost(Usage(images=2), each).nusd == 140_000_000
    assert cost(drawn, replace(PRICE, image_usd=None)) == UNPRICED
    assert cost(drawn, Price(Decimal(0), Decimal(0), date(2026, 11, 1))) == FREE
    assert cost(Usage(1_000, 100), replace(PRICE, image_usd=None)) == Cost(2_000_000)
    assert with_images(Usage(1, 9, 2), 1) == Usage(1, 9, 2, image_tokens=7, images=1)
    assert with_images(drawn, 3) is drawn


def test_the_worst_case_of_pictures_is_known_only_with_their_price() -> None:
    able = frozenset({"image_output"})
    assert worst_case(CAT, [endpoint(price=replace(PRICE, image_usd=None), capabilities=able)]) is None
    bound = worst_case(CAT, [endpoint(price=PRICE, capabilities=able)])
    assert bound is not None
    assert bound > cost(Usage(10, 2 * 6_240, image_tokens=2 * 6_240, images=2), PRICE).nusd
    chat = parse_request({"messages": [{"role": "user", "content": "draw"}], "modalities": ["image"], "max_tokens": 10})
    assert worst_case(chat, [endpoint(price=replace(PRICE, image_usd=None))]) is None
    unasked = replace(chat, modalities=())
    drawing = endpoint(price=PRICE, capabilities=frozenset({"chat", "image_output"}))
    assert (worst_case(unasked, [drawing]) or 0) > 100 * (worst_case(unasked, [endpoint(price=PRICE)]) or 0)


def test_lists_say_what_draws() -> None:
    models = [
        {"id": "a/draws", "supported_parameters": [], "architecture": {"output_modalities": ["image", "text"]}},
        {"id": "flux-1", "type": "image"},
        {"id": "gpt-image-1"},
        {"id": "sora-2"},
    ]
    listed = parse_models(models, date(2026, 11, 1)) or []
    assert [(one.native_model, sorted(one.capabilities)) for one in listed] == [
        ("a/draws", ["chat", "image_output"]),
        ("flux-1", ["image_output"]),
        ("gpt-image-1", ["image_output"]),
    ]


def test_imagen_is_told_by_its_name() -> None:
    names = ["models/imagen-4", "imagen-4", "gemini-3-image"]
    assert [gemini_images.is_imagen(endpoint(native_model=name)) for name in names] == [True, True, False]
    assert "aspectRatio" not in orjson.loads(gemini_images.encode_predict(ImageRequest("a/b", "a cat")))["parameters"]
    asked = orjson.loads(gemini_images.encode_predict(ImageRequest("a/b", "a cat", details={"aspect_ratio": "16:9"})))
    assert asked["parameters"]["aspectRatio"] == "16:9"
