"""`POST /v1/chat/completions`, over real sockets on both sides."""

import asyncio
import gzip
import http.client
import io
import json
from contextlib import closing
from typing import Any

import openai
import pytest

from ..served import ASK, Served


@pytest.fixture
async def client(house: Served) -> Any:
    async with openai.AsyncOpenAI(base_url=f"{house.url}/v1", api_key=house.token, max_retries=0) as client:
        yield client


async def test_the_openai_client_reads_a_json_answer(house: Served, client: openai.AsyncOpenAI) -> None:
    answer = await client.chat.completions.create(model="lab:hello", messages=ASK)
    assert answer.choices[0].message.content == "Hello!"
    assert answer.choices[0].finish_reason == "stop"
    assert answer.usage is not None
    assert (answer.usage.prompt_tokens, answer.usage.completion_tokens) == (7, 3)
    entry = await house.entry(answer.id)
    assert (entry["status"], entry["requested_model"], entry["usage"]["output_tokens"]) == ("finished", "lab:hello", 3)


async def test_the_openai_client_streams(client: openai.AsyncOpenAI) -> None:
    stream = await client.chat.completions.create(model="lab:hello", messages=ASK, stream=True)
    chunks = [chunk async for chunk in stream]
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks) == "Hello!"
    assert [chunk.choices[0].finish_reason for chunk in chunks if chunk.choices[0].finish_reason] == ["stop"]
    assert chunks[-1].usage is not None
    assert {chunk.model for chunk in chunks} == {"lab:hello"}


async def test_the_other_address_of_the_door_and_the_other_header_work_too(house: Served) -> None:
    body = {"model": "lab:hello", "messages": ASK}
    async with house.http.post(f"{house.url}/api/v1/chat/completions", json=body, headers={"x-api-key": house.token}) as reply:
        assert reply.status == 200


async def test_an_unknown_model_is_named(client: openai.AsyncOpenAI) -> None:
    with pytest.raises(openai.BadRequestError) as refused:
        await client.chat.completions.create(model="nobody/nothing", messages=ASK, stream=True)
    assert error_of(refused.value)["metadata"]["satchel_code"] == "unknown_model"
    assert "nobody/nothing" in error_of(refused.value)["message"]


async def test_what_no_answer_has_is_refused_by_name_and_what_is_a_hint_is_not(client: openai.AsyncOpenAI) -> None:
    with pytest.raises(openai.BadRequestError) as refused:
        await client.chat.completions.create(model="lab:hello", messages=ASK, logprobs=True)
    assert refused.value.param == "logprobs"
    answer = await client.chat.completions.create(
        model="lab:hello", messages=ASK, logprobs=False, service_tier="auto", store=True, safety_identifier="u"
    )
    assert answer.choices[0].message.content == "Hello!"


def error_of(error: openai.APIStatusError) -> dict[str, Any]:
    body = error.response.json()["error"]
    assert isinstance(body, dict)
    return body


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({}, "token_missing"),
        ({"authorization": "Bearer sat_nonsense"}, "token_invalid"),
        ({"authorization": "Basic b3duZXI6cHc="}, "token_invalid"),
        ({"authorization": "Bearer a", "x-api-key": "b"}, "malformed_request"),
    ],
)
async def test_a_credential_that_is_none_is_refused(house: Served, headers: dict[str, str], code: str) -> None:
    async with house.http.post(f"{house.url}/v1/chat/completions", json={"messages": ASK}, headers=headers) as reply:
        assert (await reply.json())["error"]["metadata"]["satchel_code"] == code
        assert reply.status == (400 if code == "malformed_request" else 401)
        assert ("www-authenticate" in reply.headers) == (reply.status == 401)
        assert reply.headers["x-generation-id"].startswith("gen_")


async def test_a_revoked_token_stops_opening_the_door_and_ends_what_it_runs(house: Served) -> None:
    token_id, token = await house.new_token()
    headers = {"authorization": f"Bearer {token}"}
    body = {"model": "lab:endless", "messages": ASK, "stream": True}
    async with house.http.post(f"{house.url}/v1/chat/completions", json=body, headers=headers) as running:
        await running.content.readline()
        await house.house.tokens.revoke(house.account.id, token_id)
        await asyncio.wait_for(house.upstream.asked[-1].closed.wait(), 10)
        assert b"[DONE]" in await running.read()
    async with house.http.post(f"{house.url}/v1/chat/completions", json=body, headers=headers) as reply:
        assert (await reply.json())["error"]["metadata"]["satchel_code"] == "token_revoked"


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b'"text"', b"{}", b'{"messages": []}', b'{"messages": 7}', b'{"messages":[{"role":"user"}]}', b"[" * 70 + b"]" * 70],
)
async def test_a_body_that_is_none_is_refused(house: Served, body: bytes) -> None:
    headers = {"authorization": f"Bearer {house.token}"}
    async with house.http.post(f"{house.url}/v1/chat/completions", data=body, headers=headers) as reply:
        error = (await reply.json())["error"]
    assert (reply.status, error["code"], error["metadata"]["satchel_code"]) == (400, 400, "malformed_request")


async def test_a_compressed_body_is_refused_because_its_size_is_hidden(house: Served) -> None:
    headers = {"authorization": f"Bearer {house.token}", "content-encoding": "gzip"}
    data = gzip.compress(json.dumps({"messages": ASK}).encode())
    async with house.http.post(f"{house.url}/v1/chat/completions", data=data, headers=headers, compress=None) as reply:
        assert reply.status == 400


@pytest.mark.parametrize("says_its_size", [True, False])
async def test_a_body_over_ten_mebibytes_is_refused(house: Served, says_its_size: bool) -> None:
    async def pieces() -> Any:
        for _ in range(11):
            yield b" " * 1_048_576

    data: Any = io.BytesIO(b" " * (10 * 1_048_576 + 1)) if says_its_size else pieces()
    headers = {"authorization": f"Bearer {house.token}"}
    async with house.http.post(f"{house.url}/v1/chat/completions", data=data, headers=headers) as reply:
        assert reply.status == 413
        assert (await reply.json())["error"]["metadata"]["satchel_code"] == "request_too_large"
    assert house.upstream.asked == []


async def test_a_caller_who_writes_everything_first_can_read_why_it_was_too_much(house: Served) -> None:
    def ask() -> tuple[int, bytes, str | None]:
        with closing(http.client.HTTPConnection("127.0.0.1", house.port, timeout=60)) as caller:
            caller.request("POST", "/v1/messages", b" " * (20 * 1_048_576), {"x-api-key": house.token})
            reply = caller.getresponse()
            return reply.status, reply.read(), reply.getheader("connection")

    status, body, connection = await asyncio.to_thread(ask)
    assert (status, json.loads(body)["error"]["type"], connection) == (413, "request_too_large", None)


async def test_a_caller_who_asks_first_whether_to_send_is_refused_at_once(house: Served) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", house.port)
    head = f"POST /v1/responses HTTP/1.1\r\nhost: localhost\r\nx-api-key: {house.token}\r\nexpect: 100-continue\r\n"
    writer.write(f"{head}content-length: 999999999\r\n\r\n".encode())
    reply = await asyncio.wait_for(reader.read(), 10)
    assert reply.startswith(b"HTTP/1.1 413 ")
    assert b"\r\nconnection: close\r\n" in reply
    writer.close()
    await writer.wait_closed()


FAILURES = [
    ("garbage", 502, "provider_garbled"),
    ("html", 502, "provider_garbled"),
    ("refuses", 400, "malformed_request"),
    ("too-long", 400, "context_too_long"),
    ("throttles", 429, "provider_throttled"),
]


@pytest.mark.parametrize(
    ("model", "status", "code", "stream"),
    [("mute", 504, "provider_timeout", False), *((*failure, stream) for failure in FAILURES for stream in (False, True))],
)
async def test_a_provider_that_fails_before_its_first_word_is_an_http_status(
    house: Served, model: str, status: int, code: str, stream: bool
) -> None:
    for _ in range(5):  # a machine that stands still for a second has a streamed answer begin with a comment, and a 200
        async with house.ask(f"lab:{model}", stream=stream) as reply:
            error = json.loads(await reply.read())["error"] if reply.content_type == "application/json" else None
        if error is not None:
            break
    assert error is not None
    assert (reply.status, error["metadata"]["satchel_code"]) == (status, code), error
    entry = await house.entry(reply.headers["x-generation-id"])
    assert (entry["status"], entry["error_code"]) == ("failed", code)


async def test_a_provider_that_is_away_is_named(house: Served) -> None:
    _, key = await house.call("POST", "/v1/keys", {"provider": "custom", "base_url": "http://127.0.0.1:9/v1", "label": "gone"})
    async with house.ask("gone:any") as reply:
        error = (await reply.json())["error"]
    assert (reply.status, error["metadata"]["satchel_code"]) == (502, "provider_unavailable")
    assert key["base_url"] == "http://127.0.0.1:9/v1"


@pytest.mark.parametrize("model", ["cut", "mute"])
async def test_a_stream_that_fails_after_its_status_ends_in_an_error_chunk(house: Served, client: openai.AsyncOpenAI, model: str) -> None:
    async with house.ask(f"lab:{model}", stream=True) as reply:
        text = (await reply.read()).decode()
    assert reply.status == 200
    events = [json.loads(line[6:]) for line in text.splitlines() if line.startswith("data: {")]
    assert text.endswith("data: [DONE]\n\n")
    assert isinstance(events[-1]["error"]["code"], int)
    assert events[-1]["error"]["metadata"]["satchel_code"] == ("stream_broken" if model == "cut" else "provider_timeout")
    assert events[-1]["choices"][0]["finish_reason"] == "error"
    with pytest.raises(openai.APIError):
        async for _ in await client.chat.completions.create(model=f"lab:{model}", messages=ASK, stream=True):
            pass
    assert (await house.entry(reply.headers["x-generation-id"]))["status"] == "failed"


async def test_silence_is_filled_with_comments_between_events(house: Served) -> None:
    async with house.ask("lab:late-0.2", stream=True) as reply:
        assert b"keep-alive" not in await reply.read()
    async with house.ask("lab:late-1.5", stream=True) as reply:
        text = await reply.read()
    assert text.startswith(b": keep-alive\n\ndata: ")
    assert text.endswith(b"data: [DONE]\n\n")


@pytest.mark.parametrize("phase", ["mid-stream", "before the first token", "awaiting JSON"])
async def test_a_caller_who_hangs_up_closes_the_upstream_and_settles_the_ledger(house: Served, phase: str) -> None:
    model, stream = {"mid-stream": ("endless", True), "before the first token": ("mute", True), "awaiting JSON": ("endless", False)}[phase]
    call = asyncio.create_task(hang_on(house, model, stream))
    while not house.upstream.asked:
        await asyncio.sleep(0.005)
    asked = house.upstream.asked[-1]
    await asyncio.wait_for((asked.flowing if model == "endless" else asked.started).wait(), 20)
    await asyncio.sleep(0.1)
    assert not asked.closed.is_set()
    call.cancel()
    await asyncio.wait_for(asked.closed.wait(), 10)
    entry = await newest(house)
    assert entry["status"] == "cancelled"
    assert (entry["usage"]["output_tokens"] > 0) == (model == "endless")
    assert entry["usage"]["estimated"]


async def hang_on(house: Served, model: str, stream: bool) -> None:
    async with house.ask(f"lab:{model}", stream=stream) as reply:
        await reply.read()


async def newest(house: Served) -> dict[str, Any]:
    async with asyncio.timeout(5):
        while True:
            _, page = await house.call("GET", "/v1/generations?limit=1")
            if page["data"] and page["data"][0]["status"] != "live":
                entry = page["data"][0]
                assert isinstance(entry, dict)
                return entry
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("stream", [True, False])
async def test_a_cancelled_generation_ends_with_what_it_used(house: Served, stream: bool) -> None:
    reading = asyncio.create_task(read_all(house, stream))
    while not house.upstream.asked:
        await asyncio.sleep(0.005)
    await asyncio.wait_for(house.upstream.asked[-1].flowing.wait(), 20)
    await asyncio.sleep(0.1)
    _, page = await house.call("GET", "/v1/generations")
    live = [generation for generation in page["data"] if generation["status"] == "live"]
    status, answer = await house.call("POST", f"/v1/generations/{live[0]['id']}/cancel")
    assert (status, answer) == (202, {"id": live[0]["id"], "status": "cancelling"})
    text = await asyncio.wait_for(reading, 10)
    assert '"native_finish_reason":"cancelled"' in text
    entry = await house.entry(live[0]["id"])
    assert entry["status"] == "cancelled"
    assert f'"completion_tokens":{entry["usage"]["output_tokens"]}' in text
    assert (await house.call("POST", f"/v1/generations/{live[0]['id']}/cancel"))[0] == 404


async def read_all(house: Served, stream: bool) -> str:
    async with house.ask("lab:endless", stream=stream) as reply:
        return (await reply.read()).decode()


async def test_no_hold_is_left_whatever_happened(house: Served) -> None:
    for model in ("hello", "garbage", "cut", "refuses"):
        async with house.ask(f"lab:{model}", stream=True) as reply:
            await reply.read()
    async with asyncio.timeout(5):
        while await house.house.journal.orphans("nobody", house.house.clock.now()):  # a settlement may wait 10 ms for others
            await asyncio.sleep(0.005)


async def test_a_method_the_door_does_not_know_is_refused(house: Served) -> None:
    async with house.http.get(f"{house.url}/v1/chat/completions", headers={"authorization": f"Bearer {house.token}"}) as reply:
        assert reply.status == 400
