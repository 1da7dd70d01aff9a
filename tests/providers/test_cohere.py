import orjson
import pytest
from aiohttp import web

from satchel.domain.errors import KeyMissing, KeyRejected, ProviderGarbled
from satchel.domain.events import Finished, TextDelta
from satchel.domain.keys import NO_SECRET, Secret
from satchel.loading import provider_rows
from satchel.providers.cohere import PROVIDER, Cohere, CohereModels
from satchel.transport import Transport

from .parts import answering, ask, deps_with, endpoint, key

SSE = (
    'data: {"type":"content-delta","index":0,"delta":{"message":{"content":{"text":"hey"}}}}\n\n'
    'data: {"type":"message-end","delta":{"finish_reason":"COMPLETE"}}\n\ndata: [DONE]\n\n'
)
ROW = provider_rows()["cohere"]


def provider_of(transport: Transport) -> Cohere:
    assert PROVIDER.build
    subject = PROVIDER.build(deps_with(transport))
    assert isinstance(subject, Cohere)
    assert subject.ids == {"cohere"}
    return subject


def models_of(transport: Transport) -> CohereModels:
    assert PROVIDER.source
    subject = PROVIDER.source(deps_with(transport))
    assert isinstance(subject, CohereModels)
    return subject


async def test_a_call_is_sent_with_the_key_and_its_answer_streamed(transport: Transport) -> None:
    seen: list[web.Request] = []
    stream = web.Response(text=SSE, content_type="text/event-stream")
    async with answering({"/v2/chat": lambda _: stream}, seen) as port:
        target = endpoint(provider="cohere", native_model="command-x", base_url=f"http://127.0.0.1:{port}")
        events = [event async for event in provider_of(transport).stream(ask(), target, Secret("k-1"))]
    assert events[1] == TextDelta("hey")
    assert isinstance(events[-1], Finished)
    assert seen[0].headers["authorization"] == "Bearer k-1"
    assert orjson.loads(await seen[0].read())["model"] == "command-x"
    await provider_of(transport).aclose()


async def test_nothing_is_sent_without_a_key(transport: Transport) -> None:
    with pytest.raises(KeyMissing, match="Cohere wants a key"):
        await anext(provider_of(transport).stream(ask(), endpoint(provider_name="Cohere", base_url=ROW.base_url), NO_SECRET))
    assert transport._pool is None


async def test_a_key_that_the_provider_repeats_is_hidden(transport: Transport) -> None:
    def refuse(request: web.Request) -> web.Response:
        return web.json_response({"message": f"bad key: {request.headers['authorization']}"}, status=401)

    async with answering({"/v2/chat": refuse, "/v1/models": refuse}) as port:
        base_url = f"http://127.0.0.1:{port}"
        with pytest.raises(KeyRejected) as caught:
            await anext(provider_of(transport).stream(ask(), endpoint(base_url=base_url, key_id="k"), Secret("very-secret-key")))
        with pytest.raises(KeyRejected) as listed:
            await models_of(transport).endpoints(ROW, key(base_url=base_url), Secret("very-secret-key"))
    for error in (caught.value, listed.value):
        assert "[key]" in error.message
        assert "very-secret-key" not in error.message + repr(error.details)


async def test_the_models_of_a_key_are_listed_page_by_page(transport: Transport) -> None:
    first = {"name": "command-x", "endpoints": ["chat"], "context_length": 256000.0, "features": ["tools", "vision", "logprobs", 3]}
    more = [{"name": "old", "endpoints": ["chat"], "is_deprecated": True}, {"name": "embed-y", "endpoints": ["embed"]}, {"name": "odd"}]
    pages = {
        "": {"models": [first, *more], "next_page_token": "a=b"},
        "a=b": {"models": [{"name": "command-y", "endpoints": ["chat"]}]},
    }
    async with answering({"/v1/models": lambda request: web.json_response(pages[request.query.get("page_token", "")])}) as port:
        found = await models_of(transport).endpoints(ROW, key(provider="cohere", base_url=f"http://127.0.0.1:{port}"), Secret("k"))
    listed = [(model.id, model.context_tokens) for model in found]
    assert listed == [("cohere:command-x", 256000), ("cohere:embed-y", None), ("cohere:command-y", None)]
    assert found[0].capabilities == {"chat", "tools", "images"}
    assert found[1].capabilities == {"embeddings"}
    assert "tools" in found[2].capabilities
    assert (found[0].dialect, found[0].cancel) == ("cohere", "stops")


async def test_a_list_without_end_is_left_and_one_that_is_none_is_an_error(transport: Transport) -> None:
    asked: list[web.Request] = []
    async with answering({"/v1/models": {"models": [], "next_page_token": "again"}}, asked) as port:
        assert await models_of(transport).endpoints(ROW, key(base_url=f"http://127.0.0.1:{port}"), NO_SECRET) == []
    assert len(asked) == 5
    assert "authorization" not in asked[0].headers
    async with answering({"/v1/models": [1]}) as port:
        with pytest.raises(ProviderGarbled):
            await models_of(transport).endpoints(ROW, key(base_url=f"http://127.0.0.1:{port}"), Secret("k"))
