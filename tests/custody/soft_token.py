"""A token in software: SoftHSM's own library, with one token and one key."""

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

PIN = "7391-not-a-real-pin"
LABEL = "satchel test"
_MODULES = (*Path("/usr/lib").glob("*/softhsm/libsofthsm2.so"), Path("/usr/lib/softhsm/libsofthsm2.so"))


@dataclass(frozen=True)
class SoftToken:
    """Where the token is."""

    module: Path

    def url(self, label: str = "kek", **more: str) -> str:
        """Return what SATCHEL_KEK_URL says."""
        path = "".join(f";{name}={value}" for name, value in more.items())
        return f"pkcs11:token={LABEL.replace(' ', '%20')};object={label}{path}?module-path={self.module}"

    def make_key(self, label: str, key_id: bytes = b"\x01") -> None:
        """Make a key as an operator does."""
        from pkcs11 import KeyType, lib

        with lib(str(self.module)).get_token(token_label=LABEL).open(rw=True, user_pin=PIN) as session:
            session.generate_key(KeyType.AES, 256, id=key_id, label=label, store=True)


def soft_token(folder: Path) -> SoftToken:
    """Make a token in a folder: the library reads its configuration once a process, so there is one for a run of tests."""
    module = next((path for path in _MODULES if path.exists()), None)
    if module is None or shutil.which("softhsm2-util") is None:
        if os.environ.get("CI") == "true":
            pytest.fail("SoftHSM is missing; install softhsm2")
        pytest.skip("SoftHSM is missing; install softhsm2")
    (folder / "tokens").mkdir()
    (folder / "softhsm2.conf").write_text(f"directories.tokendir = {folder}/tokens\nobjectstore.backend = file\nlog.level = ERROR\n")
    os.environ["SOFTHSM2_CONF"] = str(folder / "softhsm2.conf")
    command = ["softhsm2-util", "--init-token", "--free", "--label", LABEL, "--so-pin", "so-pin-0001", "--pin", PIN]
    subprocess.run(command, check=True, capture_output=True)
    return SoftToken(module)
