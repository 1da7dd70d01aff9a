"""`satchel token`."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

import click

from satchel.cli.opening import account_of, in_house
from satchel.domain.budgets import Period
from satchel.domain.errors import NotFound
from satchel.kit.money import nusd_from_usd, usd_text

if TYPE_CHECKING:
    from satchel.bootstrap.house import House

_SPAN = re.compile(r"([1-9][0-9]{0,3})([dhw])")
_SPANS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}


class _Moment(click.ParamType[datetime]):
    """A span from now, such as `30d`, or a date or time with its zone."""

    name = "30d|12h|4w|date"

    def convert(self, value: str | datetime, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        if isinstance(value, datetime):
            return value
        if span := _SPAN.fullmatch(value):
            return datetime.now(UTC) + int(span[1]) * _SPANS[span[2]]
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is neither a span like 30d nor a date like 2027-01-31", param, ctx)
        return moment.replace(tzinfo=moment.tzinfo or UTC)


class _Usd(click.ParamType[int]):
    """An amount of US dollars."""

    name = "USD"

    def convert(self, value: str | int, param: click.Parameter | None, ctx: click.Context | None) -> int:
        if isinstance(value, int):
            return value
        try:
            amount = Decimal(value.removeprefix("$"))
        except InvalidOperation:
            amount = Decimal("NaN")
        if not amount.is_finite() or not 0 <= amount <= 9_000_000:
            self.fail(f"{value!r} is not an amount of US dollars, such as 2.50", param, ctx)
        return nusd_from_usd(amount)


@click.group()
def token() -> None:
    """Tokens for programs."""


@token.command("create")
@click.option("--account", "email", required=True, help="Whose token it is.")
@click.option("--name", required=True, help="What it is for.")
@click.option("--expires", type=_Moment(), help="When it ends: 12h, 30d, 4w, or a date; without it, never.")
@click.option("--limit", "limit_nusd", type=_Usd(), help="What it may spend, in US dollars; without it, what the account may.")
@click.option("--reset", type=click.Choice([period.value for period in Period]), help="How often the limit starts anew; needs --limit.")
@click.option("--manage", is_flag=True, help="Let it make and revoke tokens too.")
@in_house
async def token_create(
    house: "House", email: str, name: str, *, expires: datetime | None, limit_nusd: int | None, reset: str | None, manage: bool
) -> None:
    """Make a token; prints it once, alone. It is not kept."""
    from satchel.domain.tokens import ACCOUNT_TOKEN_SCOPES, DEFAULT_TOKEN_SCOPES  # noqa: PLC0415 - `--help` needs nothing
    from satchel.services.oauth.tokens import limit_of  # noqa: PLC0415 - the same

    if reset is not None and limit_nusd is None:
        raise click.UsageError("--reset needs --limit")
    owner = await account_of(house, email)
    limit = None if limit_nusd is None else limit_of(limit_nusd, Period(reset) if reset else None)
    scopes = ACCOUNT_TOKEN_SCOPES if manage else DEFAULT_TOKEN_SCOPES
    _, text = await house.tokens.create(owner.id, name, scopes, expires_at=expires, limit=limit)
    click.echo(text)


@token.command("list")
@click.option("--account", "email", required=True, help="Whose tokens.")
@in_house
async def token_list(house: "House", email: str) -> None:
    """List the tokens made by hand: id, how it begins, name, end, limit, whether it is switched off; separated by tabs."""
    owner = await account_of(house, email)
    for kept, budget in await house.tokens.list(owner.id):
        ends = kept.expires_at.isoformat(timespec="seconds") if kept.expires_at else "never"
        limit = f"{usd_text(budget.cap_nusd)}/{budget.period.value}" if budget else "no limit"
        click.echo("\t".join((kept.id, kept.hint or "", kept.name or "", ends, limit, "off" if kept.disabled else "on")))


@token.command("revoke")
@click.option("--account", "email", required=True, help="Whose token it is.")
@click.argument("token_id")
@in_house
async def token_revoke(house: "House", email: str, token_id: str) -> None:
    """Revoke a token by its id, as `list` shows it. A running server hears of it within a second."""
    owner = await account_of(house, email)
    if not await house.tokens.revoke(owner.id, token_id):
        raise NotFound(f"there is no token {token_id!r}, or it was revoked already")
