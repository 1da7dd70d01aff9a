"""Roof: find what there is. Provider and plugin files by scanning their packages, rows and models in `data/`, entry points of others.

There is no registry to edit. Data is checked as it is read: an unknown key or a wrong type stops the start with the file's name.
"""

import dataclasses
import pkgutil
import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from importlib import import_module
from importlib.metadata import entry_points
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Literal, cast, get_args, get_origin, get_type_hints

import orjson

from satchel import plugins as plugin_files
from satchel import providers as provider_files
from satchel.domain.authorities import Authority
from satchel.domain.catalog import ModelFacts, ProviderRow, Quirks
from satchel.domain.chat import Json
from satchel.domain.keys import Secret
from satchel.domain.price_list import ModelIndex, PriceList
from satchel.domain.usage import Price
from satchel.ports.plugin import Plugin
from satchel.ports.provider import LocalSource, ModelSource, Provider
from satchel.providers import ProviderDeps, ProviderFactory

PLUGIN_GROUP = "satchel.plugins"
PRICES = "prices.json"
"""The refreshed list of prices, in the home."""
_AUTHORITY_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")
_ISSUER = re.compile(r"(?:https://[^/?#@\s]+|http://(?:127\.0\.0\.1|localhost|\[::1\])(?::[0-9]{1,5})?)(?:/[^?#\s]*)?")
_ROW_DEFAULTS: Mapping[str, object] = {"base_url": None, "needs_key": True, "local": False}


class DataInvalid(ValueError):
    """A file of `data/` does not say what it must."""


@dataclass(frozen=True, slots=True)
class Sources:
    """Where models come from: lists of keys by dialect, and this machine, the built-in model first."""

    by_dialect: Mapping[str, ModelSource]
    local: Sequence[LocalSource]


def provider_rows() -> dict[str, ProviderRow]:
    """Return the rows of `data/providers.toml` by id, in the file's order. Raises `DataInvalid`."""
    place = "data/providers.toml"
    rows: dict[str, ProviderRow] = {}
    for table in _tables(_data("providers.toml"), "providers", place):
        values = {**_ROW_DEFAULTS, **table}
        at = f"{place}: {values.get('id')}"
        quirks = values.pop("quirks", {})
        if not isinstance(quirks, Mapping):
            raise DataInvalid(f"{at}: quirks must be a table")
        row = ProviderRow(**_checked(ProviderRow, {**values, "quirks": Quirks(**_checked(Quirks, quirks, at))}, at))  # type: ignore[arg-type]
        if row.id in rows:
            raise DataInvalid(f"{at} is there twice")
        if row.base_url is not None and (row.base_url.endswith("/") or not row.base_url.startswith(("https://", "http://127.0.0.1"))):
            raise DataInvalid(f"{at}: base_url must be https, or http on 127.0.0.1, without a slash at the end")
        rows[row.id] = row
    return rows


def catalog_models(home: Path | None = None, today: Callable[[], date] = date.today) -> ModelIndex:
    """Return what is known of models: `data/catalog/*.toml`, and the list of prices, which is read when it is first needed.

    `home` may have a `catalog` folder of the same form, which counts before ours, and a newer list of prices. Raises `DataInvalid`.
    """
    own = _own_models(files("satchel") / "data" / "catalog")
    if home is not None and (home / "catalog").is_dir():
        own |= _own_models(home / "catalog")
    sellers = {row.id: row.price_list for row in provider_rows().values() if row.price_list is not None}
    return PriceList(own, sellers, lambda: price_data(home), today)


def price_data(home: Path | None) -> Json:
    """Return the newer of the list of prices that came with us and the one that was refreshed since."""
    lists = [cast(Json, orjson.loads(_data("prices.json")))]
    if home is not None and (home / PRICES).is_file():
        lists.append(cast(Json, orjson.loads((home / PRICES).read_bytes())))
    return max(lists, key=lambda prices: str(prices["seen"]))


def _own_models(folder: Traversable) -> dict[tuple[str, str], ModelFacts]:
    models: dict[tuple[str, str], ModelFacts] = {}
    for file in sorted(folder.iterdir(), key=lambda file: file.name):
        provider = file.name.removesuffix(".toml")
        place = f"data/catalog/{file.name}"
        for table in _tables(file.read_text(encoding="utf-8"), "models", place):
            at = f"{place}: {table.get('native_model')}"
            checked = table.get("checked")
            price = _price(table["price"], checked, at) if "price" in table else None
            facts = ModelFacts(**_checked(ModelFacts, {**table, "provider": provider, "price": price}, at))  # type: ignore[arg-type]
            models[provider, facts.native_model] = facts
    return models


def retired_models() -> dict[str, tuple[str, ...]]:
    """Return the ids of `data/retired.toml` and what stands in for each, best first. Raises `DataInvalid`."""
    place = "data/retired.toml"
    retired: dict[str, tuple[str, ...]] = {}
    for table in _tables(_data("retired.toml"), "retired", place):
        now = table.get("now")
        if table.keys() != {"id", "now"} or not isinstance(now, list) or not all(isinstance(name, str) for name in now):
            raise DataInvalid(f"{place}: {table.get('id')}: must have id and now, a list of ids")
        retired[str(table["id"])] = tuple(now)
    return retired


def load_authorities(file: Path | None, given: Sequence[Mapping[str, object]]) -> list[Authority]:
    """Return the authorities that have a client id: tables `[[authorities]]` of the operator's `file`, then those `given`.

    A table with the id of a row of `data/authorities.toml` needs what the row leaves open only: `client_id` and `client_secret`.

    Raises:
        DataInvalid: a table has something unknown, lacks something, or is there twice, or its issuer is not https.
    """
    place = str(file) if file is not None else "data/authorities.toml"
    ready = {str(table["id"]): table for table in _tables(_data("authorities.toml"), "authorities", "data/authorities.toml")}
    tables = [] if file is None else _tables(file.read_text(encoding="utf-8"), "authorities", place)
    found: dict[str, Authority] = {}
    for table in [*tables, *given]:
        values = {**ready.get(str(table.get("id")), {}), **table}
        at = f"{place}: {values.get('id')}"
        secret = values.pop("client_secret", "")
        if not isinstance(secret, str):
            raise DataInvalid(f"{at}: client_secret must be a text")
        authority = Authority(**_checked(Authority, {**values, "client_secret": Secret(secret)}, at))  # type: ignore[arg-type]
        if authority.id in found or not _AUTHORITY_ID.fullmatch(authority.id):
            raise DataInvalid(f"{at}: an id is there once, and has small letters, digits and hyphens")
        if not _ISSUER.fullmatch(authority.issuer):
            raise DataInvalid(f"{at}: issuer must be https, or http on 127.0.0.1, without query or fragment")
        found[authority.id] = authority
    return list(found.values())


def load_providers(deps: ProviderDeps) -> dict[str, Provider]:
    """Return every provider by the ids it serves. Raises `DataInvalid` if two serve the same."""
    providers: dict[str, Provider] = {}
    for factory in _factories():
        if factory.build is None:
            continue
        provider = factory.build(deps)
        if taken := provider.ids & providers.keys():
            raise DataInvalid(f"two providers serve {', '.join(sorted(taken))}")
        providers.update(dict.fromkeys(provider.ids, provider))
    return providers


def load_sources(deps: ProviderDeps, providers: Mapping[str, Provider]) -> Sources:
    """Return where models come from; `providers` is what `load_providers` made from the same `deps`."""
    factories = _factories()
    return Sources(
        {factory.dialect: factory.source(deps) for factory in factories if factory.source is not None},
        [factory.local(deps, providers) for factory in factories if factory.local is not None],
    )


def load_plugins() -> list[Plugin]:
    """Return the plugins of `satchel/plugins/` in the order of their names, then those of installed packages."""
    found = _offered(plugin_files, "PLUGIN")
    found += [entry.load() for entry in sorted(entry_points(group=PLUGIN_GROUP), key=lambda entry: entry.name)]
    for plugin in found:
        if not (hasattr(plugin, "id") and hasattr(plugin, "before") and hasattr(plugin, "wrap")):
            raise DataInvalid(f"{plugin!r} is no plugin")
    return found  # type: ignore[return-value]


def _factories() -> list[ProviderFactory]:
    return [offered for offered in _offered(provider_files, "PROVIDER") if isinstance(offered, ProviderFactory)]


def _offered(package: object, name: str) -> list[object]:
    """Import every file of a package and return what each exposes under `name`."""
    path, prefix = getattr(package, "__path__", []), f"{getattr(package, '__name__', '')}."
    modules = [import_module(module.name) for module in pkgutil.iter_modules(path, prefix)]
    return [getattr(module, name) for module in modules if hasattr(module, name)]


def _data(name: str) -> str:
    return (files("satchel") / "data" / name).read_text(encoding="utf-8")


def _tables(text: str, key: str, place: str) -> list[dict[str, object]]:
    tables = tomllib.loads(text).get(key)
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise DataInvalid(f"{place} must hold tables [[{key}]]")
    return tables


def _checked(shape: type, values: Mapping[str, object], at: str) -> dict[str, object]:
    """Return `values` made fit for the dataclass `shape`: lists frozen, dates as text, every key known and every type right."""
    hints = get_type_hints(shape)
    fields = {field.name: field for field in dataclasses.fields(shape)}
    if unknown := values.keys() - fields.keys():
        raise DataInvalid(f"{at}: unknown {', '.join(sorted(unknown))}")
    nothing = (dataclasses.MISSING, dataclasses.MISSING)
    needed = {name for name, field in fields.items() if (field.default, field.default_factory) == nothing}
    if missing := needed - values.keys():
        raise DataInvalid(f"{at}: {', '.join(sorted(missing))} missing")
    return {name: _fit(value, hints[name], f"{at}: {name}") for name, value in values.items()}


def _fit(value: object, hint: object, at: str) -> object:
    origin, inner = get_origin(hint), get_args(hint)
    if origin is Literal:
        if value not in inner:
            raise DataInvalid(f"{at} must be one of {', '.join(map(str, inner))}, not {value!r}")
        return value
    if origin in (tuple, frozenset) and isinstance(value, list):
        return origin(_fit(item, inner[0], at) for item in value)
    if hint is str and isinstance(value, date):
        return value.isoformat()
    allowed = inner if inner and origin not in (tuple, frozenset) else (hint,)
    plain = tuple(kind for kind in allowed if isinstance(kind, type))
    if not isinstance(value, plain) or (isinstance(value, bool) and bool not in plain):
        raise DataInvalid(f"{at} must be {' or '.join(kind.__name__ for kind in plain)}, not {value!r}")
    return value


def _price(table: object, checked: object, at: str) -> Price:
    if not isinstance(table, Mapping) or not isinstance(checked, date):
        raise DataInvalid(f"{at}: a price is a table, and its model has a date `checked`")
    try:
        values = {name: Decimal(amount) for name, amount in table.items() if isinstance(amount, str)}
        return Price(values.pop("input_usd"), values.pop("output_usd"), checked, **values)  # type: ignore[arg-type]
    except (TypeError, KeyError, ArithmeticError) as error:
        raise DataInvalid(f"{at}: a price has input_usd and output_usd, decimals in texts") from error
