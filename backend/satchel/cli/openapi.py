"""`satchel openapi`."""

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import click
import orjson

from satchel.cli.opening import finish, settings_now
from satchel.settings import Settings

if TYPE_CHECKING:
    pass


@click.command()
def openapi() -> None:
    """Print the OpenAPI description of the HTTP doors."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        nowhere = {"home": home, "database_url": f"sqlite:///{home / 'none.db'}", "kek_url": "", "builtin_model": "off"}
        settings = settings_now().model_copy(update=nowhere)
        finish(_print_openapi(settings))


async def _print_openapi(settings: Settings) -> None:
    from satchel.bootstrap.doors import Doors  # noqa: PLC0415 - heavy, and `--help` needs nothing
    from satchel.bootstrap.house import open_house  # noqa: PLC0415 - heavy, and `--help` needs nothing

    async with open_house(settings) as house:
        click.echo(orjson.dumps(Doors(house).management.openapi(), option=orjson.OPT_INDENT_2).decode())
