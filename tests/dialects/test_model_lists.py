"""Lists of models by Anthropic, Cohere and Gemini: what is in them, what is left out, and where the next page begins."""

from typing import Any

import pytest

from satchel.dialects import anthropic_models, cohere_models, gemini_models
from satchel.domain.endpoints import ASSUMED

LISTS: list[Any] = [anthropic_models, cohere_models, gemini_models]


@pytest.mark.parametrize("dialect", LISTS)
@pytest.mark.parametrize("body", [None, 7, [], {}, {"data": 1, "models": {}}])
def test_a_body_that_is_no_list_is_none(dialect: Any, body: object) -> None:
    assert dialect.parse_models(body) is None


@pytest.mark.parametrize("dialect", LISTS)
def test_a_list_that_says_nothing_of_a_next_page_is_the_last(dialect: Any) -> None:
    assert [dialect.next_page(body) for body in (None, [], {}, {"last_id": "c"})] == [None] * 4


def test_the_next_page_of_each_list() -> None:
    assert anthropic_models.next_page({"has_more": True, "last_id": "claude-1"}) == "claude-1"
    assert anthropic_models.next_page({"has_more": True}) is None
    assert cohere_models.next_page({"next_page_token": "t"}) == "t"
    assert gemini_models.next_page({"nextPageToken": "t"}) == "t"


def test_a_list_of_claudes() -> None:
    told = {"image_input": {"supported": True}, "thinking": {"supported": False}, "pdf_input": {"supported": True}}
    dated = {"id": "claude-1", "display_name": "One", "created_at": "2026-01-02T00:00:00Z", "max_input_tokens": 9, "max_tokens": 5}
    items = [{**dated, "capabilities": told}, {"id": "claude-2", "created_at": "soon"}, {"id": "old", "lifecycle": "retired"}, {}, 7]
    first, second = anthropic_models.parse_models({"data": items}) or []
    assert (first.native_model, first.name, first.context_tokens, first.max_output_tokens) == ("claude-1", "One", 9, 5)
    assert (first.created, first.capabilities) == (1_767_312_000, frozenset({"chat", "tools", "images", "files"}))
    assert (second.native_model, second.name, second.created, second.capabilities) == ("claude-2", None, 0, ASSUMED)


def test_a_list_of_cohere_s() -> None:
    items = [
        {"name": "command", "endpoints": ["chat"], "features": ["tools", "vision", "smell", 7], "context_length": 9},
        {"name": "plain", "endpoints": ["chat"]},
        {"name": "embed", "endpoints": ["embed"], "features": ["tools"]},
        {"name": "old", "endpoints": ["chat"], "is_deprecated": True},
        {"name": "rerank", "endpoints": ["rerank"]},
        {"name": "odd", "endpoints": "chat"},
        {"endpoints": ["chat"]},
    ]
    listed = cohere_models.parse_models({"models": items}) or []
    assert [(one.native_model, one.capabilities, one.context_tokens) for one in listed] == [
        ("command", frozenset({"chat", "tools", "images"}), 9),
        ("plain", ASSUMED, None),
        ("embed", frozenset({"embeddings"}), None),
    ]


def test_a_list_of_gemini_s() -> None:
    chats, embeds, predicts = ({"supportedGenerationMethods": [name]} for name in ("generateContent", "embedContent", "predict"))
    items = [
        {"name": "models/g-flash", "displayName": "Flash", "inputTokenLimit": 9, "outputTokenLimit": 5, "thinking": True, **chats},
        {"name": "models/g-flash-image", **chats},
        {"name": "models/g-flash-tts", **chats},
        {"name": "models/embed", **embeds},
        {"name": "models/image-4", **predicts},
        {"name": "models/veo", **predicts},
        {"name": "models/aqa", "supportedGenerationMethods": "generateAnswer"},
        chats,
    ]
    listed = {one.native_model: one for one in gemini_models.parse_models({"models": items}) or []}
    assert list(listed) == ["g-flash", "g-flash-image", "g-flash-tts", "embed", "image-4"]
    assert {"chat", "reasoning", "audio"} <= listed["g-flash"].capabilities
    assert (listed["g-flash"].name, listed["g-flash"].context_tokens, listed["g-flash"].max_output_tokens) == ("Flash", 9, 5)
    assert listed["g-flash-tts"].capabilities == frozenset({"speech"})
    assert "image_output" in listed["g-flash-image"].capabilities
    assert (listed["embed"].capabilities, listed["image-4"].capabilities) == (frozenset({"embeddings"}), frozenset({"image_output"}))
