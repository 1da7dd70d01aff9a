"""The real model in its real process. `test_…_packages` and the stand-ins need no model."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import cast

import psutil
import pytest

from satchel.dialects.openai_models import parse_models
from satchel.domain.catalog import Endpoint
from satchel.domain.errors import ContextTooLong, ProviderUnavailable, StreamBroken
from satchel.domain.events import Finished, Started, TextDelta
from satchel.domain.keys import NO_SECRET
from satchel.kit.clock import SystemClock
from satchel.providers.builtin import PROVIDER, BuiltinProvider
from satchel.providers.builtin.process import ModelProcess, find_model
from satchel.providers.local_servers import LocalServers
from satchel.transport import Transport

from .parts import ask, deps_with

WEIGHTS, REASON = find_model()
if WEIGHTS is None and os.environ.get("CI") == "true":
    pytest.fail(f"the built-in model is missing: {REASON}")
needs_model = pytest.mark.skipif(WEIGHTS is None, reason=REASON or "no model")
LONG = "Count from one to five hundred, in words."


@pytest.fixture
async def builtin(transport: Transport) -> AsyncIterator[BuiltinProvider]:
    assert PROVIDER.build
    subject = cast(BuiltinProvider, PROVIDER.build(deps_with(transport)))
    yield subject
    await subject.aclose()
    await subject.aclose()


async def endpoint_of(provider: BuiltinProvider, transport: Transport) -> Endpoint:
    assert PROVIDER.local
    (found,) = await PROVIDER.local(deps_with(transport), {"builtin": provider}).endpoints()
    return found


async def slots(provider: BuiltinProvider, transport: Transport) -> list[bool]:
    assert provider.process
    at = await provider.process.address()
    headers = {"Authorization": f"Bearer {at.secret.reveal()}"}
    answer = await transport.get_json(f"http://{at.host}:{at.port}/slots", headers, 5)
    return [bool(slot["is_processing"]) for slot in cast(list[dict[str, object]], answer.body)]


@pytest.mark.model
@needs_model
async def test_the_model_answers_and_tells_what_it_used(builtin: BuiltinProvider, transport: Transport) -> None:
    assert builtin.status().state == "idle"
    endpoint = await endpoint_of(builtin, transport)
    assert (endpoint.model_id, endpoint.id, endpoint.context_tokens) == (
        "smollm2/smollm2-135m-instruct",
        "builtin:smollm2-135m-instruct",
        2048,
    )
    events = [event async for event in builtin.stream(ask("Say hello.", max_output_tokens=24), endpoint, NO_SECRET)]
    assert isinstance(events[0], Started)
    assert "".join(event.text for event in events if isinstance(event, TextDelta)).strip()
    end = events[-1]
    assert isinstance(end, Finished)
    assert end.usage
    assert 0 < end.usage.output_tokens <= 24
    assert end.usage.input_tokens > 0
    assert builtin.status().state == "ready"


@pytest.mark.model
@needs_model
async def test_callers_at_the_same_time_share_one_start(builtin: BuiltinProvider, transport: Transport) -> None:
    endpoint = await endpoint_of(builtin, transport)

    async def once() -> int | None:
        async for _ in builtin.stream(ask(max_output_tokens=4), endpoint, NO_SECRET):
            pass
        return builtin.process.pid if builtin.process else None

    assert len(set(await asyncio.gather(once(), once(), once()))) == 1


@pytest.mark.model
@needs_model
async def test_closing_the_generator_stops_the_model(builtin: BuiltinProvider, transport: Transport) -> None:
    events = builtin.stream(ask(LONG, max_output_tokens=1500), await endpoint_of(builtin, transport), NO_SECRET)
    for _ in range(4):
        await anext(events)
    assert any(await slots(builtin, transport))
    await events.aclose()
    closed_at = time.perf_counter()
    while any(await slots(builtin, transport)):
        assert time.perf_counter() - closed_at < 5  # 1,500 tokens take longer, on any machine
        await asyncio.sleep(0.01)


@pytest.mark.model
@needs_model
async def test_a_killed_model_breaks_the_stream_and_serves_the_next_call(builtin: BuiltinProvider, transport: Transport) -> None:
    endpoint = await endpoint_of(builtin, transport)
    events = builtin.stream(ask(LONG, max_output_tokens=1500), endpoint, NO_SECRET)
    for _ in range(4):
        await anext(events)
    assert builtin.process
    killed = builtin.process.pid
    assert killed
    os.kill(killed, signal.SIGKILL)
    with pytest.raises(StreamBroken) as caught:
        async for _ in events:
            pass
    assert caught.value.details["endpoint"] == endpoint.id
    again = [event async for event in builtin.stream(ask(max_output_tokens=4), endpoint, NO_SECRET)]
    assert isinstance(again[-1], Finished)
    assert builtin.process.pid not in (None, killed)


@pytest.mark.model
@needs_model
async def test_a_prompt_longer_than_the_context_is_refused_clearly(builtin: BuiltinProvider, transport: Transport) -> None:
    with pytest.raises(ContextTooLong, match="2048"):
        await anext(builtin.stream(ask("hello world " * 3000), await endpoint_of(builtin, transport), NO_SECRET))


@pytest.mark.model
@needs_model
async def test_the_child_wants_its_key_hides_it_and_is_reached_on_hosted_servers() -> None:
    hosted = Transport(allow_loopback=False)
    assert PROVIDER.build
    provider = cast(BuiltinProvider, PROVIDER.build(deps_with(hosted)))
    try:
        async for _ in provider.stream(ask(max_output_tokens=2), await endpoint_of(provider, hosted), NO_SECRET):
            pass
        assert provider.process
        at = await provider.process.address()
        child = psutil.Process(provider.process.pid)
        assert at.secret.reveal() not in " ".join(child.cmdline()) + repr(child.environ())
        assert not {name for name in child.environ() if name.startswith("SATCHEL")}
        assert (await hosted.get_json(f"http://{at.host}:{at.port}/slots", {}, 5)).status == 401
        assert at.host == "127.0.0.1"
    finally:
        await provider.aclose()
        await hosted.aclose()
    assert not child.is_running()


@pytest.mark.model
@needs_model
async def test_the_real_server_is_recognised_as_llama_cpp(builtin: BuiltinProvider, transport: Transport) -> None:
    from satchel.loading import provider_rows

    assert builtin.process
    at = await builtin.process.address()
    answer = await transport.get_json(f"http://127.0.0.1:{at.port}/v1/models", {"Authorization": f"Bearer {at.secret.reveal()}"}, 5)
    assert parse_models(answer.body, SystemClock().now().date())
    servers = LocalServers(transport, provider_rows(), {}, SystemClock(), [at.port])
    kind, _ = await servers._identify(f"http://127.0.0.1:{at.port}", answer)
    assert kind == "llamacpp"


@pytest.mark.model
@needs_model
@pytest.mark.parametrize("how", ["stdin closes", "parent is killed"])
def test_the_child_ends_with_its_parent(how: str) -> None:
    script = (
        "import asyncio, sys\n"
        "from satchel.kit.clock import SystemClock\n"
        "from satchel.providers.builtin.process import ModelProcess, find_model\n"
        "async def main():\n"
        "    process = ModelProcess(find_model()[0], SystemClock(), context_tokens=512, slots=1)\n"
        "    await process.address()\n"
        "    print(process.pid, flush=True)\n"
        "    if sys.argv[1] == 'stdin closes':\n"
        "        process._process.stdin.close()\n"
        "    await asyncio.sleep(60)\n"
        "asyncio.run(main())\n"
    )
    with subprocess.Popen([sys.executable, "-c", script, how], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout
        child = psutil.Process(int(parent.stdout.readline()))
        if how == "parent is killed":
            parent.kill()
        try:
            child.wait(10)
        except psutil.NoSuchProcess:
            pass
        finally:
            parent.kill()
    assert not child.is_running() or child.status() == psutil.STATUS_ZOMBIE


async def test_a_child_that_does_not_start_is_a_clear_error_and_is_not_tried_at_once_again(transport: Transport, tmp_path: Path) -> None:
    weights = tmp_path / "nothing.gguf"
    weights.write_bytes(b"no model")
    process = ModelProcess(weights, SystemClock(), context_tokens=512, slots=1)
    provider = BuiltinProvider(transport, deps_with(transport).ids, process)
    target = Endpoint("builtin:x", "x/x", "builtin", "x", "", "X", "Built in")
    for _ in range(2):
        with pytest.raises(ProviderUnavailable, match="does not run"):
            await anext(provider.stream(ask(), target, NO_SECRET))
    assert provider.status().state == "failed"
    with pytest.raises(ProviderUnavailable) as caught:
        await process.address()
    assert caught.value.retry_after_s
    await provider.aclose()


async def test_a_model_that_is_switched_off_is_not_offered(transport: Transport) -> None:
    assert PROVIDER.build
    assert PROVIDER.local
    deps = deps_with(transport, builtin_model=False)
    provider = cast(BuiltinProvider, PROVIDER.build(deps))
    assert not provider.status().offered
    assert "SATCHEL_BUILTIN_MODEL" in provider.status().reason
    assert await PROVIDER.local(deps, {"builtin": provider}).endpoints() == ()
