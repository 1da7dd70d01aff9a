import re
from typing import Any

import orjson
import pytest
from aiohttp import web
from tests.dialects.claude_events import START, STOP, ended, event_frame, exception_frame, invoke, said

from satchel.domain.errors import KeyMissing, KeyRejected, ProviderThrottled, UnsupportedFeature
from satchel.domain.events import Finished, FinishReason, Started, TextDelta
from satchel.domain.keys import NO_SECRET, Secret
from satchel.domain.usage import Usage
from satchel.kit.clock import SystemClock
from satchel.kit.sigv4 import AwsCredentials, SigningScope, signed_headers
from satchel.providers.bedrock import PROVIDER, Bedrock
from satchel.transport import Transport

from .parts import MOMENT, answering, ask, deps_with, endpoint

AWS = {"access_key_id": "AKIDEXAMPLE", "secret_access_key": "very/secret+key", "session_token": "passing-token", "region": "eu-west-1"}
CLAUDE = "eu.anthropic.claude-haiku-4-5-20251001-v1:0"
CONVERSE = (
    event_frame("contentBlockDelta", {"contentBlockIndex": 0, "delta": {"text": "hey"}})
    + event_frame("messageStop", {"stopReason": "end_turn"})
    + event_frame("metadata", {"usage": {"inputTokens": 9, "outputTokens": 5}})
)


class StoppedClock(SystemClock):
    def now(self) -> Any:
        return MOMENT


def framed(body: bytes) -> Any:
    return lambda _: web.Response(body=body, content_type="application/vnd.amazon.eventstream")


def provider_of(transport: Transport) -> Bedrock:
    assert PROVIDER.build
    assert PROVIDER.source is None
    subject = PROVIDER.build(deps_with(transport, clock=StoppedClock()))
    assert isinstance(subject, Bedrock)
    assert subject.ids == {"bedrock"}
    return subject


async def told(transport: Transport, model: str, secret: str, path: str, body: bytes) -> tuple[list[Any], web.Request]:
    seen: list[web.Request] = []
    async with answering({path: framed(body)}, seen) as port:
        target = endpoint(provider="bedrock", native_model=model, base_url=f"http://127.0.0.1:{port}")
        events = [event async for event in provider_of(transport).stream(ask(), target, Secret(secret))]
    return events, seen[0]


async def test_claude_is_asked_in_its_own_format_with_bedrocks_key(transport: Transport) -> None:
    answer = invoke(START, said("hey"), ended("end_turn"), STOP)
    events, asked = await told(transport, CLAUDE, "ABSK-bearer", f"/model/{CLAUDE}/invoke-with-response-stream", answer)
    assert events == [Started("claude-x", "msg_1"), TextDelta("hey"), Finished(FinishReason.STOP, "end_turn", Usage(9, 5))]
    assert asked.headers["authorization"] == "Bearer ABSK-bearer"
    body = orjson.loads(await asked.read())
    assert body["anthropic_version"] == "bedrock-2023-05-31"
    assert body.keys() & {"model", "stream"} == set()


async def test_other_models_are_asked_by_converse_and_signed_as_they_went_over_the_wire(transport: Transport) -> None:
    model = "arn:aws:bedrock:eu-west-1:000000000000:application-inference-profile/a b"
    events, asked = await told(transport, model, orjson.dumps(AWS).decode(), f"/model/{model}/converse-stream", CONVERSE)
    assert events[1:] == [TextDelta("hey"), Finished(FinishReason.STOP, "end_turn", Usage(9, 5))]
    wire = f"http://{asked.host}{asked.raw_path}"
    assert asked.raw_path.startswith("/model/arn:aws:bedrock:eu-west-1:000000000000:application-inference-profile%2Fa%20b/")
    expected = signed_headers(
        wire,
        {"Content-Type": asked.headers["content-type"]},
        await asked.read(),
        credentials=AwsCredentials(AWS["access_key_id"], AWS["secret_access_key"], AWS["session_token"]),
        scope=SigningScope("eu-west-1", "bedrock"),
        now=MOMENT,
    )
    assert {name: asked.headers[name] for name in expected} == expected
    assert orjson.loads(await asked.read())["messages"] == [{"role": "user", "content": [{"text": "Hi"}]}]


async def test_the_region_of_the_address_counts_before_that_of_the_key(transport: Transport) -> None:
    from satchel.providers.bedrock import _BedrockKey

    target = endpoint(base_url="https://bedrock-runtime.us-west-2.amazonaws.com")
    assert _BedrockKey(Secret(orjson.dumps(AWS).decode()), target).region == "us-west-2"
    assert _BedrockKey(Secret(orjson.dumps(AWS).decode()), endpoint(base_url="https://proxy.example")).region == "eu-west-1"


@pytest.mark.parametrize("secret", ['{"access_key_id": "a"}', "{broken", '{"access_key_id":"a","secret_access_key":"b"}', "{}"])
async def test_a_key_that_is_half_of_one_is_refused_before_anything_is_sent(transport: Transport, secret: str) -> None:
    with pytest.raises(KeyRejected, match="access_key_id, secret_access_key and region"):
        await anext(provider_of(transport).stream(ask(), endpoint(base_url="http://127.0.0.1:9"), Secret(secret)))
    assert transport._pool is None


async def test_nothing_is_sent_without_a_key_or_with_what_bedrock_does_not_take(transport: Transport) -> None:
    from satchel.domain.chat import ChatRequest, ImagePart, Message

    subject = provider_of(transport)
    with pytest.raises(KeyMissing):
        await anext(subject.stream(ask(), endpoint(), NO_SECRET))
    linked = ChatRequest("a/b", (Message("user", (ImagePart("https://x.example/a.png"),)),))
    for model in (CLAUDE, "amazon.nova-lite-v1:0"):
        with pytest.raises(UnsupportedFeature):
            await anext(subject.stream(linked, endpoint(native_model=model), Secret("k")))
    assert transport._pool is None
    await subject.aclose()


@pytest.mark.parametrize("secret", ["ABSK-very-secret", orjson.dumps(AWS).decode()])
async def test_a_key_that_is_repeated_is_hidden(transport: Transport, secret: str) -> None:
    def refuse(request: web.Request) -> web.Response:
        words = f"bad: {request.headers['authorization']} {AWS['secret_access_key']} {request.headers.get('x-amz-security-token')}"
        return web.json_response({"message": words}, status=403, headers={"x-amzn-errortype": "InvalidSignatureException:x"})

    async with answering({"/model/m/converse-stream": refuse}) as port:
        with pytest.raises(KeyRejected) as caught:
            await anext(provider_of(transport).stream(ask(), endpoint(base_url=f"http://127.0.0.1:{port}", key_id="k"), Secret(secret)))
    shown = caught.value.message + repr(caught.value.details)
    assert "[key]" in shown
    hidden = [AWS["access_key_id"], AWS["secret_access_key"], AWS["session_token"]] if secret.startswith("{") else [secret]
    assert not [text for text in hidden if re.search(re.escape(text), shown)]


async def test_an_exception_in_the_stream_and_a_whole_body_are_read(transport: Transport) -> None:
    throttled = exception_frame("throttlingException", {"message": "slow down"})
    with pytest.raises(ProviderThrottled, match="slow down"):
        await told(transport, "m", "k", "/model/m/converse-stream", throttled)
    whole = {"output": {"message": {"content": [{"text": "hey"}]}}, "stopReason": "end_turn", "usage": {}}
    async with answering({"/model/m/converse-stream": whole}) as port:
        target = endpoint(base_url=f"http://127.0.0.1:{port}")
        events = [event async for event in provider_of(transport).stream(ask(), target, Secret("k"))]
    assert events[1:] == [TextDelta("hey"), Finished(FinishReason.STOP, "end_turn")]
