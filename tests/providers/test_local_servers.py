"""Servers on this machine, each shaped as its documentation says; the real llama.cpp is in test_builtin.py."""

import asyncio
import time
from typing import Any

from aiohttp import web

from satchel.kit.clock import SystemClock
from satchel.loading import catalog_models, provider_rows
from satchel.providers.local_servers import LocalServers
from satchel.transport import Transport

from .parts import answering

OLLAMA: dict[str, Any] = {
    "/v1/models": {"object": "list", "data": [{"id": "llama3:8b", "object": "model", "owned_by": "library"}, {"id": "nomic-embed-text"}]},
    "/api/version": {"version": "0.40.5"},
    "/api/tags": {"models": [{"name": "llama3:8b"}]},
}
LM_STUDIO: dict[str, Any] = {
    "/v1/models": {"data": [{"id": "qwen3-4b", "object": "model", "owned_by": "organization_owner"}]},
    "/api/v0/models": {
        "data": [
            {"id": "qwen3-4b", "type": "llm", "max_context_length": 32768},
            {"id": "gemma-vl", "type": "vlm", "max_context_length": 8192},
            {"id": "nomic", "type": "embeddings"},
        ]
    },
}
VLLM: dict[str, Any] = {
    "/v1/models": {"data": [{"id": "meta/llama", "owned_by": "vllm", "max_model_len": 4096}]},
    "/version": {"version": "1"},
}
LLAMA_CPP: dict[str, Any] = {
    "/v1/models": {"data": [{"id": "smol", "owned_by": "llamacpp", "meta": {"n_ctx": 2048}}], "models": [{"name": "smol"}]}
}
UNKNOWN: dict[str, Any] = {"/v1/models": [{"id": "bare"}]}


def servers_at(transport: Transport, *ports: int) -> LocalServers:
    return LocalServers(transport, provider_rows(), catalog_models(), SystemClock(), ports)


async def test_c4_a_server_is_known_by_its_answers_not_by_its_port(transport: Transport) -> None:
    shapes = {"ollama": OLLAMA, "lmstudio": LM_STUDIO, "vllm": VLLM, "llamacpp": LLAMA_CPP, "custom": UNKNOWN}
    for kind, answers in shapes.items():
        seen: list[web.Request] = []
        async with answering(answers, seen) as port:
            found = await servers_at(transport, port).endpoints()
        assert {endpoint.provider for endpoint in found} == {kind}
        assert {endpoint.base_url for endpoint in found} == {f"http://127.0.0.1:{port}/v1"}
        assert all(endpoint.local and endpoint.price is not None and endpoint.price.input_usd == 0 for endpoint in found)
        assert {request.method for request in seen} == {"GET"}
        assert not any("origin" in request.headers for request in seen)


async def test_models_are_named_after_their_server_and_say_whether_they_chat_or_embed(transport: Transport) -> None:
    async with answering(OLLAMA) as ollama, answering(LM_STUDIO) as studio:
        found = await servers_at(transport, ollama, studio).endpoints()
    assert [(endpoint.id, "chat" in endpoint.capabilities, "embeddings" in endpoint.capabilities) for endpoint in found] == [
        ("ollama:llama3:8b", True, False),
        ("ollama:nomic-embed-text", False, True),
        ("lmstudio:qwen3-4b", True, False),
        ("lmstudio:gemma-vl", True, False),
        ("lmstudio:nomic", False, True),
    ]
    assert [endpoint.context_tokens for endpoint in found] == [None, None, 32768, 8192, None]


async def test_what_is_away_broken_or_wants_a_key_is_not_there(transport: Transport) -> None:
    def refuse(_: web.Request) -> web.Response:
        return web.json_response({"error": "key"}, status=401)

    async with answering({"/v1/models": refuse}) as locked, answering({}) as empty, answering({"/v1/models": "hello"}) as odd:
        assert await servers_at(transport, locked, empty, odd).endpoints() == []
    assert await servers_at(transport, locked).endpoints() == []


async def test_all_are_asked_at_once_and_none_for_longer_than_half_a_second(transport: Transport) -> None:
    async def mute(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()
        await writer.wait_closed()

    servers = [await asyncio.start_server(mute, "127.0.0.1", 0) for _ in range(4)]
    async with answering(OLLAMA) as good:
        begun = time.perf_counter()
        found = await servers_at(transport, *(server.sockets[0].getsockname()[1] for server in servers), good).endpoints()
        took_s = time.perf_counter() - begun
    for server in servers:
        server.close()
    await asyncio.sleep(0.05)  # let their handlers end
    assert [endpoint.id for endpoint in found] == ["ollama:llama3:8b", "ollama:nomic-embed-text"]
    assert took_s < 1.9  # four in turn would take two seconds


def test_the_usual_ports_are_asked() -> None:
    subject = LocalServers(Transport(allow_loopback=True), provider_rows(), {}, SystemClock())
    assert subject._ports == (11434, 1234, 8080, 8000)
