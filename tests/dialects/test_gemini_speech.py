"""Speech by Gemini. Bodies are written by Google's reference."""

import io
import wave
from base64 import b64encode
from dataclasses import replace
from typing import Any

import orjson
import pytest

from satchel.dialects.gemini_speech import SpeechDecoder, dropped_parameters, encode_request
from satchel.domain.audio import SpeechRequest
from satchel.domain.errors import ContentFiltered, ProviderGarbled, UnsupportedFeature
from satchel.domain.events import Event, Finished, FinishReason, Sound, Started
from satchel.domain.usage import Usage

from .hosts import endpoint

HELLO = SpeechRequest("a/b", "Good day")


def part(samples: bytes, kind: str = "audio/L16;codec=pcm;rate=16000") -> dict[str, Any]:
    return {"inlineData": {"mimeType": kind, "data": b64encode(samples).decode()}}


def answer(*parts: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"candidates": [{"content": {"parts": list(parts)}, "finishReason": "STOP"}], **more}


def decoded(body: dict[str, Any], request: SpeechRequest = HELLO) -> list[Event]:
    return SpeechDecoder(endpoint(), request).decode_json(orjson.dumps(body))


def test_how_and_by_whom_it_is_said_is_asked_in_google_s_words() -> None:
    plain = orjson.loads(encode_request(HELLO, endpoint()))
    assert plain["contents"] == [{"role": "user", "parts": [{"text": "Good day"}]}]
    assert plain["generationConfig"] == {"responseModalities": ["AUDIO"]}
    body = orjson.loads(encode_request(replace(HELLO, voice="Kore", instructions="Say cheerfully"), endpoint()))
    assert body["contents"][0]["parts"] == [{"text": "Say cheerfully:\nGood day"}]
    assert body["generationConfig"]["speechConfig"] == {"voiceConfig": {"prebuiltVoiceConfig": {"voiceName": "Kore"}}}


def test_voices_of_others_and_the_speed_are_left_out_and_told() -> None:
    foreign = replace(HELLO, voice="alloy", speed=1.5)
    assert b"alloy" not in encode_request(foreign, endpoint())
    assert dropped_parameters(foreign) == ("voice", "speed")
    assert dropped_parameters(replace(HELLO, voice="Kore")) == ()
    assert dropped_parameters(HELLO) == ()


def test_formats_that_nobody_makes_there_are_refused_before_anything_is_sent() -> None:
    with pytest.raises(UnsupportedFeature, match="Acme speaks wav and pcm, not mp3") as refused:
        encode_request(replace(HELLO, format="mp3"), endpoint())
    assert refused.value.details["param"] == "response_format"


def test_samples_become_a_file_of_their_rate() -> None:
    reported = {"usageMetadata": {"promptTokenCount": 4, "candidatesTokenCount": 90}, "modelVersion": "g-tts", "responseId": "r-1"}
    started, sound, end = decoded(answer(part(b"ab"), {"text": "no sound"}, part(b"cd"), **reported))
    assert started == Started("g-tts", "r-1")
    assert isinstance(sound, Sound)
    with wave.open(io.BytesIO(sound.data)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth(), file.readframes(9)) == (16_000, 1, 2, b"abcd")
    assert sound.media_type == "audio/wav"
    assert end == Finished(FinishReason.STOP, "STOP", Usage(input_tokens=4, output_tokens=90, characters=8))


def test_bare_samples_are_passed_on_bare_and_a_rate_that_nobody_says_is_the_usual_one() -> None:
    _, sound, end = decoded(answer(part(b"ab")), replace(HELLO, format="pcm"))
    assert sound == Sound(b"ab", "audio/pcm")
    assert isinstance(end, Finished)
    assert end.usage is None
    _, sound, _ = decoded(answer(part(b"ab", "audio/L16")))
    assert isinstance(sound, Sound)
    with wave.open(io.BytesIO(sound.data)) as file:
        assert file.getframerate() == 24_000


@pytest.mark.parametrize(
    "body", [{}, answer(), answer({"text": "I cannot"}), answer({"inlineData": {"mimeType": "audio/L16", "data": "?"}})]
)
def test_an_answer_without_sound_is_garbled(body: dict[str, Any]) -> None:
    with pytest.raises(ProviderGarbled):
        decoded(body)


def test_a_text_that_is_blocked_is_content_filtered() -> None:
    with pytest.raises(ContentFiltered, match="SAFETY"):
        decoded({"promptFeedback": {"blockReason": "SAFETY"}})
