"""What lists say that models can do. Items are synthetic, written after each provider's own reference."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from satchel.dialects.listed_abilities import abilities_in
from satchel.dialects.openai_models import parse_models
from satchel.domain.endpoints import ASSUMED

DAY = date(2026, 11, 28)


@pytest.mark.parametrize(
    ("item", "found"),
    [
        ({}, ASSUMED),
        ({"type": "llm"}, ASSUMED - {"images"}),
        ({"type": "llm", "capabilities": ["tool_use"]}, ASSUMED - {"images"}),
        ({"type": "vlm"}, ASSUMED),
        ({"type": "llm", "capabilities": {"vision": True, "trained_for_tool_use": False}}, ASSUMED - {"tools"}),
        ({"capabilities": {"completion_chat": True, "function_calling": False, "vision": False}}, {"chat", "json_schema"}),
        ({"capabilities": {"completion_chat": False, "audio_transcription": True}}, {"transcription"}),
        ({"capabilities": {"completion_chat": False}}, set()),
        ({"supports_chat": True, "supports_tools": False, "supports_image_input": False}, {"chat", "json_schema"}),
        ({"supports_image_in": True, "supports_reasoning": True}, ASSUMED | {"reasoning"}),
        ({"features": ["function-calling", "structured-outputs", "reasoning", 7]}, ASSUMED | {"reasoning"}),
        ({"capabilities": ["completion"]}, ASSUMED - {"images"}),
        ({"capabilities": ["completion", "multimodal"]}, ASSUMED),
        ({"capabilities": ["completion", "tools", "thinking"]}, (ASSUMED | {"reasoning"}) - {"images"}),
        (
            {"providers": [{"supports_tools": False}, {"supports_tools": True, "supports_structured_output": False}]},
            ASSUMED - {"json_schema"},
        ),
        ({"architecture": {"input_modalities": ["text"]}}, ASSUMED - {"images"}),
        (
            {"input_modalities": ["text", "image", "audio", "file"], "output_modalities": ["image"]},
            ASSUMED | {"audio", "files", "image_output"},
        ),
        ({"supported_parameters": ["tools"], "architecture": {"input_modalities": ["image"]}}, {"chat", "tools", "images"}),
        ({"type": "embedding"}, {"embeddings"}),
        ({"model_type": "embedding"}, {"embeddings"}),
        ({"type": "image"}, {"image_output"}),
    ],
)
def test_what_a_list_says_counts_and_the_rest_is_assumed(item: dict[str, Any], found: set[str]) -> None:
    assert abilities_in(item, "acme-1") == found


def test_a_model_that_nobody_describes_is_known_as_such() -> None:
    assert abilities_in({"owned_by": "acme"}, "acme-1") is ASSUMED


def test_a_name_tells_more_than_flags_that_it_does_not_chat() -> None:
    assert abilities_in({"capabilities": {"completion_chat": False}}, "mistral-embed") == {"embeddings"}


def test_llama_cpp_tells_abilities_in_a_second_list() -> None:
    body = {
        "data": [{"id": "smol", "meta": {"n_ctx": 2048}}, {"id": "other"}],
        "models": [{"name": "smol", "capabilities": ["completion"]}],
    }
    first, second = parse_models(body, DAY) or []
    assert (first.capabilities, first.context_tokens) == (ASSUMED - {"images"}, 2048)
    assert second.capabilities is ASSUMED


def test_models_that_can_do_nothing_for_us_are_left_out() -> None:
    assert parse_models([{"id": "omni-moderation"}, {"id": "x", "type": "rerank"}], DAY) == []
    assert parse_models([{"id": "mistral-ocr", "capabilities": {"completion_chat": False}}], DAY) == []


@pytest.mark.parametrize("body", [None, 7, {}, {"data": "m"}])
def test_what_is_no_list_is_none(body: object) -> None:
    assert parse_models(body, DAY) is None


def test_contexts_and_prices_stand_in_several_places() -> None:
    items: list[dict[str, Any]] = [
        {"id": "novita", "context_size": 1_000},
        {"id": "deepinfra", "metadata": {"context_length": 2_000}},
        {"id": "hf", "providers": [{"context_length": 3_000}, {"context_length": 4_000}]},
        {"id": "novita-out", "max_output_tokens": 50},
        {"id": "together", "pricing": {"input": 0.6, "output": 1.2}},
        {"id": "together-else", "pricing": {"input": 0, "output": 0}},
        {"id": "half", "pricing": {"input": 1}},
        {"id": "odd", "pricing": {"input": "?", "output": 1}},
    ]
    listed = parse_models(items, DAY) or []
    assert [one.context_tokens for one in listed[:3]] == [1_000, 2_000, 3_000]
    assert listed[3].max_output_tokens == 50
    assert listed[4].price is not None
    assert (listed[4].price.input_usd, listed[4].price.output_usd) == (Decimal("0.6"), Decimal("1.2"))
    assert [one.price for one in listed[5:]] == [None] * 3


def test_what_has_no_name_and_what_is_of_another_kind_is_passed_over() -> None:
    assert parse_models([{"id": ""}, {"id": 7}, {"id": "m", "type": "rerank"}, {"id": "n"}], DAY) == parse_models([{"id": "n"}], DAY)
