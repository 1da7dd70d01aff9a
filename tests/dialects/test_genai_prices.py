from typing import Any

import orjson
import pytest

from satchel.dialects.genai_prices import merged, parse_prices
from satchel.domain.errors import ProviderGarbled

MATCH = {"equals": "m"}


def model(prices: Any, **more: Any) -> dict[str, Any]:
    return {"id": "m", "match": MATCH, "name": None, "prices": prices, **more}


def listed(*models: Any, day: str = "2026-11-28", wrapped: bool = False) -> Any:
    providers = [{"id": "acme", "models": list(models)}, {"id": "other", "models": []}]
    body = orjson.dumps({"providers": providers} if wrapped else providers)
    return parse_prices(body, frozenset({"acme"}), day)


def prices_of(prices: Any) -> Any:
    return prices["sellers"]["acme"][0]["prices"]


@pytest.mark.parametrize("wrapped", [False, True])
def test_a_plain_price_is_taken_with_the_day_it_was_seen(wrapped: bool) -> None:
    given = model({"input_mtok": 1, "output_mtok": "2.5", "cache_read_mtok": 0.1, "cache_write_mtok": 2}, name="M", context_window=7)
    expected = {"seen": "2026-11-28", "input": 1, "output": 2.5, "cached": 0.1, "written": 2}
    (found,) = listed(given, wrapped=wrapped)["sellers"]["acme"]
    assert found == {"id": "m", "name": "M", "context": 7, "match": MATCH, "prices": [expected]}


def test_tiers_stand_beside_the_price_of_short_prompts() -> None:
    given = {
        "input_mtok": {"base": 1, "tiers": [{"start": 5, "price": 2}]},
        "output_mtok": {"base": 3, "tiers": [{"start": 5, "price": 4}]},
    }
    (found,) = prices_of(listed(model(given)))
    assert found["tiers"] == [{"above": 5, "input": 2, "output": 4}]
    assert found["input"] == 1


def test_first_days_are_kept_and_hours_are_not() -> None:
    given = [
        {"constraint": None, "prices": {"input_mtok": 3}},
        {"constraint": {"start_date": "2026-01-01"}, "prices": {"input_mtok": 2}},
        {"constraint": {"start_time": "01:00", "end_time": "02:00"}, "prices": {"input_mtok": 1}},
    ]
    assert [(price.get("since"), price["input"]) for price in prices_of(listed(model(given)))] == [(None, 3), ("2026-01-01", 2)]


def test_models_that_are_not_paid_by_the_token_are_left_out() -> None:
    assert listed(model({"audio_hours": 1}))["sellers"] == {"acme": []}


def test_a_new_price_comes_after_the_old_one_and_nothing_is_taken_off() -> None:
    old = listed(model({"input_mtok": 3}), model({"input_mtok": 9}, id="gone"))
    new = listed(model({"input_mtok": 2}), model({"input_mtok": 1}, id="fresh"), day="2026-12-24")
    both = merged(old, new)
    found = {one["id"]: one["prices"] for one in both["sellers"]["acme"]}  # type: ignore[index]
    assert [(price.get("since"), price["input"]) for price in found["m"]] == [(None, 3), ("2026-12-24", 2)]
    assert set(found) == {"m", "gone", "fresh"}
    assert both["seen"] == "2026-12-24"
    assert merged(both, new)["sellers"] == both["sellers"]


def test_a_price_with_a_first_day_is_added_once() -> None:
    given = [{"prices": {"input_mtok": 3}}, {"constraint": {"start_date": "2026-01-01"}, "prices": {"input_mtok": 2}}]
    old, new = listed(model(given[0]["prices"])), listed(model(given), day="2026-12-24")
    twice = merged(merged(old, new), new)
    assert [price.get("since") for price in prices_of(twice)] == [None, "2026-01-01"]


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'[{"id": "acme"}]', b'[{"id": "acme", "models": [5]}]', b"5"])
def test_what_is_not_price_data_is_refused(body: bytes) -> None:
    with pytest.raises(ProviderGarbled):
        parse_prices(body, frozenset({"acme"}), "2026-11-28")
