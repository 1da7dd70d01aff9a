"""`POST /v1/images/generations`, asked by the unmodified `openai` client, over real sockets on both sides."""

import json
from typing import Any

import openai
import pytest
from tests.dialects.test_other_bodies import IMAGES

from satchel.domain.budgets import Budget, Period, period_start
from satchel.domain.keys import Secret
from satchel.doors.http.keys import KeyDesk

from ..served import Served
from ..socket.test_socket import greeted
from ..upstream import PIXEL


@pytest.fixture
async def client(house: Served) -> Any:
    async with openai.AsyncOpenAI(base_url=f"{house.url}/v1", api_key=house.token, max_retries=0) as client:
        yield client


async def test_pictures_come_as_data_with_what_they_were_made_of(house: Served, client: openai.AsyncOpenAI) -> None:
    answer = await client.images.generate(model="lab:draw", prompt="a cat", n=2, size="1024x1024", quality="low")
    assert [(one.b64_json, one.revised_prompt) for one in answer.data or []] == [(PIXEL, "a small cat")] * 2
    assert answer.usage is not None
    assert (answer.usage.input_tokens, answer.usage.output_tokens) == (4, 1_000)
    sent = house.upstream.asked[-1]
    assert sent.path == "/v1/images/generations"
    assert sent.body == {"model": "draw", "prompt": "a cat", "n": 2, "size": "1024x1024", "quality": "low"}


async def test_a_caller_chooses_between_data_and_urls(client: openai.AsyncOpenAI) -> None:
    linked = await client.images.generate(model="lab:link", prompt="a cat")
    assert [one.url for one in linked.data or []] == ["https://cdn.example/a.png"]
    asked = await client.images.generate(model="lab:draw", prompt="a cat", response_format="url")
    assert [one.url for one in asked.data or []] == [f"data:image/png;base64,{PIXEL}"]


async def test_openrouter_s_address_is_the_same_door(house: Served) -> None:
    status, answer = await house.call("POST", "/api/v1/images", {"model": "lab:draw", "prompt": "a cat"})
    assert (status, answer["data"][0]["b64_json"], answer["data"][0]["media_type"]) == (200, PIXEL, "image/png")


async def test_pictures_are_held_and_paid_by_the_price_of_their_tokens(house: Served, client: openai.AsyncOpenAI) -> None:
    desk = KeyDesk(house.house.vault, house.house.rows, house.house.bus)
    await desk.add(house.account.id, "openai", house.upstream.url, Secret("k"), "mine")
    start = period_start(Period.DAY, house.house.clock.now())
    async with house.house.database.unit_of_work() as stores:
        await stores.budgets.put(Budget(house.account.id, house.account.id, 1_000_000_000, Period.DAY, start))
    reply = await client.images.with_raw_response.generate(model="mine:gpt-image-1.5", prompt="a cat")
    entry = await house.entry(reply.headers["x-generation-id"])
    assert (entry["status"], entry["model"]) == ("finished", "openai/gpt-image-1.5")
    assert (entry["kind"], entry["usage"]["images"], entry["usage"]["image_tokens"]) == ("image", 1, 1_000)
    _, record = await house.call("GET", f"/api/v1/generation?id={entry['id']}")
    told = record["data"]
    assert (told["api_type"], told["num_media_completion"], told["native_tokens_completion_images"]) == ("image", 1, 1_000)
    assert entry["cost"]["nusd"] == 4 * 5_000 + 1_000 * 32_000
    with pytest.raises(openai.APIStatusError, match="this call could cost"):
        await client.images.generate(model="mine:gpt-image-1.5", prompt="a cat", n=10)
    with pytest.raises(openai.APIStatusError, match="price of"):
        await client.images.generate(model="mine:dall-e-9", prompt="a cat")


async def test_what_is_wrong_is_named_before_anything_is_sent(house: Served, client: openai.AsyncOpenAI) -> None:
    for body, param in IMAGES:
        status, answer = await house.call("POST", "/v1/images/generations", {"model": "lab:draw", **body})
        assert (status in (400, 404), answer["error"]["param"]) == (True, param), body
    with pytest.raises(openai.NotFoundError, match="image_output"):
        await client.images.generate(model="lab:nomic-embed", prompt="a cat")
    assert house.upstream.asked == []
    with pytest.raises(openai.PermissionDeniedError, match="Incorrect API key"):
        await client.images.generate(model="lab:wrong-key", prompt="a cat")


async def test_pictures_come_over_the_socket_too(house: Served) -> None:
    async with greeted(house) as client:
        await client.socket.send(
            json.dumps({"type": "generate", "id": "1", "kind": "images", "request": {"model": "lab:draw", "prompt": "a"}})
        )
        await client.hear("started")
        picture, end = await client.rest()
    assert picture["image"] == {"index": 0, "url": f"data:image/png;base64,{PIXEL}"}
    assert end["reason"] == "stop"


async def test_whoever_has_no_model_that_draws_is_told_what_to_do(client: openai.AsyncOpenAI) -> None:
    with pytest.raises(
        openai.APIStatusError, match=r"none of your models does that \(image_output\); add a key of a provider that has one"
    ):
        await client.images.generate(model="satchel/preferred", prompt="a cat")
