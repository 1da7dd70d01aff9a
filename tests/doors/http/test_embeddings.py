"""`POST /v1/embeddings`, asked by unmodified clients, over real sockets on both sides."""

import asyncio
import json
from pathlib import Path
from typing import Any

import openai
import pytest
from langchain_openai import OpenAIEmbeddings
from tests.dialects.test_other_bodies import EMBEDDINGS
from tests.e2e.conftest import need

from satchel.domain.budgets import Budget, Period, period_start
from satchel.domain.keys import Secret
from satchel.doors.http.keys import KeyDesk

from ..served import Served
from ..upstream import PIXEL

NODE_FOLDER = Path(__file__).parents[2] / "e2e" / "node"


@pytest.fixture
async def client(house: Served) -> Any:
    async with openai.AsyncOpenAI(base_url=f"{house.url}/v1", api_key=house.token, max_retries=0) as client:
        yield client


async def test_vectors_come_in_the_order_of_the_texts_with_what_was_read(house: Served, client: openai.AsyncOpenAI) -> None:
    answer = await client.embeddings.create(model="lab:embed", input=["one", "three"], dimensions=3, encoding_format="float")
    assert [(one.index, one.embedding) for one in answer.data] == [(0, [0, 3, 0.25]), (1, [1, 5, 0.25])]
    assert (answer.model, answer.usage.prompt_tokens, answer.usage.total_tokens) == ("lab:embed", 5, 5)
    sent = house.upstream.asked[-1]
    assert (sent.path, sent.body) == ("/v1/embeddings", {"model": "embed", "input": ["one", "three"], "dimensions": 3})


async def test_a_client_that_asks_for_base64_gets_the_same_numbers(client: openai.AsyncOpenAI) -> None:
    answer = await client.embeddings.create(model="lab:embed", input="one")  # asks for base64 by itself
    assert answer.data[0].embedding == [0, 3, 0.25]
    raw = await client.embeddings.create(model="lab:embed", input="one", encoding_format="base64")
    assert isinstance(raw.data[0].embedding, str)


async def test_token_ids_go_to_who_takes_them(house: Served, client: openai.AsyncOpenAI) -> None:
    await client.embeddings.create(model="lab:embed", input=[[1, 2], [3]])
    assert house.upstream.asked[-1].body["input"] == [[1, 2], [3]]
    await client.embeddings.create(model="lab:embed", input=[1, 2])
    assert house.upstream.asked[-1].body["input"] == [[1, 2]]


async def test_token_ids_are_refused_by_name_before_they_are_sent_to_who_does_not(house: Served, client: openai.AsyncOpenAI) -> None:
    desk = KeyDesk(house.house.vault, house.house.rows, house.house.bus)
    await desk.add(house.account.id, "mistral", house.upstream.url, Secret("k"), "m")
    with pytest.raises(openai.NotFoundError, match="Mistral takes texts for embeddings, not token ids"):
        await client.embeddings.create(model="m:mistral-embed", input=[[1, 2]])
    assert house.upstream.asked == []


async def test_langchain_embeds(house: Served) -> None:
    embedder = OpenAIEmbeddings(
        base_url=f"{house.url}/v1",
        api_key=house.token,  # type: ignore[arg-type]
        model="lab:embed",
        check_embedding_ctx_length=False,  # its tokenizer would be fetched from elsewhere
    )
    assert await embedder.aembed_documents(["one", "three"]) == [[0, 3, 0.25], [1, 5, 0.25]]
    assert await embedder.aembed_query("three") == [0, 5, 0.25]
    await embedder.async_client._client.close()


async def test_the_npm_client_embeds_and_draws(house: Served) -> None:
    need("tests/e2e/node/node_modules", (NODE_FOLDER / "node_modules").exists())
    process = await asyncio.create_subprocess_exec(
        "node", "media.mjs", f"{house.url}/v1", house.token, cwd=NODE_FOLDER, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    said, complaints = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == 0, complaints.decode()
    assert json.loads(said) == {"whole": [[0, 3, 0.25], [1, 5, 0.25]], "floats": [0, 3, 0.25], "pictures": [PIXEL, PIXEL]}


async def test_an_embedding_is_in_the_ledger_like_any_generation(house: Served, client: openai.AsyncOpenAI) -> None:
    reply = await client.embeddings.with_raw_response.create(model="lab:embed", input="one")
    entry = await house.entry(reply.headers["x-generation-id"])
    assert (entry["status"], entry["model"], entry["usage"]["input_tokens"]) == ("finished", "lab:embed", 5)


async def test_a_budget_is_held_for_an_embedding_and_settled_by_its_price(house: Served, client: openai.AsyncOpenAI) -> None:
    await KeyDesk(house.house.vault, house.house.rows, house.house.bus).add(
        house.account.id, "openai", house.upstream.url, Secret("k"), "mine"
    )
    start = period_start(Period.DAY, house.house.clock.now())
    async with house.house.database.unit_of_work() as stores:
        await stores.budgets.put(Budget(house.account.id, house.account.id, 1_000, Period.DAY, start))
    answer = await client.embeddings.create(model="mine:text-embedding-3-small", input="one")
    assert (answer.usage.model_extra or {})["cost"] == pytest.approx(5 * 0.02 / 1e6)
    with pytest.raises(openai.APIStatusError, match="this call could cost"):
        await client.embeddings.create(model="mine:text-embedding-3-small", input="much " * 500)
    with pytest.raises(openai.APIStatusError, match="price of"):
        await client.embeddings.create(model="mine:embed-of-tomorrow", input="one")


async def test_what_is_wrong_is_named_before_anything_is_sent(house: Served) -> None:
    for body, param in EMBEDDINGS:
        status, answer = await house.call("POST", "/v1/embeddings", {"model": "lab:embed", **body})
        assert (status in (400, 404), answer["error"]["param"]) == (True, param), body
    assert house.upstream.asked == []


async def test_a_model_that_cannot_is_refused_by_name_either_way(house: Served, client: openai.AsyncOpenAI) -> None:
    desk = KeyDesk(house.house.vault, house.house.rows, house.house.bus)
    await desk.add(house.account.id, "anthropic", house.upstream.url, Secret("k"), "claude")
    with pytest.raises(openai.NotFoundError, match="no embeddings"):
        await client.embeddings.create(model="claude:claude-haiku-4-5", input="one")
    with pytest.raises(openai.NotFoundError, match="has no chat"):
        await client.chat.completions.create(model="lab:nomic-embed", messages=[{"role": "user", "content": "Hi"}])


async def test_the_provider_s_own_error_is_told_and_a_caller_who_hangs_up_ends_it(house: Served, client: openai.AsyncOpenAI) -> None:
    with pytest.raises(openai.RateLimitError, match="slow down"):
        await client.embeddings.create(model="lab:throttles", input="one")
    asking = asyncio.create_task(client.embeddings.create(model="lab:mute", input="one"))
    while not house.upstream.asked or house.upstream.asked[-1].body["model"] != "mute":
        await asyncio.sleep(0.01)
    asking.cancel()
    await asyncio.wait_for(house.upstream.asked[-1].closed.wait(), 5)
