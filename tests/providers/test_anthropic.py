import orjson
import pytest
from aiohttp import web

from satchel.dialects.anthropic_models import next_page, parse_models
from satchel.domain.chat import ChatRequest, FilePart, Message
from satchel.domain.errors import KeyMissing, KeyRejected, ProviderGarbled, ProviderUnavailable
from satchel.domain.events import Finished, FinishReason, Started, TextDelta
from satchel.domain.keys import NO_SECRET, Secret
from satchel.domain.usage import Usage
from satchel.loading import provider_rows
from satchel.providers.anthropic import PROVIDER, Anthropic, AnthropicModels
from satchel.transport import Transport

from .parts import answering, ask, deps_with, endpoint, key

EVENTS = [
    {"type": "message_start", "message": {"id": "msg_1", "model": "claude-x", "usage": {"input_tokens": 9, "output_tokens": 1}}},
    {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "hey"}},
    {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 5}},
    {"type": "message_stop"},
]
SSE = "".join(f"event: {event['type']}\ndata: {orjson.dumps(event).decode()}\n\n" for event in EVENTS)


def streaming(_: web.Request) -> web.Response:
    return web.Response(text=SSE, content_type="text/event-stream")


def provider_of(transport: Transport) -> Anthropic:
    assert PROVIDER.build
    subject = PROVIDER.build(deps_with(transport))
    assert isinstance(subject, Anthropic)
    return subject


def models_of(transport: Transport) -> AnthropicModels:
    assert PROVIDER.source
    subject = PROVIDER.source(deps_with(transport))
    assert isinstance(subject, AnthropicModels)
    return subject


async def test_a_call_goes_to_the_bare_host_with_key_and_version(transport: Transport) -> None:
    seen: list[web.Request] = []
    async with answering({"/v1/messages": streaming}, seen) as port:
        target = endpoint(provider="anthropic", native_model="claude-x", base_url=f"http://127.0.0.1:{port}")
        events = [event async for event in provider_of(transport).stream(ask(), target, Secret("sk-ant-1"))]
    assert events == [Started("claude-x", "msg_1"), TextDelta("hey"), Finished(FinishReason.STOP, "end_turn", Usage(9, 5))]
    assert (seen[0].headers["x-api-key"], seen[0].headers["anthropic-version"]) == ("sk-ant-1", "2023-06-01")
    assert "anthropic-beta" not in seen[0].headers
    body = orjson.loads(await seen[0].read())
    assert (body["model"], body["stream"], body["messages"]) == ("claude-x", True, [{"role": "user", "content": "Hi"}])


async def test_a_beta_is_named_where_the_request_needs_it(transport: Transport) -> None:
    seen: list[web.Request] = []
    request = ChatRequest("a/b", (Message("user", (FilePart(file_id="file_1"),)),))
    async with answering({"/v1/messages": streaming}, seen) as port:
        async for _ in provider_of(transport).stream(request, endpoint(base_url=f"http://127.0.0.1:{port}"), Secret("k")):
            pass
    assert seen[0].headers["anthropic-beta"] == "files-api-2025-04-14"


async def test_nothing_is_sent_without_a_key(transport: Transport) -> None:
    with pytest.raises(KeyMissing, match="wants a key"):
        await anext(provider_of(transport).stream(ask(), endpoint(), NO_SECRET))
    assert transport._pool is None
    await provider_of(transport).aclose()


async def test_a_key_that_is_repeated_is_hidden(transport: Transport) -> None:
    def refuse(request: web.Request) -> web.Response:
        told = {"type": "error", "error": {"type": "authentication_error", "message": f"bad key: {request.headers['x-api-key']}"}}
        return web.json_response(told, status=401)

    async with answering({"/v1/messages": refuse, "/v1/models": refuse}) as port:
        base_url = f"http://127.0.0.1:{port}"
        with pytest.raises(KeyRejected) as caught:
            await anext(provider_of(transport).stream(ask(), endpoint(base_url=base_url, key_id="k"), Secret("sk-very-secret")))
        with pytest.raises(KeyRejected) as listed:
            await models_of(transport).endpoints(provider_rows()["anthropic"], key(base_url=base_url), Secret("sk-very-secret"))
    for error in (caught.value, listed.value):
        assert "[key]" in error.message
        assert "sk-very-secret" not in error.message + repr(error.details)


def listed(model: str, **more: object) -> dict[str, object]:
    return {"type": "model", "id": model, "display_name": model.title(), "created_at": "2026-02-01T00:00:00Z", **more}


async def test_the_models_of_a_key_are_listed_page_by_page(transport: Transport) -> None:
    able = {name: {"supported": True} for name in ("image_input", "pdf_input", "thinking")}
    pages = {
        None: {
            "data": [listed("claude-a", max_input_tokens=200000, max_tokens=64000, capabilities=able)],
            "has_more": True,
            "last_id": "claude-a",
        },
        "claude-a": {"data": [listed("claude-b"), listed("claude-0", lifecycle="retired"), {"type": "model"}], "has_more": False},
    }
    async with answering({"/v1/models": lambda request: web.json_response(pages[request.query.get("after_id")])}) as port:
        mine = key(provider="anthropic", base_url=f"http://127.0.0.1:{port}", label="mine")
        found = await models_of(transport).endpoints(provider_rows()["anthropic"], mine, Secret("k"))
    first, second = found
    assert (first.id, first.name, first.context_tokens, first.max_output_tokens) == ("mine:claude-a", "Claude-A", 200000, 64000)
    assert first.capabilities == {"chat", "tools", "images", "files", "reasoning"}
    assert (second.native_model, second.created) == ("claude-b", 1769904000)
    assert "images" in second.capabilities


async def test_a_list_that_is_none_or_away_is_an_error_and_one_without_end_is_cut(transport: Transport) -> None:
    row = provider_rows()["anthropic"]
    endless = {"data": [listed("claude-a")], "has_more": True, "last_id": "claude-a"}
    async with answering({"/v1/models": {"hello": 1}}) as port:
        with pytest.raises(ProviderGarbled):
            await models_of(transport).endpoints(row, key(base_url=f"http://127.0.0.1:{port}"), Secret("k"))
    with pytest.raises(ProviderUnavailable):
        await models_of(transport).endpoints(row, key(base_url=f"http://127.0.0.1:{port}"), NO_SECRET)
    async with answering({"/v1/models": endless}) as port:
        assert len(await models_of(transport).endpoints(row, key(base_url=f"http://127.0.0.1:{port}"), Secret("k"))) == 5
    assert await models_of(transport).endpoints(provider_rows()["perplexity"], key(), Secret("k")) == ()


def test_odd_lists_are_read_as_far_as_they_go() -> None:
    assert parse_models([]) is None
    assert next_page([]) is None
    odd = parse_models({"data": [{"id": "m", "created_at": "yesterday", "max_tokens": "many"}]})
    assert odd is not None
    assert (odd[0].created, odd[0].max_output_tokens, odd[0].name) == (0, None, None)
