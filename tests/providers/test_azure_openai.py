from typing import Any

import orjson
import pytest
from aiohttp import web
from tests.dialects.claude_events import sse
from tests.dialects.hosts import DONE, chunk

from satchel.domain.catalog import Endpoint
from satchel.domain.chat import Tuning
from satchel.domain.endpoints import endpoint_of
from satchel.domain.errors import KeyMissing, KeyRejected
from satchel.domain.events import TextDelta
from satchel.domain.keys import NO_SECRET, Secret
from satchel.loading import provider_rows
from satchel.providers.azure_openai import PROVIDER, AzureOpenAI
from satchel.transport import Transport

from .parts import answering, ask, deps_with, key

CHAT = chunk({"content": "hey"}, "stop") + DONE
RESPONSES = sse(
    {"type": "response.output_text.delta", "output_index": 0, "content_index": 0, "delta": "hey"},
    {"type": "response.completed", "response": {"status": "completed", "output": []}},
)


def target(base_url: str) -> Endpoint:
    return endpoint_of(provider_rows()["azure-openai"], "my-gpt", base_url, key=key(provider="azure-openai", base_url=base_url))


def provider_of(transport: Transport) -> AzureOpenAI:
    assert PROVIDER.build
    subject = PROVIDER.build(deps_with(transport))
    assert isinstance(subject, AzureOpenAI)
    assert subject.ids == {"azure-openai"}
    return subject


def streaming(body: bytes) -> Any:
    return lambda _: web.Response(body=body, content_type="text/event-stream")


@pytest.mark.parametrize(
    ("base_path", "path", "version", "limit_key"),
    [
        ("", "/openai/v1/chat/completions", None, "max_completion_tokens"),
        ("/openai/v1", "/openai/v1/chat/completions", None, "max_completion_tokens"),
        ("/openai/v1/responses", "/openai/v1/responses", None, "max_output_tokens"),
        ("/openai/deployments/d", "/openai/deployments/d/chat/completions", "2024-10-21", "max_completion_tokens"),
        ("/models", "/models/chat/completions", "2024-05-01-preview", "max_tokens"),
    ],
)
async def test_each_kind_of_address_is_asked_as_it_wants(
    transport: Transport, base_path: str, path: str, version: str | None, limit_key: str
) -> None:
    seen: list[web.Request] = []
    answer = RESPONSES if path.endswith("/responses") else CHAT
    async with answering({path: streaming(answer)}, seen) as port:
        there = target(f"http://127.0.0.1:{port}{base_path}")
        events = [event async for event in provider_of(transport).stream(ask(max_output_tokens=7), there, Secret("azure-key"))]
    assert TextDelta("hey") in events
    assert seen[0].query.get("api-version") == version
    assert seen[0].headers["api-key"] == "azure-key"
    assert "authorization" not in seen[0].headers
    body = orjson.loads(await seen[0].read())
    assert (body["model"], body[limit_key]) == ("my-gpt", 7)


async def test_a_refusal_does_not_repeat_the_key(transport: Transport) -> None:
    said = {"error": {"code": "401", "message": "azure-key is wrong"}}
    async with answering({"/openai/v1/chat/completions": lambda _: web.json_response(said, status=401)}) as port:
        with pytest.raises(KeyRejected, match=r"\[key\] is wrong"):
            await anext(provider_of(transport).stream(ask(), target(f"http://127.0.0.1:{port}"), Secret("azure-key")))


async def test_without_a_key_nothing_is_sent(transport: Transport) -> None:
    with pytest.raises(KeyMissing):
        await anext(provider_of(transport).stream(ask(), target("http://127.0.0.1:9"), NO_SECRET))


def test_tuning_that_azure_lacks_is_named(transport: Transport) -> None:
    assert provider_of(transport).dropped(ask(tuning=Tuning(top_k=3, seed=1)), target("http://127.0.0.1:9")) == ("top_k",)
