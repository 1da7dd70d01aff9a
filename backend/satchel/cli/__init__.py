"""The operator's commands. Results go to stdout, words to stderr; they work on the database directly, whether the server runs or not.

Exit codes: 0 done, 1 refused or failed (one sentence on stderr says why), 2 wrong usage or a setting that cannot work.
"""

from importlib import import_module

import click

from satchel import __version__

_FILES = {
    "serve": "serve",
    "migrate": "database",
    "account": "accounts",
    "token": "tokens",
    "key": "keys",
    "models": "models",
    "vault": "vault",
    "doctor": "doctor",
    "openapi": "openapi",
}
"""Each command and the file of this folder that has it under its own name."""


class _Commands(click.Group):
    """Load a command when it is asked for: a server carries none of the others in memory."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return all names, for `--help`."""
        return list(_FILES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return one, None if there is no such command."""
        if cmd_name not in _FILES:
            return None
        command = getattr(import_module(f"{__name__}.{_FILES[cmd_name]}"), cmd_name)
        if not isinstance(command, click.Command):
            raise TypeError(f"{_FILES[cmd_name]}.py has no command {cmd_name}")
        return command


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="satchel")
def main() -> None:
    """Satchel lets you carry your own AI models and keys to any web page."""
