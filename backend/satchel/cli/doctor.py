"""`satchel doctor`: whether everything is in place."""

import platform
import socket
from typing import TYPE_CHECKING

import click

from satchel import __version__
from satchel.cli.opening import KEYLESS, in_house
from satchel.settings import Settings

if TYPE_CHECKING:
    from satchel.bootstrap.house import House


@click.command()
@in_house
async def doctor(house: "House") -> None:
    """Look whether everything is in place."""
    settings, builtin = house.settings, house.builtin.status()
    await house.database.check()
    local = [endpoint for endpoint in await house.catalog.endpoints(KEYLESS, None) if endpoint.own and endpoint.provider != "builtin"]
    servers = ", ".join(sorted({endpoint.provider_name for endpoint in local})) or "none found"
    click.echo(f"version         {__version__}, Python {platform.python_version()}")
    click.echo(f"address         {settings.own_url} ({_whether_serving(settings)})")
    click.echo(f"database        ok, {make_url_safe(settings.database_url)}")
    click.echo(f"KEK             ok, {settings.kek_url or settings.keyring}")
    click.echo(f"built-in model  {'ok' if builtin.offered else builtin.reason}")
    click.echo(f"local servers   {servers if settings.reaches_loopback else 'not looked for'}")
    click.echo(f"owner           {'nobody yet: satchel serve prints a link' if await house.accounts.needs_owner() else 'ok'}")


def make_url_safe(url: str) -> str:
    """Return a database URL without its password."""
    before, at, after = url.rpartition("@")
    return f"{before.rpartition(':')[0]}:…{at}{after}" if at and ":" in before.partition("://")[2] else url


def _whether_serving(settings: Settings) -> str:
    try:
        with socket.create_connection(("127.0.0.1" if settings.host == "0.0.0.0" else settings.host, settings.port), timeout=1):  # noqa: S104 - compared, not bound
            return "something listens there"
    except OSError:
        return "nothing listens there"
