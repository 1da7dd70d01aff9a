"""Which token, which key, by which library: a PKCS#11 address of RFC 7512, as far as it can name a KEK."""

import importlib.util
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, unquote_to_bytes, urlsplit

from satchel.ports.custody import KekRefused

_FORM = (
    "SATCHEL_KEK_URL must look like pkcs11:token=satchel;object=kek?module-path=/usr/lib/softhsm/libsofthsm2.so"
    "&pin-source=file:/run/secrets/pin"
)
_NAMES = frozenset({"token", "serial", "object", "id", "type", "module-path", "pin-source"})


@dataclass(frozen=True, slots=True)
class TokenAddress:
    """A token by its label or serial number, and the keys in it that have a label; only one of them where there is a `key_id`."""

    module: Path
    label: str
    token: str | None = None
    serial: str | None = None
    key_id: bytes | None = None
    pin_file: Path | None = None

    @property
    def name(self) -> str:
        """Return what the ids of KEKs tell tokens and labels apart by."""
        return f"{self.token or self.serial}:{self.label}"

    @classmethod
    def parse(cls, url: str) -> "TokenAddress":
        """Read an address. Raises `KekRefused`, which says what it must look like."""
        path, _, query = url.removeprefix("pkcs11:").partition("?")
        given = _attributes([*path.split(";"), *query.split("&")])
        if "pin-value" in given:
            raise KekRefused("SATCHEL_KEK_URL has a PIN in it, where everybody reads it; write it to a file and name that by pin-source")
        module, label = given.get("module-path", ""), given.get("object", "")
        if given.keys() - _NAMES or not module.startswith("/") or not label or not (given.get("token") or given.get("serial")):
            raise KekRefused(_FORM)
        if given.get("type", "secret-key") != "secret-key":
            raise KekRefused(f"{_FORM}; its type can only be secret-key")
        if importlib.util.find_spec("pkcs11") is None:
            raise KekRefused("SATCHEL_KEK_URL says pkcs11:, which is an extra; install it with: pip install 'satchel[pkcs11]'")
        source = given.get("pin-source")
        key_id = unquote_to_bytes(given["id"]) if given.get("id") else None
        token, serial = (unquote(given[name]) if given.get(name) else None for name in ("token", "serial"))
        pin_file = Path(unquote(urlsplit(source).path)) if source else None
        return cls(Path(unquote(module)), unquote(label), token, serial, key_id, pin_file)

    def pin(self, kek: str | None) -> str:
        """Return the PIN of the file, else of `SATCHEL_KEK`. Raises `KekRefused` where there is none."""
        if self.pin_file is None:
            if not kek:
                raise KekRefused("SATCHEL_KEK_URL says pkcs11:, but there is no PIN; name a file by pin-source, or set SATCHEL_KEK to it")
            return kek
        try:
            pin = self.pin_file.read_text().strip()
        except (OSError, UnicodeDecodeError) as error:
            raise KekRefused(f"the PIN file {str(self.pin_file)!r} cannot be read") from error
        if not pin:
            raise KekRefused(f"the PIN file {str(self.pin_file)!r} is empty")
        return pin


def _attributes(texts: list[str]) -> Mapping[str, str]:
    """Return names and values, these still escaped. Raises `KekRefused` for a name without a value, or twice."""
    pairs = [text.partition("=") for text in texts if text]
    given = {name: value for name, _, value in pairs}
    if len(given) != len(pairs) or not all(given.values()):
        raise KekRefused(_FORM)
    return given
