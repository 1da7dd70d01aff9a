"""The operator's commands. Results go to stdout, words to stderr; they work on the database directly, whether the server runs or not.

Exit codes: 0 done, 1 refused or failed (one sentence on stderr says why), 2 wrong usage or a setting that cannot work.
"""

import asyncio
import errno
import fcntl
import functools
import gc
import platform
import socket
import sys
import tempfile
from collections.abc import Callable, Coroutine, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Concatenate, ParamSpec

import click
import orjson

from satchel import __version__
from satchel.domain.errors import NotFound, SatchelError
from satchel.domain.keys import Secret
from satchel.settings import Settings, SettingsInvalid, read_settings

if TYPE_CHECKING:
    from satchel.bootstrap import House
    from satchel.domain.accounts import Account

P = ParamSpec("P")

_KEYLESS = ""
"""The account of nobody: it can use what needs no key."""


def in_house(command: Callable[Concatenate["House", P], Coroutine[None, None, None]]) -> Callable[P, None]:
    """Run an asynchronous command with an open house, and turn its errors into a sentence and an exit code."""

    @functools.wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        async def inside() -> None:
            from satchel.bootstrap import open_house  # noqa: PLC0415 - it loads everything, and `--help` needs nothing

            async with open_house(_settings()) as house:
                await command(house, *args, **kwargs)

        _finish(inside())

    return run


def _finish(deed: Coroutine[None, None, None]) -> None:
    try:
        asyncio.run(deed)
    except (SatchelError, ValueError, OSError) as error:
        raise click.ClickException(error.message if isinstance(error, SatchelError) else str(error)) from error


def _settings() -> Settings:
    try:
        return read_settings()
    except SettingsInvalid as invalid:
        raise click.UsageError(str(invalid)) from None


async def _account(house: "House", email: str) -> "Account":
    account = await house.accounts.by_email(email)
    if account is None:
        raise NotFound(f"there is no account {email!r}; make it with: satchel account create --email {email} --password-stdin")
    return account


def _one_line() -> str:
    """Read the secret that was piped in; a terminal asks without showing it."""
    if sys.stdin.isatty():
        return str(click.prompt("Secret (may be empty)", default="", show_default=False, hide_input=True, err=True))
    return sys.stdin.readline().rstrip("\r\n")


def _line_or_json() -> str:
    """Read a secret that may be a JSON object over several lines, as providers let people download it."""
    line = _one_line()
    return line if sys.stdin.isatty() or not line.lstrip().startswith("{") else line + sys.stdin.read()


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="satchel")
def main() -> None:
    """Satchel lets you carry your own AI models and keys to any web page."""


@main.command()
def serve() -> None:
    """Serve until SIGTERM or Ctrl-C."""
    import uvloop  # noqa: PLC0415 - heavy, and `--help` needs nothing

    gc.disable()  # start-up makes what stays: a fifth of its time was looking through it; `tune_interpreter` turns it on again
    settings = _settings()
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
    from satchel.bootstrap import Doors, open_house  # noqa: PLC0415 - heavy, and `--help` needs nothing
    from satchel.doors.http.logs import configure_logs  # noqa: PLC0415 - heavy, and `--help` needs nothing
    from satchel.doors.http.server import Server, tune_interpreter  # noqa: PLC0415 - heavy, and `--help` needs nothing

    configure_logs(settings.log_level)
    async with open_house(settings) as house:
        doors = Doors(house)
        async with doors.serving(others_may_live=not settings.is_embedded):
            server = Server(doors.asgi, drain=doors.drain, ready=lambda: _announce(house))
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
            "  Nobody has an account yet. Make yours here (the link works once, for 24 hours):",
            f"  {settings.own_url}/setup/{link}",
        ]
    click.echo("\n".join([*lines, "", "  Ctrl-C stops it.", ""]))
    sys.stdout.flush()


@main.command()
def migrate() -> None:
    """Bring the database up to date. `serve` does it by itself."""
    from satchel.stores.sql.migrate import migrate as bring_up_to_date  # noqa: PLC0415 - heavy, and `--help` needs nothing

    _finish(bring_up_to_date(_settings().database_url))
    click.echo("the database is up to date", err=True)


@main.group()
def account() -> None:
    """Accounts."""


@account.command("create")
@click.option("--email", required=True, help="How the person signs in.")
@click.option("--password-stdin", is_flag=True, required=True, help="Read the password from standard input.")
@in_house
async def account_create(house: "House", email: str, password_stdin: bool) -> None:
    """Make an account; prints its id."""
    made = await house.accounts.create(email, _one_line())
    click.echo(made.id)


@main.group()
def token() -> None:
    """Tokens for programs."""


@token.command("create")
@click.option("--account", "email", required=True, help="Whose token it is.")
@click.option("--name", required=True, help="What it is for.")
@in_house
async def token_create(house: "House", email: str, name: str) -> None:
    """Make a token; prints it once, alone. It is not kept."""
    owner = await _account(house, email)
    _, text = await house.oauth.create_token(owner.id, name)
    click.echo(text)


@main.group()
def key() -> None:
    """Provider keys."""


@key.command("add")
@click.option("--account", "email", required=True, help="Whose key it is.")
@click.option("--provider", required=True, help="A provider's id, or `custom` for any OpenAI-compatible server.")
@click.option("--base-url", help="Where the server is; needed for `custom`.")
@click.option("--region", help="Which region a key without one in it is for; `bedrock` has an address in each.")
@click.option("--label", help="A short name, which becomes the prefix of model ids.")
@in_house
async def key_add(house: "House", email: str, provider: str, *, base_url: str | None, region: str | None, label: str | None) -> None:
    """Seal and keep a key, read from standard input: a line, empty for a keyless server, or JSON of several. Prints its id."""
    from satchel.doors.http.keys import KeyDesk  # noqa: PLC0415 - heavy, and `--help` needs nothing

    owner = await _account(house, email)
    desk = KeyDesk(house.vault, house.rows, house.bus)
    kept = await desk.add(owner.id, provider, base_url, Secret(_line_or_json().strip()), label, region=region)
    click.echo(kept.id)


@main.command()
@click.option("--account", "email", help="Also what this person's keys open.")
@click.option("--json", "as_json", is_flag=True, help="Print the list of GET /v1/models.")
@in_house
async def models(house: "House", email: str | None, as_json: bool) -> None:
    """List the models that can be used here."""
    from satchel.doors.http.models import model_schemas  # noqa: PLC0415 - heavy, and `--help` needs nothing

    account_id = (await _account(house, email)).id if email else _KEYLESS
    found = model_schemas(await house.catalog.endpoints(account_id), await house.catalog.preferred(account_id))
    if as_json:
        listed = {"object": "list", "data": [model.model_dump() for model in found], "total_count": len(found), "links": {"next": None}}
        click.echo(orjson.dumps(listed, option=orjson.OPT_INDENT_2).decode())
        return
    for model in found:
        where = model.satchel.provider_name + ("" if model.satchel.available else f", {model.satchel.reason}")
        click.echo(f"{model.id:<48} {where}{'  (preferred)' if model.satchel.preferred else ''}")
    if not found:
        click.echo("no models yet; see: satchel key add --help", err=True)


@main.command()
@in_house
async def doctor(house: "House") -> None:
    """Look whether everything is in place."""
    settings, builtin = house.settings, house.builtin.status()
    await house.database.check()
    local = [endpoint for endpoint in await house.catalog.endpoints(_KEYLESS) if endpoint.local and endpoint.provider != "builtin"]
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


@main.command()
def openapi() -> None:
    """Print the OpenAPI description of the HTTP doors."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        nowhere = {"home": home, "database_url": f"sqlite:///{home / 'none.db'}", "kek_url": "", "builtin_model": "off"}
        settings = _settings().model_copy(update=nowhere)
        _finish(_print_openapi(settings))


async def _print_openapi(settings: Settings) -> None:
    from satchel.bootstrap import Doors, open_house  # noqa: PLC0415 - heavy, and `--help` needs nothing

    async with open_house(settings) as house:
        click.echo(orjson.dumps(Doors(house).management.openapi(), option=orjson.OPT_INDENT_2).decode())
