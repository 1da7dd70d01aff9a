"""Recorded requests to fifteen OpenAI-compatible hosts, through our door and out to the same host: the same, but for what is listed."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from satchel.dialects.openai_chat_request import parse_request
from satchel.dialects.openai_chat_upstream import encode_request
from satchel.domain.errors import RequestInvalid
from satchel.loading import provider_rows

from .cases import MISSING, OPENAI_CHAT, Case
from .replay import cases_of, each
from .wire import without, written

ROWS = {"openai-chat": "openai", "azure-openai": "azure-openai", "gemini-openai-compat": "custom", "ollama-openai-compat": "ollama"}
NOT_CARRIED = {
    "stream": "we always stream, whatever the caller reads",
    "stream_options": "sent where the host takes it",
    "functions": "the calls of before tools",
    "name": "Groq is said to refuse names of messages; a tool message's repeats its call's",
    "reasoning": "a budget of OpenRouter's in tokens; we carry an effort",
    "description": "a schema's, beside the schema",
    "safe_prompt": "a prompt of Mistral's own before the caller's",
    "index": "of a call in a list, copied from a stream",
    "reasoning_content": "Ollama calls it `reasoning`",
}
REFUSED = {
    "openai-chat/json-tool-call-json-schema--gpt-5": "a tool without a schema",
    "zai/json-tool-result-in-reasoning-out-cached-usage--glm-4.5-flash": "a result that names no call",
    "xai/json-http404--grok-beta": "a tool choice that names no function",
}
CASES = [case for case in cases_of(*OPENAI_CHAT) if "messages" in (case.content["request"].get("json") or {})]


def in_our_words(value: Any, inside: str = "") -> Any:
    """Return a body with the one word of several that mean the same, and without what is not carried."""
    if isinstance(value, list):
        return [in_our_words(item, inside) for item in value]
    if not isinstance(value, Mapping) or inside in ("parameters", "schema"):
        return value
    kept = {
        key: in_our_words(item, key)
        for key, item in value.items()
        if key not in NOT_CARRIED or inside in ("function", "json_schema", "file")
    }
    if inside == "json_schema":
        kept.pop("description", None)
    for theirs, ours in (("max_completion_tokens", "max_tokens"), ("random_seed", "seed")):
        if theirs in kept:
            kept[ours] = kept.pop(theirs)
    if kept.get("n") == 1:
        del kept["n"]
    if kept.get("tool_choice") == "any":
        kept["tool_choice"] = "required"
    content = kept.get("content")
    if isinstance(content, list) and [part["type"] for part in content] == ["text"]:
        kept["content"] = content[0]["text"]
    return kept


@each([case for case in CASES if case.id not in REFUSED])
def test_what_we_send_is_what_others_send(case: Case) -> None:
    body = {"model": "m", **case.content["request"]["json"]}
    row = provider_rows()[ROWS.get(case.surface, case.surface)]
    ours = written(encode_request, parse_request(in_our_words(body)), quirks=row.quirks)
    assert ours["stream"] is True
    assert without(in_our_words(ours)) == without(in_our_words(body))


@each([case for case in CASES if case.id in REFUSED])
def test_what_makes_no_sense_is_refused_at_the_door(case: Case) -> None:
    with pytest.raises(RequestInvalid):
        parse_request(case.content["request"]["json"])


def test_what_is_not_carried_is_there_in_some_request() -> None:
    if not CASES:
        pytest.skip(MISSING)
    text = json.dumps([case.content["request"]["json"] for case in CASES])
    assert {key for key in NOT_CARRIED if f'"{key}"' not in text} == set()
    assert len(CASES) > 85
