"""`/v1/audio/…`, asked by the unmodified `openai` client, over real sockets on both sides."""

import asyncio
from typing import Any

import aiohttp
import openai
import pytest
from tests.dialects.test_other_bodies import FORMS, SPEECH

from satchel.domain.keys import Secret
from satchel.doors.http.keys import KeyDesk

from ..served import Served

SOUND = b"RIFF....WAVEfmt " + bytes(range(256)) * 300


@pytest.fixture
async def client(house: Served) -> Any:
    async with openai.AsyncOpenAI(base_url=f"{house.url}/v1", api_key=house.token, max_retries=0) as client:
        yield client


async def test_speech_streams_as_sound_of_its_type(house: Served, client: openai.AsyncOpenAI) -> None:
    async with client.audio.speech.with_streaming_response.create(model="lab:tts", voice="alloy", input="Good day", speed=1.5) as reply:
        assert await reply.read() == b"ID3 Good day"
        assert reply.headers["content-type"] == "audio/mpeg"
        generation_id = reply.headers["x-generation-id"]
    sent = house.upstream.asked[-1]
    assert (sent.path, sent.body) == ("/v1/audio/speech", {"model": "tts", "input": "Good day", "voice": "alloy", "speed": 1.5})
    entry = await house.entry(generation_id)
    assert (entry["status"], entry["usage"]["estimated"]) == ("finished", True)
    assert (entry["kind"], entry["usage"]["characters"]) == ("speech", len("Good day"))
    wav = await client.audio.speech.create(model="lab:tts", voice="alloy", input="Good day", response_format="wav")
    assert wav.response.headers["content-type"] == "audio/wav"


async def test_what_a_sound_used_can_be_asked_for_once_it_has_ended(house: Served) -> None:
    headers = {"authorization": f"Bearer {house.token}"}
    for path, sent in (("speech", {"json": {"model": "lab:tts", "input": "Good day"}}), ("transcriptions", {"data": form_of_sound()})):
        async with house.http.post(f"{house.url}/v1/audio/{path}", headers=headers, **sent) as reply:
            await reply.read()
        generation_id = reply.headers["x-generation-id"]
        async with house.http.get(f"{house.url}/v1/generation?id={generation_id}", headers=headers) as told:
            assert told.status == 200
            assert (await told.json())["data"]["id"] == generation_id


def form_of_sound() -> aiohttp.FormData:
    form = aiohttp.FormData({"model": "lab:hears"})
    form.add_field("file", SOUND, filename="said.wav", content_type="audio/wav")
    return form


async def test_a_voice_that_breaks_off_breaks_the_connection_and_is_in_the_ledger(house: Served) -> None:
    body, headers = {"model": "lab:breaks-off", "input": "Good day"}, {"authorization": f"Bearer {house.token}"}
    async with house.http.post(f"{house.url}/v1/audio/speech", json=body, headers=headers) as reply:
        assert reply.status == 200
        with pytest.raises(aiohttp.ClientPayloadError):
            await reply.read()
    assert (await house.entry(reply.headers["x-generation-id"]))["error_code"] == "stream_broken"


async def test_errors_before_the_first_sound_are_told_and_a_caller_who_hangs_up_ends_it(house: Served, client: openai.AsyncOpenAI) -> None:
    with pytest.raises(openai.RateLimitError, match="slow down"):
        await client.audio.speech.create(model="lab:throttles", voice="alloy", input="Good day")
    asking = asyncio.create_task(client.audio.speech.create(model="lab:mute", voice="alloy", input="Good day"))
    while house.upstream.asked[-1].body["model"] != "mute":
        await asyncio.sleep(0.01)
    asking.cancel()
    await asyncio.wait_for(house.upstream.asked[-1].closed.wait(), 5)


async def test_a_sound_is_written_down_in_the_form_that_its_caller_wants(house: Served, client: openai.AsyncOpenAI) -> None:
    file = ("said.wav", SOUND, "audio/wav")
    plain = await client.audio.transcriptions.create(model="lab:hears", file=file, language="en", prompt="Names: Ada", temperature=0.5)
    sent = house.upstream.asked[-1]
    assert sent.path == "/v1/audio/transcriptions"
    assert {**sent.body, "form_bytes": 0} == {
        "form_bytes": 0,
        "model": "hears",
        "language": "en",
        "prompt": "Names: Ada",
        "temperature": "0.5",
        "response_format": "json",
    }
    assert plain.text == f"I heard {sent.body['form_bytes']} bytes."
    assert isinstance(sent.body["form_bytes"], int)
    assert sent.body["form_bytes"] > len(SOUND)
    timed = await client.audio.transcriptions.create(
        model="lab:hears", file=file, response_format="verbose_json", timestamp_granularities=["segment"]
    )
    assert (timed.language, timed.duration) == ("english", 90.5)
    assert [one.text for one in timed.segments or []] == [" I heard", " bytes."]
    assert house.upstream.asked[-1].body["timestamp_granularities[]"] == "segment"
    words: Any = await client.audio.transcriptions.create(model="lab:hears", file=file, response_format="text")
    assert words.startswith("I heard ")
    subtitles: Any = await client.audio.transcriptions.create(model="lab:hears", file=file, response_format="srt")
    assert subtitles == "1\n00:00:00,000 --> 00:00:01,500\nI heard\n\n2\n00:00:01,500 --> 01:01:01,250\nbytes.\n\n"
    web: Any = await client.audio.transcriptions.create(model="lab:hears", file=file, response_format="vtt")
    assert web.startswith("WEBVTT\n\n00:00:00.000 --> 00:00:01.500\nI heard\n\n")


async def test_sound_is_paid_by_the_minute_or_by_what_was_heard(house: Served, client: openai.AsyncOpenAI) -> None:
    desk = KeyDesk(house.house.vault, house.house.rows, house.house.bus)
    await desk.add(house.account.id, "openai", house.upstream.url, Secret("k"), "mine")
    costs = {}
    for model in ("whisper-1", "gpt-4o-transcribe"):
        reply = await client.audio.transcriptions.with_raw_response.create(model=f"mine:{model}", file=("a.wav", SOUND))
        costs[model] = (await house.entry(reply.headers["x-generation-id"]))["cost"]["nusd"]
    said = await client.audio.speech.create(model="mine:tts-1", voice="alloy", input="Good day")
    costs["tts-1"] = (await house.entry(said.response.headers["x-generation-id"]))["cost"]["nusd"]
    assert costs == {"whisper-1": 91 * 100_000, "gpt-4o-transcribe": 20 * 2_500 + 5 * 10_000, "tts-1": 8 * 15_000}


async def test_a_long_sound_is_taken_and_one_over_the_limit_is_not(house: Served, client: openai.AsyncOpenAI) -> None:
    await client.audio.transcriptions.create(model="lab:hears", file=("a.wav", bytes(12 * 1024 * 1024)))
    with pytest.raises(openai.APIStatusError) as refused:
        await client.audio.transcriptions.create(model="lab:hears", file=("a.wav", bytes(27 * 1024 * 1024)))
    assert refused.value.status_code == 413


async def test_what_is_wrong_is_named_before_anything_is_sent(house: Served, client: openai.AsyncOpenAI) -> None:
    for body, param in SPEECH:
        status, answer = await house.call("POST", "/v1/audio/speech", {"model": "lab:tts", **body})
        assert (status in (400, 404), answer["error"]["param"]) == (True, param), body
    headers, url = {"authorization": f"Bearer {house.token}"}, f"{house.url}/v1/audio/transcriptions"
    for fields, param in FORMS:
        form = aiohttp.FormData(default_to_multipart=True)
        form.add_field("model", "lab:hears")
        for name, value in fields.items():
            form.add_field(name, value, filename="a.wav" if name == "file" else None)
        async with house.http.post(url, data=form, headers=headers) as reply:
            assert (await reply.json())["error"]["param"] == param, fields
    multipart = {**headers, "content-type": "multipart/form-data; boundary=x"}
    for cut in (b"", b"no form", b"--x\r\nContent-Disposition: form-data", b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\nb\r\n'):
        async with house.http.post(url, data=cut, headers=multipart) as reply:
            assert (reply.status, (await reply.json())["error"]["metadata"]["satchel_code"]) == (400, "malformed_request"), cut
    many = b"".join(b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\nb\r\n' for _ in range(65)) + b"--x--\r\n"
    async with house.http.post(url, data=many, headers=multipart) as reply:
        assert reply.status == 400
    async with house.http.post(url, json={"file": "x"}, headers=headers) as reply:
        assert (reply.status, (await reply.json())["error"]["param"]) == (400, "content-type")
    with pytest.raises(openai.NotFoundError, match="transcription"):
        await client.audio.transcriptions.create(model="lab:nomic-embed", file=("a.wav", SOUND))
    with pytest.raises(openai.NotFoundError, match="speech"):
        await client.audio.speech.create(model="lab:nomic-embed", voice="alloy", input="a")
    assert house.upstream.asked == []
