"""The read-only doors of the catalog, as strict clients validate them: every key there, null where nothing is known."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import anthropic
import openai
import pytest

from satchel.domain.catalog import Endpoint
from satchel.domain.usage import Price
from satchel.doors.http.model_facts import pricing
from satchel.doors.http.model_filters import ModelFilters
from satchel.doors.http.model_schema import model_schemas

from ..served import Served

MODEL_KEYS = {
    *("id", "canonical_slug", "name", "created", "description", "hugging_face_id", "context_length", "architecture", "pricing"),
    *("top_provider", "per_request_limits", "supported_parameters", "default_parameters", "supported_voices", "links"),
}
ENDPOINT_KEYS = {
    *("name", "model_id", "model_name", "provider_name", "tag", "context_length", "max_completion_tokens", "max_prompt_tokens"),
    *("quantization", "pricing", "supported_parameters", "supports_implicit_caching", "supports_tool_choice", "status", "uptime_last_30m"),
    *("uptime_last_5m", "uptime_last_1d", "latency_last_30m", "throughput_last_30m"),
}
PROVIDER_KEYS = {"name", "slug", "privacy_policy_url", "terms_of_service_url", "status_page_url", "headquarters", "datacenters"}
LAB = Endpoint("lab:hello", "a/b", "custom", "hello", "http://127.0.0.1:9/v1", name="Hello", provider_name="Lab")


def test_a_listed_model_has_every_key_a_strict_client_wants() -> None:
    model = model_schemas([LAB], "lab:hello")[0].model_dump()
    assert model.keys() >= MODEL_KEYS
    assert model["links"] == {"details": "/api/v1/models/a/b/endpoints"}
    assert model["architecture"].keys() == {"modality", "input_modalities", "output_modalities", "tokenizer", "instruct_type"}
    assert model["top_provider"].keys() == {"is_moderated", "context_length", "max_completion_tokens"}


def test_capabilities_become_modalities_and_parameters() -> None:
    able = replace(LAB, capabilities=frozenset({"chat", "tools", "images"}))
    model = model_schemas([able], "lab:hello")[0]
    assert model.architecture.modality == "text+image->text"
    assert {"tools", "tool_choice"} <= set(model.supported_parameters)
    assert "tools" not in model_schemas([LAB], "lab:hello")[0].supported_parameters


@pytest.mark.parametrize(
    ("price", "prompt", "completion"),
    [
        (None, "-1", "-1"),
        (Price(Decimal(0), Decimal(0), date(2026, 11, 1)), "0", "0"),
        (Price(Decimal("0.15"), Decimal(10), date(2026, 11, 1)), "0.00000015", "0.00001"),
    ],
)
def test_a_price_is_a_text_per_token_and_never_free_by_ignorance(price: Price | None, prompt: str, completion: str) -> None:
    assert pricing(price).model_dump() == {"prompt": prompt, "completion": completion}


@pytest.mark.parametrize("path", ["/v1/models/lab:hello/endpoints", "/api/v1/models/lab:hello/endpoints"])
async def test_a_model_says_who_serves_it(house: Served, path: str) -> None:
    status, body = await house.call("GET", path)
    assert (status, body["data"]["id"]) == (200, "lab:hello")
    assert body["data"].keys() == {"id", "name", "created", "description", "architecture", "endpoints"}
    assert [endpoint["tag"] for endpoint in body["data"]["endpoints"]] == ["lab"]
    assert body["data"]["endpoints"][0].keys() == ENDPOINT_KEYS
    assert body["data"]["endpoints"][0]["supports_tool_choice"].keys() == {"auto", "none", "required", "function"}


async def test_who_serves_an_unknown_model_is_not_found(house: Served) -> None:
    status, refused = await house.call("GET", "/v1/models/nobody/nothing/endpoints")
    assert (status, refused["error"]["code"], refused["error"]["metadata"]["satchel_code"]) == (404, 404, "not_found")
    assert "nobody/nothing" in refused["error"]["message"]


async def test_the_count_and_the_caller_s_own_list_agree_with_the_list(house: Served) -> None:
    _, listed = await house.call("GET", "/v1/models")
    assert (await house.call("GET", "/api/v1/models/user"))[1] == listed
    assert (await house.call("GET", "/api/v1/models/count"))[1] == {"data": {"count": listed["total_count"]}}


async def test_providers_have_every_key_a_strict_client_wants(house: Served) -> None:
    _, body = await house.call("GET", "/api/v1/providers")
    assert {"openai", "anthropic", "groq", "custom"} <= {provider["slug"] for provider in body["data"]}
    assert all(provider.keys() == PROVIDER_KEYS | {"satchel"} for provider in body["data"])


async def test_the_openai_client_lists_models_and_retrieves_one(house: Served) -> None:
    async with openai.AsyncOpenAI(base_url=f"{house.url}/api/v1", api_key=house.token, max_retries=0) as client:
        assert (await client.models.list()).object == "list"
        assert (await client.models.retrieve("lab:hello")).id == "lab:hello"
        with pytest.raises(openai.NotFoundError, match="nobody/nothing"):
            await client.models.retrieve("nobody/nothing")


async def test_the_anthropic_client_reads_the_list_page_by_page(house: Served) -> None:
    house.upstream.models = ["one", "two", "three"]
    await house.house.catalog.refresh(house.account.id)
    async with anthropic.AsyncAnthropic(base_url=f"{house.url}/api", api_key=house.token, max_retries=0) as client:
        models = [model async for model in client.models.list(limit=2)]
        one = await client.models.retrieve("lab:two")
    assert [(model.id, model.type, model.display_name) for model in models] == [
        (f"lab:{name}", "model", name) for name in house.upstream.models
    ]
    assert (one.id, one.created_at.year) == ("lab:two", 1970)


async def test_one_model_has_every_key_a_strict_client_wants(house: Served) -> None:
    status, body = await house.call("GET", "/api/v1/model/lab:hello")
    assert (status, body["data"]["id"]) == (200, "lab:hello")
    assert body["data"].keys() >= MODEL_KEYS
    assert (await house.call("GET", "/api/v1/model/nobody/nothing"))[0] == 404


def test_a_model_can_do_what_any_of_its_endpoints_can() -> None:
    able = replace(LAB, id="sun:hello", provider="sun", capabilities=frozenset({"chat", "tools"}))
    both, second = model_schemas([LAB, able], "lab:hello")
    assert (both.id, both.owned_by, both.satchel.capabilities) == ("a/b", "custom", ["chat", "tools"])
    assert (second.id, second.satchel.capabilities) == ("sun:hello", ["chat", "tools"])


@pytest.mark.parametrize(
    ("places", "farthest"), [("computer server", "server"), ("elsewhere computer", "elsewhere"), ("computer", "computer")]
)
def test_a_model_is_on_the_persons_computer_only_where_all_its_endpoints_are(places: str, farthest: str) -> None:
    endpoints = [replace(LAB, id=f"lab{at}:hello", place=place) for at, place in enumerate(places.split())]
    both = model_schemas(endpoints, "")[0].satchel
    assert (both.place, both.local) == (farthest, farthest == "computer")


SHELF = [
    replace(LAB, price=Price(Decimal(2), Decimal(8), date(2026, 11, 1)), context_tokens=8_000, created=1),
    replace(LAB, id="sun:c", model_id="c/d", provider="sun", name="Big", capabilities=frozenset({"chat", "tools", "images"}), created=3),
    replace(LAB, id="sun:e", model_id="c/e", provider="sun", price=Price(Decimal(1), Decimal(2), date(2026, 11, 1)), created=2),
]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, ["a/b", "c/d", "c/e"]),
        ({"q": "BIG"}, ["c/d"]),
        ({"supported_parameters": "tools,temperature", "output_modalities": "all"}, ["c/d"]),
        ({"input_modalities": "image"}, ["c/d"]),
        ({"output_modalities": "audio"}, []),
        ({"providers": "sun"}, ["c/d", "c/e"]),
        ({"model_authors": "a"}, ["a/b"]),
        ({"context": 8_000}, ["a/b"]),
        ({"max_price": 1.5}, ["c/e"]),
        ({"min_price": 1.5}, ["a/b"]),
        ({"sort": "newest"}, ["c/d", "c/e", "a/b"]),
        ({"sort": "pricing-low-to-high"}, ["c/e", "a/b", "c/d"]),
        ({"sort": "pricing-high-to-low"}, ["a/b", "c/e", "c/d"]),
        ({"sort": "context-high-to-low"}, ["a/b", "c/d", "c/e"]),
        ({"sort": "throughput-high-to-low"}, ["a/b", "c/d", "c/e"]),
    ],
)
def test_filters_leave_what_was_asked_for(asked: dict[str, Any], found: list[str]) -> None:
    assert [model.id for model in ModelFilters(**asked).chosen(model_schemas(SHELF, "a/b"))] == found


async def test_a_long_list_comes_in_pages(house: Served) -> None:
    listed = (await house.call("GET", "/v1/models?limit=500&offset=0&category=programming"))[1]
    assert (len(listed["data"]), listed["links"]["next"]) == (listed["total_count"], None)
    models, filters = model_schemas(SHELF, "a/b"), ModelFilters(limit=2, q="a b")
    assert (filters.next_query(models), filters.next_query(models[:2])) == ("limit=2&q=a+b&offset=2", None)
    assert [model.id for model in ModelFilters(after_id="a/b", limit=1).page(models)] == ["c/d"]
    assert ModelFilters(after_id="a/b", limit=1).next_query(models) == "limit=1&offset=2"
    assert [model.id for model in filters.page(models)] == ["a/b", "c/d"]
    assert [model.id for model in ModelFilters(offset=1).page(models)] == ["c/d", "c/e"]
    status, refused = await house.call("GET", "/v1/models?limit=0")
    assert (status, refused["error"]["metadata"]["satchel_code"]) == (400, "malformed_request")


async def test_what_embeds_and_what_draws_have_lists_of_their_own(house: Served) -> None:
    for path in ("/v1/embeddings/models", "/api/v1/images/models", "/v1/models?output_modalities=transcription"):
        status, listed = await house.call("GET", path)
        assert (status, listed["data"]) == (200, [])
