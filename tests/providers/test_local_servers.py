"""Servers on this machine, each shaped as its documentation says; the real llama.cpp is in test_builtin.py."""

import asyncio
import time
from typing import Any

from aiohttp import web

from satchel.domain.embeddings import EmbeddingRequest
from satchel.domain.events import Embedding, TextDelta
from satchel.domain.keys import NO_SECRET
from satchel.kit.clock import SystemClock
from satchel.loading import catalog_models, provider_rows
from satchel.providers.local_servers import LocalServers
from satchel.providers.openai_compatible import PROVIDER
from satchel.transport import Transport

from .parts import answering, ask, deps_with

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
LM_STUDIO_OF_TODAY: dict[str, Any] = {
    "/v1/models": LM_STUDIO["/v1/models"],
    "/api/v1/models": {
        "models": [
            {
                "type": "llm",
                "key": "qwen/qwen3-4b",
                "display_name": "Qwen3 4B",
                "max_context_length": 32768,
                "loaded_instances": [],
                "capabilities": {"vision": False, "trained_for_tool_use": True},
            },
            {"type": "llm", "key": "gemma-vl", "max_context_length": 8192, "capabilities": {"vision": True, "trained_for_tool_use": False}},
            {"type": "embedding", "key": "nomic-embed", "max_context_length": 2048},
        ]
    },
}
LM_STUDIO_IDLE: dict[str, Any] = {"/v1/models": {"data": [], "object": "list"}, "/api/v1/models": {"models": []}}
VLLM: dict[str, Any] = {
    "/v1/models": {
        "object": "list",
        "data": [
            {"id": "meta/llama", "object": "model", "owned_by": "vllm", "root": "/models/llama", "parent": None, "max_model_len": 4096},
            {"id": "my-lora", "object": "model", "owned_by": "vllm", "root": "/loras/mine", "parent": "meta/llama", "max_model_len": None},
        ],
    },
    "/version": {"version": "1"},
}
LLAMA_CPP: dict[str, Any] = {
    "/v1/models": {
        "data": [{"id": "smol", "owned_by": "llamacpp", "meta": {"n_ctx": 2048}}],
        "models": [{"name": "smol", "capabilities": ["completion"]}],
    }
}
UNKNOWN: dict[str, Any] = {"/v1/models": [{"id": "bare"}]}


def servers_at(transport: Transport, *ports: int) -> LocalServers:
    return LocalServers(transport, provider_rows(), catalog_models(), SystemClock(), ports)


async def test_c4_a_server_is_known_by_its_answers_not_by_its_port(transport: Transport) -> None:
    shapes = [("ollama", OLLAMA), ("lmstudio", LM_STUDIO), ("lmstudio", LM_STUDIO_OF_TODAY), ("vllm", VLLM), ("llamacpp", LLAMA_CPP)]
    for kind, answers in (*shapes, ("custom", UNKNOWN)):
        seen: list[web.Request] = []
        async with answering(answers, seen) as port:
            found = await servers_at(transport, port).endpoints()
        assert {endpoint.provider for endpoint in found} == {kind}
        assert {endpoint.base_url for endpoint in found} == {f"http://127.0.0.1:{port}/v1"}
        assert all(endpoint.place == "server" and endpoint.price is not None and endpoint.price.input_usd == 0 for endpoint in found)
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


async def test_each_kind_of_list_tells_contexts_and_abilities(transport: Transport) -> None:
    async with (
        answering(LM_STUDIO_OF_TODAY) as studio,
        answering(VLLM) as vllm,
        answering(LLAMA_CPP) as llama,
        answering(LM_STUDIO_IDLE) as idle,
    ):
        found = {one.id: one for one in await servers_at(transport, studio, vllm, llama, idle).endpoints()}
    assert {name: one.context_tokens for name, one in found.items()} == {
        "lmstudio:qwen/qwen3-4b": 32768,
        "lmstudio:gemma-vl": 8192,
        "lmstudio:nomic-embed": 2048,
        "vllm:meta/llama": 4096,
        "vllm:my-lora": None,
        "llamacpp:smol": 2048,
    }
    assert found["lmstudio:qwen/qwen3-4b"].name == "Qwen3 4B"
    assert found["lmstudio:qwen/qwen3-4b"].capabilities == {"chat", "tools", "json_schema"}
    assert found["lmstudio:gemma-vl"].capabilities == {"chat", "images", "json_schema"}
    assert found["lmstudio:nomic-embed"].capabilities == {"embeddings"}
    assert "images" not in found["llamacpp:smol"].capabilities
    assert found["vllm:meta/llama"].assumed


async def test_what_is_found_answers_chats_and_embeds_without_a_key(transport: Transport) -> None:
    chat = {"choices": [{"index": 0, "message": {"role": "assistant", "content": "Hello."}, "finish_reason": "stop"}]}
    vectors = {"data": [{"index": 0, "embedding": [0.5, 0.25]}]}
    seen: list[web.Request] = []
    assert PROVIDER.build
    provider = PROVIDER.build(deps_with(transport))
    for shape in (OLLAMA, LM_STUDIO_OF_TODAY, VLLM, LLAMA_CPP):
        async with answering({**shape, "/v1/chat/completions": chat, "/v1/embeddings": vectors}, seen) as port:
            first = (await servers_at(transport, port).endpoints())[0]
            said = [event async for event in provider.stream(ask(), first, NO_SECRET)]
            embedded = [event async for event in provider.stream(EmbeddingRequest(first.id, ("one",)), first, NO_SECRET)]
        assert said[1] == TextDelta("Hello.")
        assert embedded[1] == Embedding((0.5, 0.25))
    assert not any("authorization" in request.headers for request in seen)


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
