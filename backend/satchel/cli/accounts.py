"""`satchel account`."""

from typing import TYPE_CHECKING

import click

from satchel.cli.opening import in_house, one_line

if TYPE_CHECKING:
    from satchel.bootstrap.house import House


@click.group()
def account() -> None:
    """Accounts."""


@account.command("create")
@click.option("--email", required=True, help="How the person signs in.")
@click.option("--password-stdin", is_flag=True, required=True, help="Read the password from standard input.")
@in_house
async def account_create(house: "House", email: str, password_stdin: bool) -> None:
    """Make an account; prints its id."""
    made = await house.accounts.create(email, one_line())
    click.echo(made.id)
