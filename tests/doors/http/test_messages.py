"""`POST /v1/messages`, asked by the unmodified `anthropic` client, over real sockets on both sides."""

import asyncio
import json
from pathlib import Path
from typing import Any

import anthropic
import pytest
from anthropic.types import MessageParam, ToolParam
from pydantic import BaseModel
from tests.e2e.conftest import need

from ..served import Served

NODE_FOLDER = Path(__file__).parents[2] / "e2e" / "node"
ASK: list[MessageParam] = [{"role": "user", "content": "Hi"}]
WEATHER: ToolParam = {"name": "weather", "description": "The weather", "input_schema": {"type": "object", "properties": {"city": {}}}}
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


@pytest.fixture
async def client(house: Served) -> Any:
    async with anthropic.AsyncAnthropic(base_url=house.url, api_key=house.token, max_retries=0) as client:
        yield client


async def test_a_whole_message(house: Served, client: anthropic.AsyncAnthropic) -> None:
    message = await client.messages.create(model="lab:hello", max_tokens=64, messages=ASK, system="Be brief", stop_sequences=["END"])
    assert [block.text for block in message.content if block.type == "text"] == ["Hello!"]
    assert (message.stop_reason, message.usage.input_tokens, message.usage.output_tokens) == ("end_turn", 7, 3)
    sent = house.upstream.asked[-1].body
    assert sent["messages"] == [{"role": "system", "content": "Be brief"}, {"role": "user", "content": "Hi"}]
    assert (sent["stop"], (await house.entry(message.id))["status"]) == (["END"], "finished")


async def test_a_stream(client: anthropic.AsyncAnthropic) -> None:
    async with client.messages.stream(model="lab:hello", max_tokens=64, messages=ASK) as stream:
        texts = [text async for text in stream.text_stream]
        message = await stream.get_final_message()
    assert texts == ["Hel", "lo", "!"]
    assert (message.model, message.stop_reason, message.usage.input_tokens, message.usage.output_tokens) == ("lab:hello", "end_turn", 7, 3)


@pytest.mark.parametrize("streams", [True, False])
async def test_thinking_and_tool_calls_whose_arguments_come_in_turns(client: anthropic.AsyncAnthropic, streams: bool) -> None:
    asked: dict[str, Any] = {"model": "lab:thinks-and-calls", "max_tokens": 64, "messages": ASK, "tools": [WEATHER]}
    if streams:
        async with client.messages.stream(**asked) as stream:
            message = await stream.get_final_message()
    else:
        message = await client.messages.create(**asked)
    thinking, text, first, second = message.content
    assert thinking.type == "thinking"
    assert thinking.thinking == "Hmm. Oslo."
    assert text.type == "text"
    assert text.text == "Wait."
    assert first.type == second.type == "tool_use"
    assert (first.name, first.input, second.name, second.input) == ("weather", {"city": "Oslo"}, "time", {"of": "Oslo"})
    assert first.id != second.id
    assert message.stop_reason == "tool_use"


async def test_tool_results_images_and_choices_reach_the_provider(house: Served, client: anthropic.AsyncAnthropic) -> None:
    turns: list[Any] = [
        {"role": "user", "content": [{"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": PIXEL}}]},
        {"role": "assistant", "content": [{"type": "tool_use", "id": "toolu_1", "name": "weather", "input": {"city": "Oslo"}}]},
        {
            "role": "user",
            "content": [{"type": "tool_result", "tool_use_id": "toolu_1", "content": "rain"}, {"type": "text", "text": "So?"}],
        },
    ]
    choice: Any = {"type": "tool", "name": "weather", "disable_parallel_tool_use": True}
    await client.messages.create(model="lab:hello", max_tokens=64, messages=turns, tools=[WEATHER], tool_choice=choice)
    sent: Any = house.upstream.asked[-1].body
    picture, call, result, words = sent["messages"]
    assert picture["content"][0]["image_url"]["url"] == f"data:image/png;base64,{PIXEL}"
    assert call["tool_calls"][0]["function"] == {"name": "weather", "arguments": '{"city":"Oslo"}'}
    assert (result["role"], result["tool_call_id"], result["content"]) == ("tool", call["tool_calls"][0]["id"], "rain")
    assert (words["role"], words["content"]) == ("user", "So?")
    assert sent["tools"][0]["function"]["parameters"] == WEATHER["input_schema"]
    assert sent["tool_choice"] == {"type": "function", "function": {"name": "weather"}}
    assert sent["parallel_tool_calls"] is False


async def test_tokens_are_counted_without_asking_a_provider(house: Served, client: anthropic.AsyncAnthropic) -> None:
    short = await client.messages.count_tokens(model="lab:hello", messages=ASK)
    long = await client.messages.count_tokens(model="lab:hello", messages=[{"role": "user", "content": "word " * 300}])
    assert 0 < short.input_tokens < 300 <= long.input_tokens
    assert house.upstream.asked == []


FAILURES = [
    ("refuses", anthropic.BadRequestError, "invalid_request_error"),
    ("too-long", anthropic.BadRequestError, "invalid_request_error"),
    ("throttles", anthropic.RateLimitError, "rate_limit_error"),
    ("wrong-key", anthropic.PermissionDeniedError, "permission_error"),
    ("garbage", anthropic.InternalServerError, "api_error"),
]


@pytest.mark.parametrize(("model", "kind", "word"), FAILURES)
async def test_a_provider_s_failure_is_a_typed_error(
    client: anthropic.AsyncAnthropic, model: str, kind: type[anthropic.APIStatusError], word: str
) -> None:
    with pytest.raises(kind) as failed:
        await client.messages.create(model=f"lab:{model}", max_tokens=64, messages=ASK)
    body: Any = failed.value.body
    assert (body["type"], body["error"]["type"]) == ("error", word)
    assert body["error"]["metadata"]["details"]["provider"] == "custom"


class Sum(BaseModel):
    """What the scripted provider answers as JSON."""

    a: int


async def test_an_answer_after_a_schema_is_parsed(house: Served, client: anthropic.AsyncAnthropic) -> None:
    parsed = await client.messages.parse(model="lab:json", max_tokens=64, messages=ASK, output_format=Sum)
    async with client.messages.stream(model="lab:json", max_tokens=64, messages=ASK, output_format=Sum) as stream:
        streamed = await stream.get_final_message()
    assert parsed.parsed_output == streamed.parsed_output == Sum(a=1)
    sent: Any = house.upstream.asked[-1].body
    assert sent["response_format"]["json_schema"]["schema"]["properties"]["a"]["type"] == "integer"


async def test_a_stream_that_breaks_ends_in_an_error_event(client: anthropic.AsyncAnthropic) -> None:
    with pytest.raises(anthropic.APIError, match="broke off its answer"):
        async with client.messages.stream(model="lab:cut", max_tokens=64, messages=ASK) as stream:
            await stream.get_final_message()


async def test_the_npm_client_reads_it_all(house: Served) -> None:
    need("tests/e2e/node/node_modules", (NODE_FOLDER / "node_modules").exists())
    asked = ("node", "anthropic.mjs", house.url, house.token)
    client = await asyncio.create_subprocess_exec(*asked, cwd=NODE_FOLDER, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE)
    said, complaint = await asyncio.wait_for(client.communicate(), 90)
    assert client.returncode == 0, complaint.decode()
    seen = json.loads(said)
    assert (seen["texts"], seen["usage"]["input_tokens"], seen["usage"]["output_tokens"]) == (["Hel", "lo", "!"], 7, 3)
    for content in (seen["called"], seen["whole"]):
        assert [block["type"] for block in content] == ["thinking", "text", "tool_use", "tool_use"]
        assert [block["input"] for block in content[2:]] == [{"city": "Oslo"}, {"of": "Oslo"}]
    assert seen["counted"]["input_tokens"] > 0
    assert [json.loads(words) for words in seen["parsed"]] == [{"a": 1}, {"a": 1}]
    assert seen["refused"] == {"name": "BadRequestError", "type": "invalid_request_error"}
    assert seen["broken"]["name"].endswith("Error")


async def test_a_token_that_is_none_is_an_authentication_error(house: Served) -> None:
    async with anthropic.AsyncAnthropic(base_url=house.url, api_key="sat_wrong", max_retries=0) as client:
        with pytest.raises(anthropic.AuthenticationError):
            await client.messages.count_tokens(model="lab:hello", messages=ASK)


FAKE = {"type": "base64", "media_type": "image/png", "data": "bm8gaW1hZ2U="}
USER = {"role": "user", "content": "Hi"}
BAD: list[tuple[dict[str, Any], str]] = [
    ({"messages": []}, "messages"),
    ({"messages": 7}, "messages"),
    ({"model": 7}, "model"),
    ({"max_tokens": None}, "max_tokens"),
    ({"max_tokens": "many"}, "max_tokens"),
    ({"stream": "yes"}, "stream"),
    ({"temperature": 3}, "temperature"),
    ({"stop_sequences": [""]}, "stop_sequences"),
    ({"system": [{"type": "image", "source": {"type": "url", "url": "https://a.example/b.png"}}]}, "system"),
    ({"tools": [{"name": "a"}]}, "tools[0].input_schema"),
    ({"tools": [{"name": "a" * 129, "input_schema": {}}]}, "tools[0].name"),
    ({"tool_choice": {"type": "some"}}, "tool_choice.type"),
    ({"thinking": {"type": "some"}}, "thinking.type"),
    ({"output_config": {"format": {"type": "xml"}}}, "output_config.format.type"),
    ({"messages": [{"role": "tool", "content": "x"}]}, "messages[0].role"),
    ({"messages": [{"role": "user", "content": [{"type": 7}]}]}, "messages[0].content[0].type"),
    ({"messages": [{"role": "user", "content": [{"type": "tool_result", "tool_use_id": "t"}]}]}, "messages[0].content[0].tool_use_id"),
    (
        {"messages": [{"role": "user", "content": [{"type": "image", "source": FAKE}]}]},
        "messages[0].content[0].source.data",
    ),
]


@pytest.mark.parametrize(("change", "param"), BAD)
async def test_a_wrong_field_is_named(house: Served, change: dict[str, Any], param: str) -> None:
    body = {"model": "lab:hello", "max_tokens": 64, "messages": [USER], **change}
    headers = {"x-api-key": house.token}
    async with house.http.post(f"{house.url}/api/v1/messages", json=body, headers=headers) as reply:
        told = await reply.json()
    assert (reply.status, told["type"], told["error"]["type"]) == (400, "error", "invalid_request_error")
    assert told["error"]["metadata"]["details"]["param"] == param
    assert house.upstream.asked == []
