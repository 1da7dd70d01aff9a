"""Window AI's local servers beside OpenAI-compatible ones, as fakes on this machine: found by their answers, then asked their way."""

from typing import Any

import orjson
import pytest
from aiohttp import web

from satchel.dialects.plain_completions import DIALECT
from satchel.domain.errors import ProviderRefused, ProviderUnavailable, SatchelError
from satchel.domain.events import TextDelta
from satchel.domain.keys import NO_SECRET, Secret
from satchel.loading import provider_rows
from satchel.providers.openai_compatible import PROVIDER, KeyModels
from satchel.transport import Transport

from .parts import answering, ask, deps_with, key

ROW = provider_rows()["custom"]
DONE = "data: [DONE]\n\n"


def plain(end: str = "") -> Any:
    """Answer a prompt, whole or as a stream, as the README says."""

    def complete(request: web.Request) -> web.Response:
        body = orjson.loads(request._read_bytes or b"")
        if not body.get("stream"):
            return web.json_response({"choices": [{"text": body["prompt"]}]})
        said = "".join(f'data: {{"choices":[{{"text":"{word}"}}]}}\n\n' for word in ("He", "llo"))
        return web.Response(text=said + end, content_type="text/event-stream")

    return complete


def chat(_: web.Request) -> web.Response:
    said = 'data: {"choices":[{"index":0,"delta":{"content":"Hello"},"finish_reason":"stop"}]}\n\n'
    return web.Response(text=said + DONE, content_type="text/event-stream")


def source_of(transport: Transport) -> KeyModels:
    assert PROVIDER.source
    subject = PROVIDER.source(deps_with(transport))
    assert isinstance(subject, KeyModels)
    return subject


async def asked_at(transport: Transport, port: int, secret: Secret = NO_SECRET) -> tuple[str, str, str]:
    """Add the server, ask its one model; return its id, its dialect, and what it said."""
    assert PROVIDER.build
    (found,) = await source_of(transport).endpoints(ROW, key(base_url=f"http://127.0.0.1:{port}", label="mine"), secret)
    events = [event async for event in PROVIDER.build(deps_with(transport)).stream(ask(), found, secret)]
    return found.id, found.dialect, "".join(event.text for event in events if isinstance(event, TextDelta))


@pytest.mark.parametrize("end", ["", DONE])
async def test_c4_a_server_that_names_its_model_is_asked_for_prompts(transport: Transport, end: str) -> None:
    seen: list[web.Request] = []
    async with answering({"/model": {"id": "llama"}, "/completions": plain(end)}, seen) as port:
        assert await asked_at(transport, port, Secret("sk-mine")) == ("mine:llama", DIALECT, "Hello")
    assert [(request.method, request.path) for request in seen] == [("GET", "/models"), ("POST", "/model"), ("POST", "/completions")]
    assert orjson.loads(await seen[2].read()) == {"prompt": "Hi", "stream": True, "model": "llama"}
    assert {request.headers["authorization"] for request in seen} == {"Bearer sk-mine"}


@pytest.mark.parametrize("end", ["", DONE])
async def test_c4_a_server_that_names_none_is_found_by_one_word_and_asked_for_it_once(transport: Transport, end: str) -> None:
    seen: list[web.Request] = []
    async with answering({"/completions": plain(end)}, seen) as port:
        assert await asked_at(transport, port) == ("mine:local", DIALECT, "Hello")
        assert orjson.loads(await seen[-1].read()) == {"prompt": "Hi", "stream": True}
        subject, wanted = source_of(transport), key(base_url=f"http://127.0.0.1:{port}", label="mine")
        for expected in (["/models", "/model", "/chat/completions", "/completions"], ["/models", "/model"]):
            seen.clear()
            (found,) = await subject.endpoints(ROW, wanted, NO_SECRET)
            assert (found.capabilities, found.assumed, [request.path for request in seen]) == ({"chat"}, False, expected)


@pytest.mark.parametrize("end", ["", DONE])
async def test_c4_an_openai_compatible_server_is_asked_for_chats_and_nothing_else_is_tried(transport: Transport, end: str) -> None:
    seen: list[web.Request] = []
    answers = {"/models": {"data": [{"id": "m"}]}, "/model": {"id": "llama"}, "/completions": plain(), "/chat/completions": chat}
    if not end:
        answers["/chat/completions"] = lambda request: web.Response(
            text=(chat(request).text or "").removesuffix(DONE), content_type="text/event-stream"
        )
    async with answering(answers, seen) as port:
        assert await asked_at(transport, port) == ("mine:m", "openai_chat", "Hello")
    assert [request.path for request in seen] == ["/models", "/chat/completions"]


@pytest.mark.parametrize(
    "answers",
    [
        {},
        {"/completions": {"error": "no"}},
        {"/completions": plain(), "/chat/completions": chat},
        {"/model": {"name": "llama"}, "/completions": {"choices": [{"message": {"content": "Hi"}}]}},
    ],
)
async def test_c4_what_lists_nothing_and_knows_no_prompts_is_refused_as_before(transport: Transport, answers: dict[str, Any]) -> None:
    async with answering(answers) as port:
        with pytest.raises(ProviderRefused):
            await source_of(transport).endpoints(ROW, key(base_url=f"http://127.0.0.1:{port}/"), NO_SECRET)


async def test_c4_a_server_that_chats_without_a_list_writes_one_word_for_it_and_never_again(transport: Transport) -> None:
    seen: list[web.Request] = []
    subject = source_of(transport)
    async with answering({"/chat/completions": chat}, seen) as port:
        for expected in (["/models", "/model", "/chat/completions"], ["/models"]):
            seen.clear()
            with pytest.raises(ProviderRefused):
                await subject.endpoints(ROW, key(base_url=f"http://127.0.0.1:{port}"), NO_SECRET)
            assert [request.path for request in seen] == expected


async def test_c4_only_a_server_of_ones_own_is_tried_and_only_where_it_has_no_list(transport: Transport) -> None:
    def ill(_: web.Request) -> web.Response:
        return web.json_response({"error": {"message": "loading"}}, status=503)

    for row, answers in ((provider_rows()["llamacpp"], {}), (ROW, {"/models": ill})):
        seen: list[web.Request] = []
        async with answering({**answers, "/model": {"id": "llama"}}, seen) as port:
            with pytest.raises(SatchelError):
                await source_of(transport).endpoints(row, key(base_url=f"http://127.0.0.1:{port}", provider=row.id), NO_SECRET)
        assert len(seen) == 1


async def test_c4_an_error_object_with_status_200_is_the_servers_error(transport: Transport) -> None:
    async with answering({"/model": {"id": "llama"}, "/completions": {"error": {"message": "no more memory"}}}) as port:
        with pytest.raises(ProviderUnavailable, match="no more memory"):
            await asked_at(transport, port)
