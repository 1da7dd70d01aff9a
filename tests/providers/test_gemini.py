import orjson
import pytest
from aiohttp import web

from satchel.domain.errors import KeyMissing, KeyRejected, ProviderGarbled
from satchel.domain.events import Finished, TextDelta
from satchel.domain.keys import NO_SECRET, Secret
from satchel.loading import provider_rows
from satchel.providers.gemini import PROVIDER, Gemini, GeminiModels
from satchel.transport import Transport

from .parts import answering, ask, deps_with, endpoint, key

SSE = 'data: {"candidates":[{"content":{"parts":[{"text":"hey"}]},"finishReason":"STOP"}]}\r\n\r\n'
ROW = provider_rows()["gemini"]


def provider_of(transport: Transport) -> Gemini:
    assert PROVIDER.build
    subject = PROVIDER.build(deps_with(transport))
    assert isinstance(subject, Gemini)
    assert subject.ids == {"gemini"}
    return subject


def models_of(transport: Transport) -> GeminiModels:
    assert PROVIDER.source
    subject = PROVIDER.source(deps_with(transport))
    assert isinstance(subject, GeminiModels)
    return subject


@pytest.mark.parametrize(("native", "path"), [("g-1", "models/g-1"), ("tunedModels/a b", "tunedModels/a b")])
async def test_a_call_is_sent_to_its_models_path_with_the_key(native: str, path: str, transport: Transport) -> None:
    seen: list[web.Request] = []
    stream = web.Response(text=SSE, content_type="text/event-stream")
    async with answering({f"/v1beta/{path}:streamGenerateContent": lambda _: stream}, seen) as port:
        target = endpoint(provider="gemini", native_model=native, base_url=f"http://127.0.0.1:{port}")
        events = [event async for event in provider_of(transport).stream(ask(), target, Secret("k-1"))]
    assert events[1] == TextDelta("hey")
    assert isinstance(events[-1], Finished)
    assert (seen[0].headers["x-goog-api-key"], seen[0].query["alt"]) == ("k-1", "sse")
    assert orjson.loads(await seen[0].read())["contents"][0]["parts"] == [{"text": "Hi"}]
    await provider_of(transport).aclose()


async def test_nothing_is_sent_without_a_key(transport: Transport) -> None:
    with pytest.raises(KeyMissing, match="Google Gemini wants a key"):
        await anext(provider_of(transport).stream(ask(), endpoint(provider_name="Google Gemini", base_url=ROW.base_url), NO_SECRET))
    assert transport._pool is None


async def test_a_key_that_the_provider_repeats_is_hidden(transport: Transport) -> None:
    def refuse(request: web.Request) -> web.Response:
        details = [{"reason": "API_KEY_INVALID"}]
        said = f"bad key {request.headers['x-goog-api-key']}"
        return web.json_response({"error": {"code": 400, "message": said, "details": details}}, status=400)

    async with answering({"/v1beta/models/m:streamGenerateContent": refuse, "/v1beta/models": refuse}) as port:
        base_url = f"http://127.0.0.1:{port}"
        with pytest.raises(KeyRejected) as caught:
            await anext(provider_of(transport).stream(ask(), endpoint(base_url=base_url), Secret("very-secret-key")))
        with pytest.raises(KeyRejected) as listed:
            await models_of(transport).endpoints(ROW, key(base_url=base_url), Secret("very-secret-key"))
    for error in (caught.value, listed.value):
        assert "[key]" in error.message
        assert "very-secret-key" not in error.message + repr(error.details)


async def test_the_models_of_a_key_are_listed_page_by_page(transport: Transport) -> None:
    generates = {"supportedGenerationMethods": ["generateContent"]}
    first = {"name": "models/g-1", "displayName": "G 1", "inputTokenLimit": 1000, "outputTokenLimit": 50, "thinking": True, **generates}
    pages = {
        "": {"models": [first, {"name": "models/embed", "supportedGenerationMethods": ["embedContent"]}], "nextPageToken": "a=b"},
        "a=b": {"models": [{"name": "models/g-2", "description": "newer", **generates}, {"name": "models/odd"}]},
    }
    async with answering({"/v1beta/models": lambda request: web.json_response(pages[request.query.get("pageToken", "")])}) as port:
        found = await models_of(transport).endpoints(ROW, key(provider="gemini", base_url=f"http://127.0.0.1:{port}"), Secret("k"))
    assert [(model.id, model.name, model.context_tokens, model.max_output_tokens) for model in found] == [
        ("gemini:g-1", "G 1", 1000, 50),
        ("gemini:embed", "embed", None, None),
        ("gemini:g-2", "g-2", None, None),
    ]
    assert "reasoning" in found[0].capabilities
    assert found[1].capabilities == {"embeddings"}
    assert {"files", "audio", "tools"} <= found[2].capabilities
    assert (found[0].dialect, found[0].cancel) == ("gemini", "bills_full")


async def test_a_list_without_end_is_left_and_one_that_is_none_is_an_error(transport: Transport) -> None:
    asked: list[web.Request] = []
    async with answering({"/v1beta/models": {"models": [], "nextPageToken": "again"}}, asked) as port:
        assert await models_of(transport).endpoints(ROW, key(base_url=f"http://127.0.0.1:{port}"), NO_SECRET) == []
    assert len(asked) == 5
    assert "x-goog-api-key" not in asked[0].headers
    async with answering({"/v1beta/models": [1]}) as port:
        with pytest.raises(ProviderGarbled):
            await models_of(transport).endpoints(ROW, key(base_url=f"http://127.0.0.1:{port}"), Secret("k"))
