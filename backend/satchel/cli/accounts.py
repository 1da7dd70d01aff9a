"""`satchel account`."""

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


@account.command("password")
@click.option("--email", required=True, help="Whose account it is.")
@click.option("--password-stdin", is_flag=True, required=True, help="Read the password from standard input.")
@click.option("--without-codes", is_flag=True, help="Switch the codes of an authenticator app off too.")
@in_house
async def account_password(house: "House", email: str, password_stdin: bool, without_codes: bool) -> None:
    """Give an account another password, for whoever cannot get in any more; every browser is signed out."""
    owner = await account_of(house, email)
    await house.accounts.change_password(owner.id, one_line(), keep_sign_in_id="")
    codes_off = without_codes and await house.totps.switch_off(owner.id)
    click.echo(f"{owner.email} has a new password{' and is asked for no code' if codes_off else ''}; every browser is signed out", err=True)
    if not codes_off and (await house.totps.state(owner.id)).since_at is not None:
        click.echo("a code is still asked for after it; --without-codes switches that off", err=True)


@account.command("export")
@click.option("--email", required=True, help="Whose account it is.")
@in_house
async def account_export(house: "House", email: str) -> None:
    """Print everything that is kept of an account, as JSON. No secret is in it."""
    import orjson  # noqa: PLC0415 - `--help` needs nothing

    from satchel.domain.account_copies import json_of  # noqa: PLC0415 - the same

    copy = json_of(await house.departures.copy((await account_of(house, email)).id))
    click.echo(orjson.dumps(copy, option=orjson.OPT_INDENT_2).decode())


@account.command("delete")
@click.option("--email", required=True, help="Whose account it is.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@in_house
async def account_delete(house: "House", email: str, yes: bool) -> None:
    """Delete an account and everything of it; its keys open no more. There is no way back."""
    owner = await account_of(house, email)
    if not yes:
        click.confirm(f"Delete {owner.email} with its keys, sites, tokens and history?", abort=True, err=True)
    await house.departures.delete(owner.id)
    click.echo(f"{owner.email} is deleted; backups that you made before still have it", err=True)


@account.command("invite")
@click.option("--for", "name", default="", help="Whom it is for, for the owner's list of invitations.")
@in_house
async def account_invite(house: "House", name: str) -> None:
    """Print a link that makes one account, within a week. Needs SATCHEL_SIGN_UP=invite, or open."""
    from satchel.services.accounts.invitations import SETUP_PATH  # noqa: PLC0415 - `--help` needs nothing

    _, secret = await house.invitations.make(None, name)
    click.echo(f"{house.settings.own_url}{SETUP_PATH}/{secret}")
