from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from satchel.domain.catalog import ModelFacts
from satchel.domain.endpoints import endpoint_of
from satchel.domain.price_list import PriceList, matches, model_id_of, price_on
from satchel.domain.usage import Cost, Price, Usage, cost, worst_case_nusd
from satchel.loading import catalog_models, price_data, provider_rows

DAY = date(2026, 11, 28)
MODEL = {"id": "m", "match": {"starts_with": "m"}, "context": 9, "prices": [{"input": 1, "output": 2, "seen": "2026-11-28"}]}


class Reading:
    """A list that counts how often it is read."""

    def __init__(self, *models: Any) -> None:
        self.data = {"sellers": {"acme": list(models)}}
        self.times = 0

    def __call__(self) -> Any:
        self.times += 1
        return self.data


def listed(reading: Reading, own: Any = None, day: date = DAY) -> PriceList:
    return PriceList(own or {}, {"shop": "acme"}, reading, lambda: day)


def test_a_list_is_read_when_it_is_first_needed_and_then_no_more() -> None:
    reading = Reading(MODEL)
    subject = listed(reading)
    assert subject.get(("elsewhere", "m-1")) is None
    assert reading.times == 0
    facts = subject.get(("shop", "models/M-1"))
    assert facts is not None
    assert (facts.model_id, facts.context_tokens, facts.capabilities) == ("", 9, frozenset())
    assert facts.price == Price(Decimal("1"), Decimal("2"), DAY)
    assert subject.get(("shop", "models/M-1")) is facts
    assert subject.get(("shop", "other")) is None
    assert reading.times == 1


def test_our_own_rows_count_before_the_list() -> None:
    own = ModelFacts("shop", "m-1", "a/m", "M")
    reading = Reading(MODEL)
    assert listed(reading, {("shop", "m-1"): own}).get(("shop", "m-1")) is own
    assert reading.times == 0


@pytest.mark.parametrize(
    ("rule", "name", "taken"),
    [
        ({"equals": "A-1"}, "a-1", True),
        ({"equals": "a"}, "a-1", False),
        ({"starts_with": "a"}, "a-1", True),
        ({"ends_with": "-1"}, "a-1", True),
        ({"contains": "-"}, "a-1", True),
        ({"regex": "^a-[0-9]$"}, "a-1", True),
        ({"or": [{"equals": "b"}, {"equals": "a-1"}]}, "a-1", True),
        ({"and": [{"starts_with": "a"}, {"ends_with": "b"}]}, "a-1", False),
        ({"sounds_like": "a"}, "a-1", False),
    ],
)
def test_a_rule_says_which_names_a_model_goes_by(rule: Any, name: str, taken: bool) -> None:
    assert matches(rule, name) is taken


def test_a_price_holds_from_its_first_day_on() -> None:
    prices = [{"input": 3, "output": 4}, {"since": "2026-12-01", "input": 1, "output": 2}]
    before, after = price_on(prices, DAY), price_on(prices, date(2026, 12, 1))
    assert before is not None
    assert after is not None
    assert (before.input_usd, after.input_usd, after.as_of) == (3, 1, date(2026, 12, 1))
    assert price_on(prices[1:], DAY) is None


def test_a_long_prompt_has_the_price_of_long_prompts_for_all_its_tokens() -> None:
    price = price_on([{"input": 1, "output": 10, "tiers": [{"above": 100, "input": 2}]}], DAY)
    assert cost(Usage(100, 10), price) == Cost(200_000)
    assert cost(Usage(101, 10), price) == Cost(302_000)
    assert worst_case_nusd(price, Usage(101, 10)) == 302_000


@pytest.mark.parametrize(
    ("seller", "native", "model_id"),
    [
        ("anthropic", "claude-haiku-4-5-20251001", "anthropic/claude-haiku-4-5"),
        ("anthropic", "claude-3-5-haiku-latest", "anthropic/claude-3-5-haiku"),
        ("aws", "us.anthropic.claude-haiku-4-5-20251001-v1:0", "anthropic/claude-haiku-4-5"),
        ("google", "claude-haiku-4-5@20251001", "anthropic/claude-haiku-4-5"),
        ("google", "gemini-2.5-pro", "google/gemini-2.5-pro"),
        ("groq", "llama-3.3-70b", ""),
        ("openai", "ft/odd", ""),
    ],
)
def test_one_model_has_one_id_wherever_it_is_sold(seller: str, native: str, model_id: str) -> None:
    assert model_id_of(seller, native) == model_id


def test_every_seller_of_a_row_is_in_the_list_that_comes_along() -> None:
    sellers = {row.price_list for row in provider_rows().values() if row.price_list is not None}
    assert sellers == set(price_data(None)["sellers"])  # type: ignore[call-overload]


def test_claude_has_a_price_and_one_id_at_each_of_its_sellers() -> None:
    rows, models = provider_rows(), catalog_models()
    natives = {
        "anthropic": "claude-haiku-4-5",
        "bedrock": "eu.anthropic.claude-haiku-4-5-20251001-v1:0",
        "vertex": "claude-haiku-4-5@20251001",
    }
    for provider, native in natives.items():
        found = endpoint_of(rows[provider], native, "https://a.example", models=models)
        assert found.model_id == "anthropic/claude-haiku-4-5"
        assert found.price is not None
        assert found.price.output_usd >= 5
        assert "tools" in found.capabilities


def test_a_provider_with_a_key_costs_what_it_costs_by_way_of_this_machine_too() -> None:
    rows, models = provider_rows(), catalog_models()
    found = endpoint_of(rows["openai"], "gpt-4o", "http://127.0.0.1:9/v1", models=models)
    assert found.price is not None
    assert (found.own, found.price.input_usd > 0) == (False, True)
    assert endpoint_of(rows["custom"], "gpt-4o", "http://127.0.0.1:9/v1", models=models).own
