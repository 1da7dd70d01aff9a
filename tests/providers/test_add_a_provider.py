"""docs/how-to/add-a-provider.md, followed to the letter."""

import re
from pathlib import Path

import pytest
from aiohttp import web
from tests.dialects.hosts import DONE, chunk

from satchel import loading
from satchel.domain.chat import Tuning
from satchel.domain.endpoints import endpoint_of
from satchel.domain.events import TextDelta
from satchel.domain.keys import Secret
from satchel.loading import load_providers, provider_rows
from satchel.transport import Transport

from .parts import answering, ask, deps_with, key

PAGE = (Path(__file__).parents[2] / "docs" / "how-to" / "add-a-provider.md").read_text("utf-8")
ROW, FILE = (re.findall(rf"```{kind}\n(.*?)```", PAGE, re.DOTALL)[0] for kind in ("toml", "python"))


@pytest.fixture
def with_row(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Put the page's row at the end of the real ones."""
    rows = loading._data("providers.toml")
    monkeypatch.setattr(loading, "_data", lambda _: f"{rows}\n{ROW}")
    return monkeypatch


async def asked(transport: Transport) -> web.Request:
    """Ask the new provider by way of a base URL of its own, and return what it saw."""
    seen: list[web.Request] = []
    streaming = {
        "/v1/chat/completions": lambda _: web.Response(body=chunk({"content": "hey"}, "stop") + DONE, content_type="text/event-stream")
    }
    provider = load_providers(deps_with(transport))["acme"]
    request = ask(max_output_tokens=7, tuning=Tuning(top_k=3))
    async with answering(streaming, seen) as port:
        base_url = f"http://127.0.0.1:{port}/v1"
        there = endpoint_of(provider_rows()["acme"], "m", base_url, key=key(provider="acme", base_url=base_url))
        events = [event async for event in provider.stream(request, there, Secret("sk-acme"))]
    assert TextDelta("hey") in events
    assert provider.dropped(request, there) == ("top_k",)
    return seen[0]


async def test_a_row_is_all_that_a_host_of_a_known_dialect_needs(transport: Transport, with_row: pytest.MonkeyPatch) -> None:
    request = await asked(transport)
    assert request.headers["authorization"] == "Bearer sk-acme"
    assert (await request.json())["max_completion_tokens"] == 7


async def test_a_file_is_all_that_another_provider_needs(transport: Transport, with_row: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "acme_for_a_test.py").write_text(FILE)
    with_row.setattr(loading.provider_files, "__path__", [*loading.provider_files.__path__, str(tmp_path)])
    rows = loading._data("providers.toml").replace(
        'docs.acme.example"\ndialect = "openai_chat"', 'docs.acme.example"\ndialect = "acme"\nlists_models = false'
    )
    with_row.setattr(loading, "_data", lambda _: rows)
    request = await asked(transport)
    assert request.headers["x-acme-key"] == "sk-acme"
    assert "authorization" not in request.headers


def test_the_page_names_every_dialect_that_a_row_may_have() -> None:
    dialects = {row.dialect for row in provider_rows().values()}
    assert all(f"`{dialect}`" in PAGE for dialect in dialects)
