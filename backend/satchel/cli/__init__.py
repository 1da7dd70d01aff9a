"""The operator's commands. Results go to stdout, words to stderr; they work on the database directly, whether the server runs or not.

Exit codes: 0 done, 1 refused or failed (one sentence on stderr says why), 2 wrong usage or a setting that cannot work.
"""

import click

from satchel import __version__
from satchel.cli.accounts import account
from satchel.cli.database import migrate
from satchel.cli.doctor import doctor
from satchel.cli.keys import key
from satchel.cli.models import models
from satchel.cli.openapi import openapi
from satchel.cli.serve import serve
from satchel.cli.tokens import token
from satchel.cli.vault import vault


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="satchel")
def main() -> None:
    """Satchel lets you carry your own AI models and keys to any web page."""


for command in (serve, migrate, account, token, key, models, vault, doctor, openapi):
    main.add_command(command)
