"""`satchel key`."""

from typing import TYPE_CHECKING

import click

from satchel.cli.opening import account_of, in_house, line_or_json
from satchel.domain.keys import KeyCheck, Secret, earlier_twin

if TYPE_CHECKING:
    from satchel.bootstrap.house import House


@click.group()
def key() -> None:
    """Provider keys."""


@key.command("add")
@click.option("--account", "email", required=True, help="Whose key it is.")
@click.option("--provider", required=True, help="A provider's id, or `custom` for any OpenAI-compatible server.")
@click.option("--base-url", help="Where the server is; needed for `custom`.")
@click.option("--region", help="Which region a key without one in it is for; `bedrock` has an address in each.")
@click.option("--label", help="A short name, which becomes the prefix of model ids.")
@click.option("--check/--no-check", default=True, help="Whether to ask the provider with it.")
@in_house
async def key_add(
    house: "House", email: str, provider: str, *, base_url: str | None, region: str | None, label: str | None, check: bool
) -> None:
    """Seal and keep a key, read from standard input: a line, empty for a keyless server, or JSON of several.

    Prints its id, and says what the provider answers. The key is kept whatever that is.
    """
    from satchel.doors.http.keys import KeyDesk  # noqa: PLC0415 - heavy, and `--help` needs nothing

    owner = await account_of(house, email)
    desk = KeyDesk(house.vault, house.rows, house.bus)
    kept = await desk.add(owner.id, provider, base_url, Secret(line_or_json().strip()), label, region=region)
    click.echo(kept.id)
    if check:
        click.echo(_said(await house.catalog.check_key(owner.id, kept.id)), err=True)
    twin = earlier_twin(kept, await house.vault.list(owner.id))
    if twin is not None:
        click.echo(f"the same key is kept already, as {twin}", err=True)


def _said(check: KeyCheck) -> str:
    match check.status:
        case "accepted":
            return f"accepted: the provider lists {check.models} models"
        case "unchecked":
            return f"kept; nothing says whether it works{f': {check.message}' if check.message else ''}"
        case _:
            return f"kept, but {check.status}: {check.message}"
