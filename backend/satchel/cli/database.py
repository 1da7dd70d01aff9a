"""`satchel migrate`."""

import click

from satchel.cli.opening import finish, settings_now


@click.command()
def migrate() -> None:
    """Bring the database up to date. `serve` does it by itself."""
    from satchel.stores.sql.migrate import migrate as bring_up_to_date  # noqa: PLC0415 - heavy, and `--help` needs nothing

    finish(bring_up_to_date(settings_now().database_url))
    click.echo("the database is up to date", err=True)
