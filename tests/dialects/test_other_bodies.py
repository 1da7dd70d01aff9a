"""Bodies that ask for other things than chats, as callers write them: what is wrong with them is named; and the answers they read."""

import struct
from base64 import b64decode
from typing import Any

import orjson
import pytest

from satchel.dialects import (
    anthropic_messages_reply,
    openai_chat_reply,
    openai_embeddings,
    openai_images,
    openai_responses_reply,
    openai_speech,
    openai_text,
)
from satchel.dialects.openai_transcription import Encoder, Form
from satchel.dialects.openai_transcription import parse_request as parse_form
from satchel.domain.chat import ChatRequest
from satchel.domain.errors import RequestInvalid, UnsupportedFeature
from satchel.domain.events import Embedding, Finished, FinishReason, Image, Started, Transcript
from satchel.domain.usage import Cost, Usage

EMBEDDINGS: list[tuple[dict[str, object], str]] = [
    ({}, "input"),
    ({"input": []}, "input"),
    ({"input": ""}, "input[0]"),
    ({"input": ["a", ""]}, "input[1]"),
    ({"input": ["a", [1]]}, "input"),
    ({"input": [[1], [-1]]}, "input[1]"),
    ({"input": ["a"] * 2_049}, "input"),
    ({"input": "a", "encoding_format": "hex"}, "encoding_format"),
    ({"input": "a", "dimensions": 0}, "dimensions"),
    ({"input": "a", "input_type": "poem"}, "input_type"),
    ({"input": [{"type": "image_url"}]}, "input"),
]
IMAGES: list[tuple[dict[str, object], str]] = [
    ({}, "prompt"),
    ({"prompt": ""}, "prompt"),
    ({"prompt": "a", "n": 0}, "n"),
    ({"prompt": "a", "n": 11}, "n"),
    ({"prompt": "a", "size": 7}, "size"),
    ({"prompt": "a", "quality": ["high"]}, "quality"),
    ({"prompt": "a", "response_format": "png"}, "response_format"),
    ({"prompt": "a", "stream": True}, "stream"),
    ({"prompt": "a", "input_references": [{}]}, "input_references"),
]
SPEECH: list[tuple[dict[str, object], str]] = [
    ({}, "input"),
    ({"input": "a", "response_format": "midi"}, "response_format"),
    ({"input": "a", "speed": 9}, "speed"),
    ({"input": "a", "voice": 1}, "voice"),
    ({"input": "a", "stream_format": "sse"}, "stream_format"),
]
FORMS: list[tuple[dict[str, str], str]] = [
    ({}, "file"),
    ({"file": ""}, "file"),
    ({"file": "x", "response_format": "poem"}, "response_format"),
    ({"file": "x", "temperature": "hot"}, "temperature"),
    ({"file": "x", "temperature": "2"}, "temperature"),
    ({"file": "x", "timestamp_granularities[]": "hour"}, "timestamp_granularities"),
    ({"file": "x", "stream": "true"}, "stream"),
]

DONE = Finished(FinishReason.STOP, "stop", Usage(7, 3), Cost(5), "a/b", "acme")
DOORS: list[tuple[Any, Any, list[tuple[dict[str, object], str]]]] = [
    (openai_embeddings.parse_request, openai_embeddings.parse_format, EMBEDDINGS),
    (openai_images.parse_request, openai_images.parse_format, IMAGES),
    (openai_speech.parse_request, None, SPEECH),
]


def test_what_is_wrong_is_named() -> None:
    for read, read_format, cases in DOORS:
        for body, param in cases:
            with pytest.raises(RequestInvalid) as refused:
                read(body)
                read_format(body)
            assert refused.value.details["param"] == param, body
    for fields, param in FORMS:
        texts = {name: [value] for name, value in fields.items() if name != "file"}
        with pytest.raises(RequestInvalid) as refused:
            parse_form(Form(texts, fields["file"].encode() if "file" in fields else None))
        assert refused.value.details["param"] == param, fields


def test_audio_does_not_come_as_events_and_pictures_not_as_drafts() -> None:
    with pytest.raises(UnsupportedFeature, match="speech comes as sound"):
        openai_speech.parse_request({"input": "a", "stream_format": "sse"})
    with pytest.raises(UnsupportedFeature, match="not as a stream of drafts"):
        openai_images.parse_request({"prompt": "a", "stream": True})


@pytest.mark.parametrize("given", ["one", ["one"], [1, 2], [[1, 2]]])
def test_an_input_is_one_or_many_texts_or_token_ids(given: object) -> None:
    request = openai_embeddings.parse_request({"input": given, "dimensions": 3, "user": "me"})
    assert request.inputs == (("one",) if "one" in (given if isinstance(given, list) else [given]) else ((1, 2),))
    assert (request.dimensions, request.user) == (3, "me")
    assert (request.texts is None) == (request.inputs == ((1, 2),))


def test_vectors_are_written_as_numbers_or_base64() -> None:
    plain, packed = openai_embeddings.JsonEncoder("a/b", "float"), openai_embeddings.JsonEncoder("a/b", "base64")
    for event in (Started("m"), Embedding((0.5, -2.0)), DONE):
        plain.add(event)
        packed.add(event)
    body, other = orjson.loads(plain.body()), orjson.loads(packed.body())
    assert (body["model"], body["data"]) == ("a/b", [{"object": "embedding", "index": 0, "embedding": [0.5, -2.0]}])
    assert struct.unpack("<2f", b64decode(other["data"][0]["embedding"])) == (0.5, -2.0)
    assert (body["usage"]["prompt_tokens"], body["usage"]["total_tokens"]) == (7, 10)


@pytest.mark.parametrize(
    ("url", "wanted", "written"),
    [
        ("data:image/png;base64,AA==", None, {"b64_json": "AA==", "media_type": "image/png", "revised_prompt": "b"}),
        ("data:image/png;base64,AA==", "url", {"url": "data:image/png;base64,AA==", "revised_prompt": "b"}),
        ("https://cdn.example/a", "b64_json", {"url": "https://cdn.example/a", "revised_prompt": "b"}),
    ],
)
def test_pictures_are_written_as_data_or_urls(url: str, wanted: Any, written: dict[str, str]) -> None:
    encoder = openai_images.JsonEncoder(1, wanted)
    for event in (Started("m"), Image(url, 0, "b"), DONE):
        encoder.add(event)
    body = orjson.loads(encoder.body())
    assert (body["created"], body["data"], body["usage"]["output_tokens"]) == (1, [written], 3)


def test_what_a_picture_must_be_like_is_kept_as_it_was_said() -> None:
    request = openai_images.parse_request({"prompt": "a", "quality": "high", "seed": 7, "size": "1024x1024"})
    assert (request.details, request.size) == ({"quality": "high", "seed": 7}, "1024x1024")


def test_formats_are_read_where_they_are_said() -> None:
    assert [openai_embeddings.parse_format({"encoding_format": one}) for one in (None, "float", "base64")] == ["float", "float", "base64"]
    assert [openai_images.parse_format({"response_format": one}) for one in (None, "url", "b64_json")] == [None, "url", "b64_json"]


def test_what_no_chat_says_is_passed_over_by_every_chat_s_encoder() -> None:
    for encoder in (openai_chat_reply.StreamEncoder("gen_1", "a/b", 1), openai_text.StreamEncoder("gen_1", "a/b", 1)):
        assert encoder.event(Embedding((0.5,))) == b""
    assert anthropic_messages_reply.StreamEncoder("gen_1", "a/b").event(Embedding((0.5,))) == b""
    request = ChatRequest("a/b", ())
    assert openai_responses_reply.StreamEncoder("gen_1", request, 1, lambda: 2).event(Embedding((0.5,))) == b""
    message, response = (
        anthropic_messages_reply.JsonEncoder("gen_1", "a/b"),
        openai_responses_reply.JsonEncoder("gen_1", request, 1, lambda: 2),
    )
    for event in (Embedding((0.5,)), DONE):
        message.add(event)
        response.add(event)
    assert (orjson.loads(message.body())["content"], orjson.loads(response.body())["output"]) == ([], [])


def test_no_model_means_the_first_that_draws() -> None:
    assert openai_images.parse_request({"prompt": "a", "model": "satchel/preferred", "n": None}).model == "satchel/images"
    assert openai_images.parse_format({"response_format": "url"}) == "url"


def test_a_transcript_is_written_in_five_ways() -> None:
    segments = [{"start": 0.0, "end": 1.5, "text": " Hello"}, {"start": 1.5, "end": "?", "text": " you."}]
    written = {}
    for how in ("json", "verbose_json", "text", "srt", "vtt"):
        encoder = Encoder(how)
        for event in (Started("m"), Transcript("Hello you.", {"language": "en", "segments": segments}), DONE):
            encoder.add(event)
        written[how] = encoder.body()
    assert orjson.loads(written["json"]).keys() == {"text", "usage"}
    assert orjson.loads(written["verbose_json"])["language"] == "en"
    assert written["text"] == b"Hello you.\n"
    assert written["srt"].startswith(b"1\n00:00:00,000 --> 00:00:01,500\nHello\n\n2\n00:00:01,500 --> 00:00:00,000\nyou.")
    assert written["vtt"].startswith(b"WEBVTT\n\n00:00:00.000 --> 00:00:01.500\nHello\n\n")


def test_a_form_s_choices_are_read() -> None:
    form = Form({"temperature": ["0.5"], "timestamp_granularities[]": ["word", "segment"], "response_format": ["srt"]}, b"x")
    request = parse_form(form)
    assert (request.temperature, request.granularities, request.timed) == (0.5, ("word", "segment"), True)


def test_how_long_a_sound_was_is_told_in_seconds() -> None:
    encoder = Encoder("json")
    encoder.add(Finished(FinishReason.STOP, usage=Usage(seconds=9)))
    usage = orjson.loads(encoder.body())["usage"]
    assert (usage["type"], usage["seconds"]) == ("duration", 9)
