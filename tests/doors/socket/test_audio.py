"""Speech and transcription over the websocket."""

import json
from base64 import b64decode, b64encode

from ..served import Served
from .test_socket import greeted

SOUND = b"RIFF....WAVEfmt " + bytes(range(256))


async def test_sound_comes_in_pieces_of_its_type_that_are_one_file(house: Served) -> None:
    async with greeted(house) as client:
        frame = {"type": "generate", "id": "1", "kind": "speech", "request": {"model": "lab:tts", "input": "Good day", "speed": 1.5}}
        await client.socket.send(json.dumps(frame))
        assert (await client.hear("started"))["model"] == "lab:tts"
        *pieces, end = await client.rest()
        assert b"".join(b64decode(piece["audio"]["data"]) for piece in pieces) == b"ID3 Good day"
        assert {piece["audio"]["media_type"] for piece in pieces} == {"audio/mpeg"}
        assert (end["reason"], end["usage"]["estimated"]) == ("stop", True)
        assert house.upstream.asked[-1].body == {"model": "tts", "input": "Good day", "speed": 1.5}
        await client.socket.send(json.dumps({**frame, "id": "2", "request": {"model": "lab:tts"}}))
        assert (await client.hear("failed"))["error"]["details"] == {"param": "input"}


async def test_a_sound_in_a_data_url_is_written_down_with_its_times(house: Served) -> None:
    async with greeted(house) as client:
        file = f"data:audio/webm;codecs=opus;base64,{b64encode(SOUND).decode()}"
        asked = {"model": "lab:hears", "file": file, "language": "en", "temperature": 0.5, "timestamp_granularities": ["segment"]}
        frame = {"type": "generate", "id": "1", "kind": "transcriptions", "request": asked}
        await client.socket.send(json.dumps(frame))
        await client.hear("started")
        said, end = await client.rest()
        sent = house.upstream.asked[-1].body
        assert (sent["model"], sent["language"], sent["temperature"]) == ("hears", "en", "0.5")
        assert sent["form_bytes"] > len(SOUND)
        assert said["transcript"]["text"] == f"I heard {sent['form_bytes']} bytes."
        assert said["transcript"]["detail"]["language"] == "english"
        assert len(said["transcript"]["detail"]["segments"]) == 2
        assert (end["reason"], end["provider"] != "") == ("stop", True)
        await client.socket.send(json.dumps({**frame, "id": "2", "request": {"file": "data:audio/wav,plain"}}))
        assert (await client.hear("failed"))["error"]["details"] == {"param": "file"}
