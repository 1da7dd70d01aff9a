"""`satchel serve`, and what it says to a newcomer."""

import errno
import fcntl
import gc
import socket
import sys
from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from satchel import __version__
from satchel.cli.opening import settings_now
from satchel.domain.errors import SatchelError
from satchel.settings import Settings

if TYPE_CHECKING:
    from satchel.bootstrap.house import House


@click.command()
def serve() -> None:
    """Serve until SIGTERM or Ctrl-C."""
    import uvloop  # noqa: PLC0415 - heavy, and `--help` needs nothing

    from satchel.cli.memory import keep_memory_private  # noqa: PLC0415 - heavy, and `--help` needs nothing

    gc.disable()  # start-up makes what stays: a fifth of its time was looking through it; `tune_interpreter` turns it on again
    settings = settings_now()
    keep_memory_private()
    try:
        with _listener(settings) as listener, _only_server(settings):
            port = int(listener.getsockname()[1])
            uvloop.run(_serve(settings.model_copy(update={"port": port}), listener))
    except (SatchelError, ValueError, OSError) as error:
        raise click.ClickException(error.message if isinstance(error, SatchelError) else str(error)) from error
    except KeyboardInterrupt:
        pass  # uvicorn raises the signal again after a clean end


def _listener(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.socket(family)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.host, settings.port))
    except OSError as error:
        listener.close()
        hint = (
            "is Satchel running already? Choose another port with SATCHEL_PORT" if error.errno == errno.EADDRINUSE else "see SATCHEL_HOST"
        )
        raise OSError(f"cannot listen on {settings.host}:{settings.port} ({error.strerror}); {hint}") from error
    listener.listen(1024)
    listener.set_inheritable(False)
    return listener


@contextmanager
def _only_server(settings: Settings) -> Generator[None, None, None]:
    """Keep a second server off an embedded database: each would take the other's running calls for orphans."""
    if not settings.is_embedded:
        yield
        return
    settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (settings.home / "serve.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise OSError(f"another satchel serve uses {settings.home}; stop it, or set another SATCHEL_HOME") from None
        yield


async def _serve(settings: Settings, listener: socket.socket) -> None:
    from satchel.bootstrap.doors import Doors  # noqa: PLC0415 - heavy, and `--help` needs nothing
    from satchel.bootstrap.house import open_house  # noqa: PLC0415 - heavy, and `--help` needs nothing
    from satchel.doors.http.logs import configure_logs  # noqa: PLC0415 - heavy, and `--help` needs nothing
    from satchel.doors.http.server import Server, tune_interpreter  # noqa: PLC0415 - heavy, and `--help` needs nothing

    lines = configure_logs(settings.log_level)
    async with open_house(settings) as house:
        lines.hide(house.vault.knows)
        doors = Doors(house)
        async with doors.serving(others_may_live=not settings.is_embedded):
            proxies = settings.trusted_proxies
            server = Server(doors.asgi, drain=doors.drain, ready=lambda: _announce(house), trusted_proxies=proxies)
            tune_interpreter()
            await server.serve([listener])


async def _announce(house: "House") -> None:
    """Say where we are, and what a newcomer does next."""
    settings, builtin = house.settings, house.builtin.status()
    model = "ready, starts with the first question" if builtin.offered else f"not offered: {builtin.reason}"
    lines = [
        "",
        f"  Satchel {__version__} is ready",
        "",
        f"  Address         {settings.own_url}",
        f"  Demo            {settings.own_url}/demo",
        f"  Built-in model  {model}",
        f"  Data            {settings.home if settings.is_embedded else 'in PostgreSQL'}",
    ]
    if settings.exposes_http:
        lines += ["", f"  Careful: other computers reach {settings.host} without TLS. Put a proxy before it, and set SATCHEL_PUBLIC_URL."]
    link = await house.accounts.setup_link()
    if link is not None:
        lines += [
            "",
            "  Nobody owns this Satchel yet. Make your account here (the link works once, for 24 hours):",
            f"  {settings.own_url}/setup/{link}",
        ]
    click.echo("\n".join([*lines, "", "  Ctrl-C stops it.", ""]))
    sys.stdout.flush()
