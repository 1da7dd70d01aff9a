"""Embeddings over the websocket."""

import json

from ..served import Served
from .test_socket import greeted


async def test_vectors_come_as_frames_of_their_own(house: Served) -> None:
    async with greeted(house) as client:
        frame = {"type": "generate", "id": "1", "kind": "embeddings", "request": {"model": "lab:embed", "input": ["one", "three"]}}
        await client.socket.send(json.dumps(frame))
        assert (await client.hear("started"))["model"] == "lab:embed"
        *vectors, end = await client.rest()
        assert [frame.get("embedding") for frame in vectors] == [{"index": 0, "values": [0, 3, 0.25]}, {"index": 1, "values": [1, 5, 0.25]}]
        assert (end["reason"], end["seq"], end["usage"]["input_tokens"]) == ("stop", 3, 5)
        await client.socket.send(json.dumps({**frame, "id": "2", "request": {"model": "lab:embed"}}))
        assert (await client.hear("failed"))["error"]["code"] == "malformed_request"
