"""`satchel vault`."""

from typing import TYPE_CHECKING

import click

from satchel.cli.opening import in_house

if TYPE_CHECKING:
    from satchel.bootstrap.house import House
    from satchel.services.vault.data_keys import Renewed
    from satchel.services.vault.keks import Rewrapped

_PRIMARY, _OTHER = "primary", "not written down"


@click.group()
def vault() -> None:
    """The key-encryption keys (KEKs), and what is sealed with them."""


@vault.command()
@in_house
async def status(house: "House") -> None:
    """Say which KEKs there are, and how many data keys each wraps."""
    found = await house.keks.status()
    click.echo(f"{'KEK':30} {'state':16} {'wraps':>8}  in custody")
    for each in found:
        state = each.kek.state if each.kek else _OTHER
        click.echo(f"{each.id:30} {state:16} {each.wraps:8}  {'yes' if each.in_custody else 'no'}")
    locked = await house.locked_mode.count()
    if locked:
        click.echo(f"{_counted(locked, 'vault')} in locked mode: the data key is its owner's, the KEK seals the ways to it", err=True)
    if not found and not locked:
        click.echo("nothing is sealed yet", err=True)
    if any(each.wraps for each in found if each.kek is None or each.kek.state != _PRIMARY):
        click.echo("a rotation is not finished; finish it with: satchel vault rewrap", err=True)


@vault.command()
@in_house
async def rotate(house: "House") -> None:
    """Make a new KEK and wrap every data key with it, or finish a rotation that was broken off. The server may run meanwhile."""
    primary = {each.id for each in await house.keks.status() if each.kek and each.kek.state == _PRIMARY}
    _report(await house.keks.rotate())
    now = next(each.id for each in await house.keks.status() if each.kek and each.kek.state == _PRIMARY)
    if now in primary:
        click.echo("that was the rest of an earlier rotation; run it again for a new KEK", err=True)
    click.echo(now)


@vault.command()
@in_house
async def rewrap(house: "House") -> None:
    """Wrap every data key with the primary KEK that is not. Safe to repeat and to break off."""
    _report(await house.keks.rewrap())


@vault.command()
@in_house
async def renew(house: "House") -> None:
    """Give every account a new data key and seal its provider keys anew. Locked vaults are left out. Safe to repeat and to break off."""
    _report(await house.data_keys.renew(), "made anew")


@vault.command()
@in_house
async def verify(house: "House") -> None:
    """Open everything that is sealed, and name what does not open. Changes nothing."""
    deks, verified = await house.keks.broken(), await house.vault.verify()
    keys = verified.broken
    for dek in deks:
        click.echo(f"{dek.id} of {dek.account_id} does not open: its provider keys must be entered again")
    for key in keys:
        click.echo(f"{key.id} of {key.account_id} ({key.provider}{f', {key.label}' if key.label else ''}) does not open: enter it again")
    if deks or keys:
        lost = " and ".join(_counted(len(found), what) for found, what in ((deks, "data key"), (keys, "provider key")) if found)
        raise click.ClickException(f"{lost} cannot be opened; nothing was changed")
    if verified.locked:
        click.echo(f"{_counted(verified.locked, 'key')} in locked vaults could not be tried: only their owners open them", err=True)
    click.echo("everything else opens" if verified.locked else "everything opens", err=True)


def _report(done: "Rewrapped | Renewed", what: str = "wrapped anew") -> None:
    click.echo(f"{_counted(done.count, 'data key')} {what}", err=True)
    for dek in done.broken:
        click.echo(f"{dek.id} of {dek.account_id} does not open and was left as it is", err=True)


def _counted(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"
