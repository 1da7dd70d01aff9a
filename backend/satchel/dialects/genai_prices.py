"""The price data of `genai-prices` (its `data.json`) as a list of ours, and two lists made one. Pure.

What stands for text is taken: tokens in and out, cached and written to the cache, tiers by the length of the prompt, first days. Prices of
an hour of the day are not: the usual one counts. Source: genai-prices 0.2.3, checked 2026-11-28.
"""

from collections.abc import Mapping, Sequence
from typing import cast

import orjson

from satchel.domain.chat import Json
from satchel.domain.errors import ProviderGarbled

_AMOUNTS = {"input": "input_mtok", "output": "output_mtok", "cached": "cache_read_mtok", "written": "cache_write_mtok"}


def parse_prices(body: bytes, sellers: frozenset[str], day: str) -> Json:
    """Return the list of some sellers, as seen on `day`. Raises `ProviderGarbled` where the data makes no sense."""
    try:
        data = orjson.loads(body)
        providers = data if isinstance(data, list) else data["providers"]
        found = {provider["id"]: _models(provider["models"], day) for provider in providers if provider["id"] in sellers}
    except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError, IndexError) as error:
        raise ProviderGarbled("the price data is not in the form of genai-prices") from error
    if not found:
        raise ProviderGarbled("the price data knows none of our providers")
    return {"source": "genai-prices", "seen": day, "sellers": found}


def merged(known: Json, seen: Json) -> Json:
    """Return `known` with what `seen` adds: new models, and new prices after the old ones. Nothing is taken off."""
    sellers: dict[str, object] = {}
    before, after = (cast(Mapping[str, Sequence[Json]], prices.get("sellers") or {}) for prices in (known, seen))
    for seller in sorted({*before, *after}):
        old = {model["id"]: model for model in before.get(seller, ())}
        fresh = [_continued(old.get(model["id"]), model) for model in after.get(seller, ())]
        ids = {model["id"] for model in fresh}
        sellers[seller] = [*fresh, *(model for model_id, model in old.items() if model_id not in ids)]
    return {**seen, "sellers": sellers}


def _continued(old: Json | None, new: Json) -> Json:
    if old is None:
        return new
    prices = list(cast(Sequence[Json], old["prices"]))
    for price in cast(Sequence[Json], new["prices"]):
        if "since" in price:
            prices += [] if any(price.get("since") == kept.get("since") for kept in prices) else [price]
        elif not any(_same(price, kept) for kept in prices):
            prices.append({**price, "since": price["seen"]})
    return {**new, "prices": sorted(prices, key=lambda price: str(price.get("since") or ""))}


def _same(price: Json, kept: Json) -> bool:
    dates = ("since", "seen")
    return {key: value for key, value in price.items() if key not in dates} == {
        key: value for key, value in kept.items() if key not in dates
    }


def _models(models: Sequence[Json], day: str) -> list[Json]:
    found: list[Json] = []
    for model in models:
        prices = _prices(model["prices"], day)
        if prices:
            facts = {"id": model["id"], "name": model.get("name"), "context": model.get("context_window"), "match": model["match"]}
            found.append({**{key: value for key, value in facts.items() if value is not None}, "prices": prices})
    return found


def _prices(given: object, day: str) -> list[Json]:
    dated = cast(Sequence[Mapping[str, Json]], given if isinstance(given, list) else [{"prices": given}])
    found: list[Json] = []
    for one in dated:
        constraint, amounts = one.get("constraint") or {}, one["prices"]
        if "start_time" not in constraint and ("input_mtok" in amounts or "output_mtok" in amounts):
            since = {"since": constraint["start_date"]} if "start_date" in constraint else {}
            found.append({**since, "seen": day, **_amounts(amounts)})
    return found


def _amounts(given: Json) -> dict[str, object]:
    amounts: dict[str, object] = {}
    tiers: dict[int, dict[str, object]] = {}
    for ours, theirs in _AMOUNTS.items():
        value = given.get(theirs)
        if isinstance(value, Mapping):
            for tier in value["tiers"]:
                tiers.setdefault(tier["start"], {"above": tier["start"]})[ours] = _number(tier["price"])
            value = value["base"]
        if value is not None:
            amounts[ours] = _number(value)
    if tiers:
        amounts["tiers"] = [tiers[start] for start in sorted(tiers)]
    return amounts


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float | str) else 0.0
