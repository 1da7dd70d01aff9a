"""What every command begins with: settings, an open house, whose account, a secret from standard input; and how it ends."""

import asyncio
import functools
import sys
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Concatenate, ParamSpec

import click

from satchel.domain.errors import NotFound, SatchelError
from satchel.settings import Settings, SettingsInvalid, read_settings

if TYPE_CHECKING:
    from satchel.bootstrap.house import House
    from satchel.domain.accounts import Account


P = ParamSpec("P")

KEYLESS = ""
"""The account of nobody: it can use what needs no key."""


def in_house(command: Callable[Concatenate["House", P], Coroutine[None, None, None]]) -> Callable[P, None]:
    """Run an asynchronous command with an open house, and turn its errors into a sentence and an exit code."""

    @functools.wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        async def inside() -> None:
            from satchel.bootstrap.house import open_house  # noqa: PLC0415 - it loads everything, and `--help` needs nothing

            async with open_house(settings_now()) as house:
                await command(house, *args, **kwargs)

        finish(inside())

    return run


def finish(deed: Coroutine[None, None, None]) -> None:
    """Run `deed`, and turn its errors into a sentence and an exit code."""
    try:
        asyncio.run(deed)
    except (SatchelError, ValueError, OSError) as error:
        raise click.ClickException(error.message if isinstance(error, SatchelError) else str(error)) from error


def settings_now() -> Settings:
    """Return the settings; those that cannot work are wrong usage."""
    try:
        return read_settings()
    except SettingsInvalid as invalid:
        raise click.UsageError(str(invalid)) from None


async def account_of(house: "House", email: str) -> "Account":
    """Return the account, or raise `NotFound`, which says how to make it."""
    account = await house.accounts.by_email(email)
    if account is None:
        raise NotFound(f"there is no account {email!r}; make it with: satchel account create --email {email} --password-stdin")
    return account


def one_line() -> str:
    """Read the secret that was piped in; a terminal asks without showing it."""
    if sys.stdin.isatty():
        return str(click.prompt("Secret (may be empty)", default="", show_default=False, hide_input=True, err=True))
    return sys.stdin.readline().rstrip("\r\n")


def line_or_json() -> str:
    """Read a secret that may be a JSON object over several lines, as providers let people download it."""
    line = one_line()
    return line if sys.stdin.isatty() or not line.lstrip().startswith("{") else line + sys.stdin.read()
