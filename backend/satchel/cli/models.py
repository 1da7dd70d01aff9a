"""`satchel models`."""

from typing import TYPE_CHECKING

import click
import orjson

from satchel.cli.opening import KEYLESS, account_of, in_house

if TYPE_CHECKING:
    from satchel.bootstrap.house import House


@click.command()
@click.option("--account", "email", help="Also what this person's keys open.")
@click.option("--json", "as_json", is_flag=True, help="Print the list of GET /v1/models.")
@in_house
async def models(house: "House", email: str | None, as_json: bool) -> None:
    """List the models that can be used here."""
    from satchel.doors.http.models import model_schemas  # noqa: PLC0415 - heavy, and `--help` needs nothing

    account_id = (await account_of(house, email)).id if email else KEYLESS
    found = model_schemas(await house.catalog.endpoints(account_id), await house.catalog.preferred(account_id))
    if as_json:
        listed = {"object": "list", "data": [model.model_dump() for model in found], "total_count": len(found), "links": {"next": None}}
        click.echo(orjson.dumps(listed, option=orjson.OPT_INDENT_2).decode())
        return
    for model in found:
        where = model.satchel.provider_name + ("" if model.satchel.available else f", {model.satchel.reason}")
        click.echo(f"{model.id:<48} {where}{'  (preferred)' if model.satchel.preferred else ''}")
    if not found:
        click.echo("no models yet; see: satchel key add --help", err=True)
