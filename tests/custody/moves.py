"""The way of a KEK from the environment to a file and on to Vault, and back, as an operator's settings say it."""

import base64
import hashlib
from pathlib import Path

from pydantic import SecretStr

from satchel.settings import Settings

from .transit_engine import TOKEN

IN_ENVIRONMENT, IN_FILE = (base64.b64encode(hashlib.sha256(name).digest()).decode() for name in (b"in the environment", b"in a file"))


def moves(folder: Path, engine_url: str, home: Path) -> tuple[Settings, ...]:
    """Return what the settings say at each move: the new custody first, then the old one. The last leads back to the first."""
    file = f"file://{folder}/kek"

    def settings(url: str, kek: str) -> Settings:
        return Settings(home=home, kek_url=url, kek=SecretStr(kek))

    return (
        settings(f"{file} env:", IN_ENVIRONMENT),
        settings(f"{engine_url} {file}", TOKEN),
        settings(f"{file} {engine_url}", TOKEN),
        settings(f"env: {file}", IN_ENVIRONMENT),
    )
