"""`POST /v1/responses`, asked by the unmodified `openai` clients, over real sockets on both sides."""

import asyncio
import json
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import openai
import pytest
from openai.types.responses import FunctionToolParam
from pydantic import BaseModel
from tests.e2e.conftest import need

from ..served import Served
from ..upstream import PIXEL

NODE_FOLDER = Path(__file__).parents[2] / "e2e" / "node"
WEATHER: FunctionToolParam = {
    "type": "function",
    "name": "weather",
    "description": "The weather",
    "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"], "additionalProperties": False},
    "strict": True,
}


class Sum(BaseModel):
    """What the scripted provider answers as JSON."""

    a: int


@pytest.fixture
async def client(house: Served) -> AsyncGenerator[openai.AsyncOpenAI, None]:
    async with openai.AsyncOpenAI(base_url=f"{house.url}/v1", api_key=house.token, max_retries=0) as client:
        yield client


async def test_a_whole_response(house: Served, client: openai.AsyncOpenAI) -> None:
    response = await client.responses.create(model="lab:hello", input="Hi", instructions="Be brief", max_output_tokens=64)
    assert (response.output_text, response.status, response.model) == ("Hello!", "completed", "lab:hello")
    assert response.usage is not None
    assert (response.usage.input_tokens, response.usage.output_tokens, response.usage.total_tokens) == (7, 3, 10)
    sent = house.upstream.asked[-1].body
    assert sent["messages"] == [{"role": "system", "content": "Be brief"}, {"role": "user", "content": "Hi"}]
    assert (sent["max_tokens"], (await house.entry(response.id))["status"]) == (64, "finished")


async def test_a_stream_is_numbered_and_ends_in_the_whole_response(client: openai.AsyncOpenAI) -> None:
    events = [event async for event in await client.responses.create(model="lab:hello", input="Hi", stream=True)]
    assert [event.sequence_number for event in events] == list(range(len(events)))
    assert [event.delta for event in events if event.type == "response.output_text.delta"] == ["Hel", "lo", "!"]
    assert [event.type for event in events[:2]] == ["response.created", "response.in_progress"]
    last = events[-1]
    assert last.type == "response.completed"
    assert last.response.output_text == "Hello!"


@pytest.mark.parametrize("streams", [True, False])
async def test_reasoning_and_tool_calls_whose_arguments_come_in_turns(client: openai.AsyncOpenAI, streams: bool) -> None:
    if streams:
        async with client.responses.stream(model="lab:thinks-and-calls", input="Hi", tools=[WEATHER]) as stream:
            response: Any = await stream.get_final_response()
    else:
        response = await client.responses.create(model="lab:thinks-and-calls", input="Hi", tools=[WEATHER])
    reasoning, message, first, second = response.output
    assert reasoning.summary[0].text == "Hmm. Oslo."
    assert message.content[0].text == "Wait."
    assert (first.name, first.arguments, second.name, second.arguments) == ("weather", '{"city":"Oslo"}', "time", '{"of":"Oslo"}')
    assert first.call_id != second.call_id
    assert response.tools[0].name == "weather"


async def test_an_answer_goes_back_with_its_results(house: Served, client: openai.AsyncOpenAI) -> None:
    asked: list[Any] = [{"role": "user", "content": "Hi"}]
    response = await client.responses.create(model="lab:thinks-and-calls", input=asked, tools=[WEATHER])
    asked += [item.model_dump() for item in response.output]
    asked += [{"type": "function_call_output", "call_id": call, "output": "rain"} for call in ("call_a", "call_b")]
    await client.responses.create(model="lab:hello", input=asked, tools=[WEATHER], tool_choice={"type": "function", "name": "weather"})
    sent: Any = house.upstream.asked[-1].body
    assert [message["role"] for message in sent["messages"]] == ["user", "assistant", "tool", "tool"]
    turn, result = sent["messages"][1:3]
    assert turn["content"] == "Wait."
    assert [call["function"]["name"] for call in turn["tool_calls"]] == ["weather", "time"]
    assert (result["tool_call_id"], result["content"]) == ("call_a", "rain")
    assert sent["tool_choice"] == {"type": "function", "function": {"name": "weather"}}


async def test_pictures_are_asked_for_by_their_tool_and_come_as_its_calls(house: Served, client: openai.AsyncOpenAI) -> None:
    drawn = await client.responses.create(model="lab:paints", input="a cat", tools=[{"type": "image_generation"}])
    (picture, message) = drawn.output
    assert (picture.type, message.type, drawn.output_text) == ("image_generation_call", "message", "Here.")
    assert (getattr(picture, "result", None), picture.status) == (PIXEL, "completed")  # type: ignore[union-attr]
    assert (house.upstream.asked[-1].body["modalities"], "tools" in house.upstream.asked[-1].body) == (["text", "image"], False)
    entry = await house.entry(drawn.id)
    assert (entry["kind"], entry["usage"]["images"]) == ("chat", 1)
    async with client.responses.stream(model="lab:paints", input="a cat", tools=[{"type": "image_generation"}]) as stream:
        kinds = [event.type async for event in stream]
    assert "response.image_generation_call.completed" in kinds
    again: Any = [
        {"role": "user", "content": "a cat"},
        *(item.model_dump() for item in drawn.output),
        {"role": "user", "content": "in red"},
    ]
    redrawn = await client.responses.create(
        model="lab:paints", input=again, tools=[{"type": "image_generation", "size": "1024x1536", "quality": "low"}]
    )
    sent: Any = house.upstream.asked[-1].body["messages"][1]
    assert sent["images"][0]["image_url"]["url"] == f"data:image/png;base64,{PIXEL}"
    assert set((await house.entry(redrawn.id))["dropped"]) == {"image_generation.size", "image_generation.quality"}
    body = {"model": "lab:paints", "max_tokens": 9, "messages": [{"role": "user", "content": "a cat"}]}
    _, answer = await house.call("POST", "/v1/messages", body)
    assert answer["content"][0]["text"].startswith("[The model drew a picture, which this API cannot carry.")


async def test_json_after_a_schema_is_parsed(house: Served, client: openai.AsyncOpenAI) -> None:
    response = await client.responses.parse(model="lab:json", input="Hi", text_format=Sum)
    assert response.output_parsed == Sum(a=1)
    async with client.responses.stream(model="lab:json", input="Hi", text_format=Sum) as stream:
        assert (await stream.get_final_response()).output_parsed == Sum(a=1)
    sent: Any = house.upstream.asked[-1].body
    assert sent["response_format"]["json_schema"]["name"] == "Sum"
    assert sent["response_format"]["json_schema"]["strict"] is True


FAILURES = [
    ("refuses", openai.BadRequestError),
    ("too-long", openai.BadRequestError),
    ("throttles", openai.RateLimitError),
    ("wrong-key", openai.PermissionDeniedError),
    ("garbage", openai.InternalServerError),
]


@pytest.mark.parametrize(("model", "kind"), FAILURES)
async def test_a_provider_s_failure_is_a_typed_error(client: openai.AsyncOpenAI, model: str, kind: type[openai.APIStatusError]) -> None:
    with pytest.raises(kind) as failed:
        await client.responses.create(model=f"lab:{model}", input="Hi")
    body: Any = failed.value.body
    assert body["code"] == failed.value.status_code
    assert body["metadata"]["details"]["provider"] == "custom"


async def test_a_stream_that_breaks_ends_in_an_error(house: Served, client: openai.AsyncOpenAI) -> None:
    with pytest.raises(openai.APIError, match="broke off its answer"):
        async for _ in await client.responses.create(model="lab:cut", input="Hi", stream=True):
            pass
    sent = {"model": "lab:cut", "input": "Hi", "stream": True}
    async with house.http.post(f"{house.url}/api/v1/responses", json=sent, headers={"x-api-key": house.token}) as reply:
        events = [json.loads(line.removeprefix("data: ")) for line in (await reply.text()).splitlines() if line.startswith("data: ")]
    assert [event["type"] for event in events[-2:]] == ["error", "response.failed"]
    assert (events[-2]["code"], events[-1]["response"]["error"]["code"]) == ("server_error", "server_error")
    assert events[-1]["response"]["output"][0]["content"][0]["text"] == "Hel"


BAD: list[tuple[dict[str, Any], str]] = [
    ({"input": []}, "input"),
    ({"input": [{"role": "user"}]}, "input[0].content"),
    ({"input": [{"type": "function_call_output", "call_id": "call_x", "output": ""}]}, "input[0].call_id"),
    ({"store": True}, "store"),
    ({"previous_response_id": "resp_1"}, "previous_response_id"),
    ({"stream": "yes"}, "stream"),
]


@pytest.mark.parametrize(("wrong", "param"), BAD)
async def test_what_is_wrong_is_named_and_nothing_is_sent(house: Served, wrong: dict[str, Any], param: str) -> None:
    status, body = await house.call("POST", "/v1/responses", {"model": "lab:hello", "input": "Hi", **wrong})
    assert (status, body["error"]["code"], body["error"]["param"]) == (400, 400, param)
    assert house.upstream.asked == []


@pytest.mark.parametrize("path", ["chat/completions", "messages", "responses"])
async def test_a_key_that_was_refused_is_named_as_the_person_s_by_every_door(house: Served, path: str) -> None:
    asked = {"model": "lab:wrong-key", "max_tokens": 9, "input": "Hi", "messages": [{"role": "user", "content": "Hi"}]}
    status, body = await house.call("POST", f"/v1/{path}", asked)
    assert status == 403
    assert body["error"]["message"].startswith("your key for Custom server was refused: Incorrect API key provided: [hidden]")
    assert body["error"]["metadata"]["details"]["key_label"] == "lab"


async def test_the_npm_client_reads_it_all(house: Served) -> None:
    need("tests/e2e/node/node_modules", (NODE_FOLDER / "node_modules").exists())
    asked = ("node", "responses.mjs", f"{house.url}/api/v1", house.token)
    client = await asyncio.create_subprocess_exec(*asked, cwd=NODE_FOLDER, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE)
    said, complaint = await asyncio.wait_for(client.communicate(), 90)
    assert client.returncode == 0, complaint.decode()
    seen = json.loads(said)
    assert (seen["text"], seen["deltas"], seen["usage"]["total_tokens"]) == ("Hello!", ["Hel", "lo", "!"], 10)
    for kinds in (seen["called"], seen["whole"]):
        assert kinds == ["reasoning", "message", "function_call", "function_call"]
    assert seen["parsed"] == {"a": 1}
    assert seen["refused"] == {"name": "BadRequestError", "code": 400}
    assert "broke off its answer" in seen["broken"]["message"]
