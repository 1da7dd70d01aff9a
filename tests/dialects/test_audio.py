"""Speech and transcripts: what is sent, what is read, what it costs. Bodies are written by the providers' references."""

from base64 import b64encode
from datetime import date
from decimal import Decimal

import orjson
import pytest

from satchel.dialects.openai_models import parse_models
from satchel.dialects.openai_speech import SoundDecoder, dropped_parameters, encode_request, parse_request
from satchel.dialects.openai_transcription import Encoder, Form, form_of
from satchel.dialects.openai_transcription import parse_request as parse_form
from satchel.dialects.openai_transcription_upstream import TranscriptDecoder
from satchel.dialects.openai_transcription_upstream import encode_request as encode_form
from satchel.domain.audio import SpeechRequest, TranscriptionRequest
from satchel.domain.catalog import Quirks
from satchel.domain.errors import MalformedRequest, ProviderGarbled
from satchel.domain.events import Event, Finished, FinishReason, Sound, Started, Transcript, size_of
from satchel.domain.prompt_size import other_output_bound, usage_bound, usage_estimate
from satchel.domain.usage import UNPRICED, Price, Usage, cost, worst_case_nusd

from .hosts import endpoint

HEARD = TranscriptionRequest("a/b", b"RIFF" * 1_000, 'a"b\r\n.wav', "audio/wav")
SAID = SpeechRequest("a/b", "Good day", "alloy", "mp3", 1.0, "slowly")
DAY = date(2026, 11, 1)


def test_no_model_means_the_first_that_can() -> None:
    assert parse_request({"input": "a"}).model == "satchel/speech"
    assert parse_form(Form({"model": ["satchel/preferred"]}, b"x")).model == "satchel/transcription"


def test_what_a_host_does_not_take_is_left_out_and_named() -> None:
    host = endpoint(quirks=Quirks(unsupported=frozenset({"instructions", "speed", "transcript_format"})))
    assert orjson.loads(encode_request(SAID, host)) == {"model": "m-1", "input": "Good day", "voice": "alloy", "response_format": "mp3"}
    assert dropped_parameters(SAID, host) == ("speed", "instructions")
    assert b"response_format" not in encode_form(HEARD, host)[1]


def test_a_file_s_name_cannot_leave_its_quotes() -> None:
    content_type, body = encode_form(HEARD, endpoint())
    boundary = content_type.partition("boundary=")[2].encode()
    assert body.count(boundary) == 4
    assert b'filename="ab.wav"\r\nContent-Type: audio/wav\r\n\r\nRIFF' in body


def test_a_model_paid_by_the_minute_is_asked_how_long_it_was() -> None:
    assert b"verbose_json" in encode_form(HEARD, endpoint(native_model="whisper-large-v3"))[1]
    assert b"verbose_json" not in encode_form(HEARD, endpoint(native_model="gpt-4o-transcribe"))[1]


@pytest.mark.parametrize(
    ("wanted", "first", "media_type"),
    [
        (None, b"RIFF", "audio/wav"),
        (None, b"OggS", "audio/ogg"),
        (None, b"fLaC", "audio/flac"),
        (None, b"\xff\xf1", "audio/aac"),
        (None, b"\xff\xfb", "audio/mpeg"),
        (None, b"\x00\x01", "audio/mpeg"),
        ("pcm", b"\x00\x01", "audio/pcm"),
    ],
)
def test_a_sound_is_what_was_asked_for_or_how_it_begins(wanted: str | None, first: bytes, media_type: str) -> None:
    decoder = SoundDecoder(endpoint(), wanted)
    events: list[Event] = [*decoder.feed(b""), *decoder.feed(first), *decoder.feed(b"more"), *decoder.close()]
    assert events == [Started("m-1"), Sound(first, media_type), Sound(b"more", media_type), Finished(FinishReason.STOP)]
    assert size_of(events[1]) == len(first)


def test_sound_may_come_whole_in_json_and_a_page_is_none() -> None:
    whole = orjson.dumps({"audio_data": b64encode(b"ID3!").decode()})
    assert SoundDecoder(endpoint(), None).decode_json(whole)[1] == Sound(b"ID3!", "audio/mpeg")
    for wrong in (b'{"audio_data": "?"}', b"{}"):
        with pytest.raises(ProviderGarbled):
            SoundDecoder(endpoint(), None).decode_json(wrong)
    with pytest.raises(ProviderGarbled, match="a page"):
        page = SoundDecoder(endpoint(), None)
        assert (page.feed(b" <html>"), page.ended) == ([], True)
        page.close()
    with pytest.raises(ProviderGarbled, match="no sound"):
        SoundDecoder(endpoint(), None).close()


@pytest.mark.parametrize(
    ("told", "usage"),
    [
        ({}, None),
        ({"duration": 1.2}, Usage(seconds=2)),
        ({"duration": True}, None),
        ({"usage": {"type": "duration", "seconds": 3}}, Usage(seconds=3)),
        ({"usage": {"prompt_audio_seconds": 4, "prompt_tokens": 5, "completion_tokens": 6}}, Usage(5, 6, seconds=4)),
        ({"usage": {"input_tokens": 5, "output_tokens": 6, "input_token_details": {"audio_tokens": 9}}}, Usage(5, 6, audio_tokens=5)),
    ],
)
def test_how_much_was_heard_stands_in_many_places(told: dict[str, object], usage: Usage | None) -> None:
    events = TranscriptDecoder(endpoint()).decode_json(orjson.dumps({"text": "Hi.", "language": "en", **told}))
    assert isinstance(events[1], Transcript)
    assert (events[1].text, events[1].detail["language"]) == ("Hi.", "en")
    assert events[2] == Finished(FinishReason.STOP, usage=usage)
    assert size_of(events[1]) == 3


def test_what_is_no_transcript_is_garbled() -> None:
    with pytest.raises(ProviderGarbled, match="no transcript"):
        TranscriptDecoder(endpoint()).decode_json(b'{"text": 7}')


def test_subtitles_without_times_are_one_piece() -> None:
    encoder = Encoder("vtt")
    for event in (Started("m"), Transcript("Hi.", {"duration": 2}), Finished(FinishReason.STOP)):
        encoder.add(event)
    assert encoder.body() == b"WEBVTT\n\n00:00:00.000 --> 00:00:02.000\nHi.\n\n"
    assert encoder.media_type.startswith("text/plain")


def test_bounds_are_above_estimates() -> None:
    for request in (HEARD, SAID):
        most, fair = usage_bound(request), usage_estimate(request, 0, 0, 0)
        assert most.input_tokens >= fair.input_tokens > 0
        assert (most.seconds, most.characters) >= (fair.seconds, fair.characters)
        assert other_output_bound(request) >= fair.output_tokens


def test_sound_costs_by_the_minute_by_characters_or_by_tokens() -> None:
    nothing = Decimal(0)
    minute = Price(nothing, nothing, DAY, per_minute_usd=Decimal("0.006"))
    assert cost(Usage(seconds=30), minute).nusd == 3_000_000
    assert worst_case_nusd(minute, Usage(seconds=60)) == 6_000_000
    assert cost(Usage(characters=100), Price(nothing, nothing, DAY, character_usd=Decimal(15))).nusd == 1_500_000
    heard = Price(Decimal(2), Decimal(10), DAY, audio_usd=Decimal(6))
    assert cost(Usage(20, 5, audio_tokens=15), heard).nusd == 15 * 6_000 + 5 * 2_000 + 5 * 10_000
    assert cost(Usage(20, 5, audio_tokens=15), Price(Decimal(2), Decimal(10), DAY)).nusd == 20 * 2_000 + 5 * 10_000
    assert cost(Usage(seconds=9), heard) == UNPRICED
    assert worst_case_nusd(heard, Usage(20)) == 20 * 6_000


def test_lists_say_what_speaks_and_what_listens() -> None:
    models = [{"id": "whisper-1"}, {"id": "tts-1"}, {"id": "a/sonic", "type": "audio"}, {"id": "b/hears", "type": "transcribe"}]
    listed = parse_models(models, DAY) or []
    assert [sorted(one.capabilities) for one in listed] == [["transcription"], ["speech"], ["speech"], ["transcription"]]


@pytest.mark.parametrize(
    ("media_type", "filename"),
    [
        ("audio/webm;codecs=opus", "audio.webm"),
        ("audio/mpeg", "audio.mp3"),
        ("audio/x-wav", "audio.wav"),
        ("audio/wave", "audio.wav"),
        ("", "audio.wav"),
    ],
)
def test_a_sound_in_a_data_url_is_a_file_with_the_ending_of_its_type(media_type: str, filename: str) -> None:
    form = form_of({"file": f"data:{media_type};base64,AAAA"})
    assert (form.file, form.filename) == (b"\x00\x00\x00", filename)
    assert form.media_type == (media_type.partition(";")[0] or "application/octet-stream")
    assert parse_form(form).timed is False


def test_what_a_json_body_says_beside_its_sound_is_in_its_form() -> None:
    said = {"model": "a/b", "language": "en", "prompt": "Ada", "temperature": 0, "timestamp_granularities": ["word"], "filename": "a.ogg"}
    request = parse_form(form_of({"file": "data:audio/ogg;base64,AAAA", **said}))
    assert (request.model, request.language, request.prompt, request.temperature) == ("a/b", "en", "Ada", 0.0)
    assert (request.timed, request.granularities, request.filename) == (True, ("word",), "a.ogg")


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({}, "file"),
        ({"file": 7}, "file"),
        ({"file": "AAAA"}, "file"),
        ({"file": "https://a.example/a.wav;base64,AAAA"}, "file"),
        ({"file": "data:audio/wav;base64,"}, "file"),
        ({"file": "data:audio/wav;base64,no base64"}, "file"),
        ({"file": "data:audio/wav;base64,AAAA", "temperature": 2}, "temperature"),
        ({"file": "data:audio/wav;base64,AAAA", "language": 7}, "language"),
        ({"file": "data:audio/wav;base64,AAAA", "timestamp_granularities": "word"}, "timestamp_granularities"),
    ],
)
def test_a_json_body_that_is_wrong_is_refused_by_its_field(body: dict[str, object], param: str) -> None:
    with pytest.raises(MalformedRequest) as refused:
        form_of(body)
    assert refused.value.details == {"param": param}
