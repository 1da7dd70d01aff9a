"""Clients that nobody changed, against a running server: JSON and stream, tools, schemas, errors. One server for all of them.

Each runs in a process of its own, `tests/e2e/node/*.mjs` or `tests/e2e/python_clients/*.py`, and prints what it saw.
"""

import asyncio
import json
import os
import sys
from collections.abc import AsyncGenerator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import openai
import pytest
import pytest_asyncio
from pydantic import BaseModel
from tests.contracts.values import hold, settlement
from tests.e2e.conftest import need

from satchel.domain.budgets import Period
from satchel.domain.grants import BudgetCaveat
from satchel.services.oauth.wishes import wish_of

from ..served import Served, served

pytestmark = pytest.mark.asyncio(loop_scope="module")
CLIENTS = Path(__file__).parents[2] / "e2e"
CALLS = [["weather", {"city": "Oslo"}], ["time", {"of": "Oslo"}]]
COMPLAINT, PATIENCE = "temperature must not be 3", "slow down"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shop(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Served, None]:
    """Serve a house for all clients."""
    async with served(tmp_path_factory.mktemp("shop") / "home", idle_timeout_s=10) as running:
        running.upstream.models = ["acme/small"]
        await running.house.catalog.refresh(running.account.id)
        yield running


async def seen_by(folder: str, script: str, *arguments: str, **environment: str) -> Any:
    """Run a client; return what it printed on its last line."""
    if folder == "node":
        need("tests/e2e/node/node_modules", (CLIENTS / folder / "node_modules").exists())
    program = "node" if folder == "node" else sys.executable
    inherited: Mapping[str, str] = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    client = await asyncio.create_subprocess_exec(
        *(program, script, *arguments),
        cwd=CLIENTS / folder,
        env={**inherited, **environment},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    said, complaint = await asyncio.wait_for(client.communicate(), 100)
    assert client.returncode == 0, complaint.decode()
    return json.loads(said.decode().splitlines()[-1])


class Sum(BaseModel):
    """What the scripted provider answers as JSON."""

    a: int


async def test_openai_s_npm_client_in_chats(shop: Served) -> None:
    seen = await seen_by("node", "openai-chat.mjs", f"{shop.url}/v1", shop.token)
    assert (seen["text"], "".join(seen["deltas"]), seen["usage"], seen["json"]) == ("Hello!", "Hello!", [10, 10], [{"a": 1}, {"a": 1}])
    assert seen["called"] == seen["streamedCalls"] == CALLS
    for refused, throttled in zip(seen["refused"], seen["throttled"], strict=True):
        assert (refused["name"], refused["status"]) == ("BadRequestError", 400)
        assert COMPLAINT in refused["message"]
        assert (throttled["name"], throttled["status"]) == ("RateLimitError", 429)
        assert PATIENCE in throttled["message"]
    assert seen["cut"]["name"].endswith("Error")


async def test_openai_s_python_client_in_chats(shop: Served) -> None:
    asked: Any = {"messages": [{"role": "user", "content": "Hi"}]}
    tools: Any = [{"type": "function", "function": {"name": name, "parameters": {"type": "object"}, "strict": False}} for name, _ in CALLS]
    async with openai.AsyncOpenAI(base_url=f"{shop.url}/v1", api_key=shop.token, max_retries=0) as client:
        whole: Any = await client.chat.completions.create(model="lab:thinks-and-calls", tools=tools, **asked)
        found: Any = {}
        async for chunk in await client.chat.completions.create(model="lab:thinks-and-calls", tools=tools, stream=True, **asked):
            for call in chunk.choices[0].delta.tool_calls or () if chunk.choices else ():
                name, arguments = found.get(call.index, ("", ""))
                assert call.function is not None
                found[call.index] = (name + (call.function.name or ""), arguments + (call.function.arguments or ""))
        assert [[call.function.name, json.loads(call.function.arguments)] for call in whole.choices[0].message.tool_calls] == CALLS
        assert [[name, json.loads(arguments)] for name, arguments in found.values()] == CALLS
        parsed = await client.chat.completions.parse(model="lab:json", response_format=Sum, **asked)
        async with client.chat.completions.stream(model="lab:json", response_format=Sum, **asked) as stream:
            streamed = await stream.get_final_completion()
        assert [one.choices[0].message.parsed for one in (parsed, streamed)] == [Sum(a=1), Sum(a=1)]
        for model, kind, words in (("refuses", openai.BadRequestError, COMPLAINT), ("throttles", openai.RateLimitError, PATIENCE)):
            for streams in (False, True):
                with pytest.raises(kind, match=words):
                    await client.chat.completions.create(model=f"lab:{model}", stream=streams, **asked)


async def test_openrouter_s_sdk_validates_everything_and_gets_typed_errors(shop: Served) -> None:
    _, maker = await shop.new_token()
    record = hold("gen_yesterday", 0, (), account_id=shop.account.id, started_at=datetime.now(UTC) - timedelta(days=1))
    await shop.house.journal.settle(settlement(record, 40))
    seen = await seen_by("node", "openrouter-sdk.mjs", f"{shop.url}/api/v1", shop.token, maker)
    assert (seen["text"], "".join(seen["deltas"]), seen["json"], seen["thought"]) == ("Hello!", "Hello!", {"a": 1}, "Hmm. Oslo.")
    assert seen["usage"]["totalTokens"] == seen["streamedUsage"]["totalTokens"] == seen["responseUsage"]["totalTokens"] == 10
    assert [[name, json.loads(arguments)] for name, arguments in seen["called"]] == CALLS
    assert [json.loads(arguments) for arguments in seen["calls"]] == [arguments for _, arguments in CALLS]
    assert (seen["response"], seen["output"]) == ("Hello!", ["reasoning", "message", "function_call", "function_call"])
    assert (seen["events"][0], seen["events"][-1], seen["brokenEvents"]) == (
        "response.created",
        "response.completed",
        ["error", "response.failed"],
    )
    assert (seen["record"], seen["credits"], seen["providers"], seen["models"], seen["model"]) == (
        True,
        {"totalCredits": 40e-9, "totalUsage": 40e-9},
        True,
        1,
        "lab:acme/small",
    )
    assert [(day["model"], day["requests"], day["usage"]) for day in seen["activity"]] == [("author/slug", 1, 40e-9)]
    for name, kind, status, words in (
        ("refused", "BadRequestResponseError", 400, COMPLAINT),
        ("refusedResponse", "BadRequestResponseError", 400, COMPLAINT),
        ("throttled", "TooManyRequestsResponseError", 429, PATIENCE),
        ("wrongKey", "ForbiddenResponseError", 403, "Incorrect API key provided"),
        ("unknown", "BadRequestResponseError", 400, "nobody/nothing"),
        ("endpoints", "NotFoundResponseError", 404, "nobody/nothing"),
    ):
        assert (seen[name]["name"], seen[name]["status"], seen[name]["code"]) == (kind, status, status)
        assert words in seen[name]["message"]
    assert seen["cut"]["code"] == 502
    assert seen["traded"] == [2.5, "monthly", 0]
    wanted = wish_of(parse_qsl(seen["asks"].removeprefix("?")), datetime(2026, 11, 29, tzinfo=UTC))
    assert (wanted.callback_url, wanted.proposal.limit) == ("https://app.example/back", BudgetCaveat(5_000_000_000, Period.TOTAL))


async def test_the_ai_sdk_with_openrouter_s_provider(shop: Served) -> None:
    seen = await seen_by("node", "ai-openrouter.mjs", f"{shop.url}/api/v1", shop.token)
    assert (seen["text"], "".join(seen["deltas"]), seen["finish"], seen["json"]) == ("Hello!", "Hello!", "stop", {"a": 1})
    assert (seen["usage"]["totalTokens"], seen["streamedUsage"]["totalTokens"]) == (10, 10)
    assert (seen["used"], seen["streamed"], seen["reasoning"]) == ("It is: rain in Oslo", "It is: rain in Oslo", "Hmm. Oslo.")
    assert (seen["refused"]["status"], seen["throttled"]["status"], seen["broken"]["status"]) == (400, 429, 502)
    assert COMPLAINT in seen["refused"]["message"]


async def test_langchain_s_openrouter_package(shop: Served) -> None:
    seen = await seen_by("node", "langchain-openrouter.mjs", f"{shop.url}/api/v1", shop.token)
    assert (seen["text"], "".join(seen["texts"]), seen["json"]) == ("Hello!", "Hello!", {"a": 1})
    assert seen["usage"]["total_tokens"] == seen["streamedUsage"]["total_tokens"] == 10
    assert seen["called"] == seen["calledStream"] == CALLS
    assert COMPLAINT in seen["refused"]["message"]
    assert PATIENCE in seen["throttled"]["message"]


async def test_langchain_openai_by_both_doors(shop: Served) -> None:
    seen = await seen_by("python_clients", "langchain_openai_client.py", f"{shop.url}/v1", shop.token, LANGSMITH_TRACING="false")
    for door in ("chat", "responses"):
        one = seen[door]
        assert (one["text"], "".join(one["deltas"]), one["json"]) == ("Hello!", "Hello!", {"a": 1}), door
        assert one["usage"]["total_tokens"] == one["streamed_usage"]["total_tokens"] == 10, door
        assert one["calls"] == one["streamed_calls"] == CALLS, door
        assert COMPLAINT in one["refused"], door
        assert PATIENCE in one["throttled"], door


async def test_litellm_as_four_kinds_of_client(shop: Served) -> None:
    seen = await seen_by("python_clients", "litellm_client.py", shop.url, shop.token, LITELLM_LOCAL_MODEL_COST_MAP="True")
    for provider in ("openai", "openrouter", "anthropic"):
        one = seen[provider]
        assert (one["text"], "".join(one["deltas"]), one["json"], one["calls"]) == ("Hello!", "Hello!", {"a": 1}, CALLS), provider
        assert one["usage"] == one["streamed_usage"] == [7, 3], provider
        assert COMPLAINT in one["refused"], provider
        assert one["throttled"].startswith("RateLimitError"), provider
    assert (seen["responses"]["text"], "".join(seen["responses"]["deltas"])) == ("Hello!", "Hello!")


async def test_llm_of_the_command_line(shop: Served, tmp_path_factory: pytest.TempPathFactory) -> None:
    home = tmp_path_factory.mktemp("llm")
    model = {"api_base": f"{shop.url}/v1", "api_key_name": "satchel", "supports_tools": True, "supports_schema": True}
    models = [{"model_id": name, "model_name": f"lab:{name}", **model} for name in ("hello", "json", "uses-tool", "refuses")]
    (home / "extra-openai-models.yaml").write_text(json.dumps(models))
    (home / "keys.json").write_text(json.dumps({"satchel": shop.token}))
    seen = await seen_by("python_clients", "llm_client.py", LLM_USER_PATH=str(home), LLM_LOAD_PLUGINS="")
    assert (seen["text"], "".join(seen["deltas"]), seen["used"], seen["json"]) == ("Hello!", "Hello!", "It is: rain in Oslo", {"a": 1})
    assert seen["usage"] == seen["streamed_usage"] == [7, 3]
    assert COMPLAINT in seen["refused"]
