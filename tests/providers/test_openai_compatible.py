from decimal import Decimal

import orjson
import pytest
from aiohttp import web

from satchel.domain.errors import KeyMissing, KeyRejected, ProviderGarbled, ProviderUnavailable
from satchel.domain.events import Finished, TextDelta
from satchel.domain.keys import NO_SECRET, Secret
from satchel.loading import provider_rows
from satchel.providers.openai_compatible import PROVIDER, KeyModels, OpenAICompatible
from satchel.transport import Transport

from .parts import answering, ask, deps_with, endpoint, key

SSE = (
    'data: {"id":"c1","model":"m","choices":[{"index":0,"delta":{"content":"hey"},"finish_reason":null}]}\n\n'
    'data: {"id":"c1","model":"m","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n'
)


def streaming(_: web.Request) -> web.Response:
    return web.Response(text=SSE, content_type="text/event-stream")


def provider_of(transport: Transport) -> OpenAICompatible:
    assert PROVIDER.build
    subject = PROVIDER.build(deps_with(transport))
    assert isinstance(subject, OpenAICompatible)
    return subject


def models_of(transport: Transport) -> KeyModels:
    assert PROVIDER.source
    subject = PROVIDER.source(deps_with(transport))
    assert isinstance(subject, KeyModels)
    return subject


async def test_a_call_is_sent_with_the_key_and_its_answer_streamed(transport: Transport) -> None:
    seen: list[web.Request] = []
    async with answering({"/v1/chat/completions": streaming}, seen) as port:
        target = endpoint(base_url=f"http://127.0.0.1:{port}/v1")
        events = [event async for event in provider_of(transport).stream(ask(), target, Secret("sk-1"))]
    assert isinstance(events[-1], Finished)
    assert events[1] == TextDelta("hey")
    assert seen[0].headers["authorization"] == "Bearer sk-1"
    assert orjson.loads(await seen[0].read())["messages"] == [{"role": "user", "content": "Hi"}]


async def test_a_server_without_a_key_gets_no_authorization(transport: Transport) -> None:
    seen: list[web.Request] = []
    async with answering({"/v1/chat/completions": streaming}, seen) as port:
        async for _ in provider_of(transport).stream(ask(), endpoint(base_url=f"http://127.0.0.1:{port}/v1"), NO_SECRET):
            pass
    assert "authorization" not in seen[0].headers


async def test_nothing_is_sent_without_the_key_that_a_provider_wants(transport: Transport) -> None:
    target = endpoint(provider="openai", provider_name="OpenAI", base_url="https://api.openai.com/v1")
    with pytest.raises(KeyMissing, match="OpenAI wants a key"):
        await anext(provider_of(transport).stream(ask(), target, NO_SECRET))
    assert transport._pool is None


async def test_a_key_that_the_provider_repeats_is_hidden(transport: Transport) -> None:
    def refuse(request: web.Request) -> web.Response:
        return web.json_response({"error": {"message": f"bad key: {request.headers['authorization']}"}}, status=401)

    async with answering({"/v1/chat/completions": refuse, "/v1/models": refuse}) as port:
        base_url = f"http://127.0.0.1:{port}/v1"
        with pytest.raises(KeyRejected) as caught:
            await anext(provider_of(transport).stream(ask(), endpoint(base_url=base_url, key_id="k"), Secret("sk-very-secret")))
        with pytest.raises(KeyRejected) as listed:
            await models_of(transport).endpoints(provider_rows()["custom"], key(base_url=base_url), Secret("sk-very-secret"))
    for error in (caught.value, listed.value):
        assert "[key]" in error.message
        assert "sk-very-secret" not in error.message + repr(error.details)


async def test_the_models_of_a_key_are_listed_with_what_the_list_says(transport: Transport) -> None:
    models = [
        {
            "id": "a/b",
            "name": "Model B",
            "context_length": 128000,
            "created": 7,
            "pricing": {"prompt": "0.000001", "completion": "0.000002", "input_cache_read": "0.0000005"},
            "supported_parameters": ["tools", "reasoning"],
            "architecture": {"input_modalities": ["text", "image"]},
            "top_provider": {"max_completion_tokens": 4096},
        },
        {"id": "text-embedding-3"},
        {"id": "a/auto", "pricing": {"prompt": "-1", "completion": "-1"}},
    ]
    async with answering({"/v1/models": {"data": models}}) as port:
        row = provider_rows()["openrouter"]
        found = await models_of(transport).endpoints(
            row, key(provider="openrouter", base_url=f"http://127.0.0.1:{port}/v1", label="mine"), Secret("k")
        )
    first, embedder, second = found
    assert (first.id, first.model_id, first.name, first.context_tokens, first.max_output_tokens) == (
        "mine:a/b",
        "mine:a/b",
        "Model B",
        128000,
        4096,
    )
    assert (first.key_id, first.key_label, first.quirks) == ("key_1", "mine", row.quirks)
    assert first.capabilities == {"chat", "tools", "reasoning", "images"}
    assert (embedder.capabilities, embedder.assumed) == ({"embeddings"}, False)
    assert second.native_model == "a/auto"


async def test_prices_of_a_list_are_dated_and_unknown_ones_stay_unknown(transport: Transport) -> None:
    from satchel.dialects.openai_models import parse_models

    from .parts import MOMENT

    listed = parse_models([{"id": "x", "pricing": {"prompt": "0.000001", "completion": "0.000002"}}, {"id": "y"}], MOMENT.date())
    assert listed
    assert listed[0].price
    assert (listed[0].price.input_usd, listed[0].price.output_usd, listed[0].price.as_of) == (Decimal(1), Decimal(2), MOMENT.date())
    assert listed[1].price is None


async def test_a_list_that_is_none_and_a_server_that_is_away_are_errors(transport: Transport) -> None:
    row = provider_rows()["custom"]
    async with answering({"/v1/models": {"hello": 1}}) as port:
        with pytest.raises(ProviderGarbled):
            await models_of(transport).endpoints(row, key(base_url=f"http://127.0.0.1:{port}/v1"), NO_SECRET)
    with pytest.raises(ProviderUnavailable):
        await models_of(transport).endpoints(row, key(base_url=f"http://127.0.0.1:{port}/v1"), NO_SECRET)


async def test_a_provider_without_a_list_is_not_asked_for_one(transport: Transport) -> None:
    assert await models_of(transport).endpoints(provider_rows()["perplexity"], key(base_url="https://api.perplexity.ai"), NO_SECRET) == ()
    assert transport._pool is None
