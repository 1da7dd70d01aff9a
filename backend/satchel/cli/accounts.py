"""`satchel account` and `satchel token`."""

from typing import TYPE_CHECKING

import click

from satchel.cli.opening import account_of, in_house, one_line

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


@click.group()
def token() -> None:
    """Tokens for programs."""


@token.command("create")
@click.option("--account", "email", required=True, help="Whose token it is.")
@click.option("--name", required=True, help="What it is for.")
@in_house
async def token_create(house: "House", email: str, name: str) -> None:
    """Make a token; prints it once, alone. It is not kept."""
    owner = await account_of(house, email)
    _, text = await house.oauth.create_token(owner.id, name)
    click.echo(text)
