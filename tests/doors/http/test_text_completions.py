"""`POST /v1/completions`, asked by the unmodified `openai` client, over real sockets on both sides."""

from typing import Any

import openai
import pytest

from ..served import Served


@pytest.fixture
async def client(house: Served) -> Any:
    async with openai.AsyncOpenAI(base_url=f"{house.url}/v1", api_key=house.token, max_retries=0) as client:
        yield client


async def test_a_prompt_becomes_a_message_and_the_answer_a_text(house: Served, client: openai.AsyncOpenAI) -> None:
    answer = await client.completions.create(model="lab:hello", prompt="Once", max_tokens=9, stop=["END"])
    assert (answer.choices[0].text, answer.choices[0].finish_reason) == ("Hello!", "stop")
    assert answer.usage is not None
    assert (answer.usage.prompt_tokens, answer.usage.completion_tokens) == (7, 3)
    assert house.upstream.asked[-1].body["messages"] == [{"role": "user", "content": "Once"}]


async def test_a_stream_of_text_ends_with_its_usage(client: openai.AsyncOpenAI) -> None:
    chunks = [chunk async for chunk in await client.completions.create(model="lab:hello", prompt="Once", stream=True)]
    assert "".join(chunk.choices[0].text for chunk in chunks) == "Hello!"
    assert chunks[-1].choices[0].finish_reason == "stop"
    assert chunks[-1].usage is not None


@pytest.mark.parametrize("streams", [True, False])
async def test_reasoning_stands_beside_the_text(client: openai.AsyncOpenAI, streams: bool) -> None:
    asked: Any = await client.completions.create(model="lab:thinks-and-calls", prompt="Once", stream=streams)
    choices = [chunk.choices[0] async for chunk in asked] if streams else asked.choices
    assert "".join(choice.text for choice in choices) == "Wait."
    assert "".join(getattr(choice, "reasoning", "") for choice in choices) == "Hmm. Oslo."


async def test_failures_are_openai_s_before_and_after_the_status(client: openai.AsyncOpenAI) -> None:
    with pytest.raises(openai.RateLimitError, match="slow down"):
        await client.completions.create(model="lab:throttles", prompt="Once")
    with pytest.raises(openai.APIError, match="broke off"):
        async for _ in await client.completions.create(model="lab:cut", prompt="Once", stream=True):
            pass
