"""`satchel models`."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click
import orjson

from satchel.cli.opening import KEYLESS, account_of, in_house

if TYPE_CHECKING:
    from satchel.bootstrap.house import House
    from satchel.doors.http.model_schema import ModelSchema


_PRICES_URL = "https://raw.githubusercontent.com/pydantic/genai-prices/refs/heads/main/prices/new_data/v2/data.json"
_PRICES_TIMEOUT_S = 60.0


@click.group(invoke_without_command=True)
@click.option("--account", "email", help="Also what this person's keys open.")
@click.option("--json", "as_json", is_flag=True, help="Print the list of GET /v1/models.")
@click.option("--facts", "with_facts", is_flag=True, help="Also what each can do, what it costs, and what happens to what it is sent.")
@click.pass_context
def models(context: click.Context, email: str | None, as_json: bool, with_facts: bool) -> None:
    """List the models that can be used here."""
    if context.invoked_subcommand is None:
        models_list(email, as_json, with_facts)


@models.command("refresh")
@click.option("--from", "file", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="The data of genai-prices as a file.")
@in_house
async def models_refresh(house: "House", file: Path | None) -> None:
    """Read prices anew, from genai-prices or a file of its form, and keep them in the home. Old prices stay; restart to use the new."""
    from satchel.dialects.genai_prices import merged, parse_prices  # noqa: PLC0415 - needed here only
    from satchel.loading import PRICES, price_data  # noqa: PLC0415 - the same

    body = _read(file) if file else await _fetched(house)
    sellers = frozenset(row.price_list for row in house.rows.values() if row.price_list is not None)
    seen = parse_prices(body, sellers, datetime.now(UTC).date().isoformat())
    known = merged(price_data(house.settings.home), seen)
    place = house.settings.home / PRICES
    draft = place.with_suffix(".new")
    draft.write_bytes(orjson.dumps(known))
    draft.replace(place)
    click.echo(f"{place}: prices as of {known['seen']}")


def _read(file: Path) -> bytes:
    return file.read_bytes()


async def _fetched(house: "House") -> bytes:
    from satchel.domain.errors import ProviderUnavailable  # noqa: PLC0415 - needed here only

    answer = await house.transport.get_json(_PRICES_URL, {"Accept": "application/json"}, _PRICES_TIMEOUT_S)
    if answer.status != 200:
        raise ProviderUnavailable(f"{_PRICES_URL} answered {answer.status}; save it elsewhere and use --from FILE")
    return answer.raw


def _facts(model: "ModelSchema") -> str:
    """Return one line about a model: context, abilities, price, and whether its provider trains on what it is sent."""
    facts = model.satchel
    context = f"{model.context_length:,} tokens" if model.context_length else "context not known"
    price = f"${facts.price.input_usd_per_mtok} in, ${facts.price.output_usd_per_mtok} out" if facts.price else "price not known"
    training = {"no": "does not train on it", "by_plan": "trains on it by plan"}.get(facts.data_policy.training, "training not known")
    source = f" ({facts.data_policy.source})" if facts.data_policy.source else ""
    return f"{context} · {', '.join(facts.capabilities)} · {price} · {training}{source}"


@in_house
async def models_list(house: "House", email: str | None, as_json: bool, with_facts: bool) -> None:
    """Print what can be used."""
    from satchel.doors.http.model_schema import model_schemas  # noqa: PLC0415 - heavy, and `--help` needs nothing

    account_id = (await account_of(house, email)).id if email else KEYLESS
    found = model_schemas(await house.catalog.endpoints(account_id, None), await house.catalog.preferred(account_id))
    if as_json:
        listed = {"object": "list", "data": [model.model_dump() for model in found], "total_count": len(found), "links": {"next": None}}
        click.echo(orjson.dumps(listed, option=orjson.OPT_INDENT_2).decode())
        return
    for model in found:
        where = model.satchel.provider_name + ("" if model.satchel.available else f", {model.satchel.reason}")
        click.echo(f"{model.id:<48} {where}{'  (preferred)' if model.satchel.preferred else ''}")
        if with_facts:
            click.echo(f"    {_facts(model)}")
    if not found:
        click.echo("no models yet; see: satchel key add --help", err=True)
