"""The key-encryption key (KEK) on this machine: in an environment variable, in a file, or in a keyring file made at the first start.

A keyring is text: one key a line, 32 bytes in base64, the primary one first; the others still unwrap. It is never overwritten. Losing it is
losing every provider key, so it is backed up apart from the database, and lies apart from it.
"""

import base64
import binascii
import hashlib
import itertools
import os
import stat
from collections.abc import Callable, Sequence
from pathlib import Path
from urllib.parse import unquote, urlsplit

from satchel.domain.errors import VaultLocked
from satchel.kit.aead import KEY_BYTES, SALT_BYTES, SealBroken, context, open_, seal

RandomBytes = Callable[[int], bytes]

_PURPOSE = "dek-wrap"
_LEAST_DIFFERENT_BYTES = 16  # 32 random bytes have about 30 different ones, and fewer than 16 once in 10^18 tries
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


class KekRefused(ValueError):
    """The KEK is missing, malformed, guessable or readable by others; the server must not start. The message never shows the key."""


class LocalCustody:
    """`Custody` with the KEK in this process."""

    def __init__(self, keks: Sequence[bytes], deployment_id: str, random_bytes: RandomBytes = os.urandom) -> None:
        """Hold the KEKs, which `parse_keyring` has checked.

        Args:
            keks: the primary one first; the others only unwrap.
            deployment_id: what the seals of this deployment are bound to.
            random_bytes: where salts come from.
        """
        if not keks:
            raise KekRefused("there is no KEK")
        self._keks = {kek_id_of(kek): kek for kek in keks}
        self._primary = kek_id_of(keks[0])
        self._deployment_id = deployment_id
        self._random_bytes = random_bytes

    @classmethod
    def from_env(cls, text: str, deployment_id: str) -> "LocalCustody":
        """Return custody of the keys in an environment variable's value."""
        return cls(parse_keyring(text, "SATCHEL_KEK"), deployment_id)

    @classmethod
    def from_file(cls, path: Path, deployment_id: str) -> "LocalCustody":
        """Return custody of the keys in a file that exists; only its owner may read it."""
        return cls(read_keyring(path), deployment_id)

    @classmethod
    def from_keyring(cls, path: Path, deployment_id: str, random_bytes: RandomBytes = os.urandom) -> "LocalCustody":
        """Return custody of the keys in a keyring file, made with a new key (mode 0600, folder 0700) if there is none."""
        if not path.exists():
            make_keyring(path, random_bytes)
        check_folder(path.parent)
        return cls(read_keyring(path), deployment_id, random_bytes)

    @property
    def kek_id(self) -> str:
        """Return the id of the primary KEK."""
        return self._primary

    async def wrap(self, dek: bytes, context: tuple[str, ...]) -> bytes:
        """Return `dek` wrapped under the primary KEK and bound to `context`."""
        return seal(self._keks[self._primary], dek, self._bound(context, self._primary), self._random_bytes(SALT_BYTES))

    async def unwrap(self, kek_id: str, blob: bytes, context: tuple[str, ...]) -> bytearray:
        """Return the data key, to be wiped by the caller."""
        kek = self._keks.get(kek_id)
        try:
            if kek is None:
                raise SealBroken
            return open_(kek, blob, self._bound(context, kek_id))
        except SealBroken as error:
            raise VaultLocked("the vault cannot be opened with the key-encryption key of this server") from error

    def _bound(self, fields: tuple[str, ...], kek_id: str) -> bytes:
        return context(_PURPOSE, self._deployment_id, *fields, kek_id)


def local_custody(url: str | None, *, kek: str | None, keyring: Path, deployment_id: str) -> LocalCustody:
    """Return custody as `SATCHEL_KEK_URL` says.

    Args:
        url: `env:` (the key is in `SATCHEL_KEK`), `file:///path`, or nothing for the keyring.
        kek: the value of `SATCHEL_KEK`, if set.
        keyring: where the keyring lies, and is made at the first start; never the database's own folder.
        deployment_id: what the seals of this deployment are bound to.

    Raises:
        KekRefused: no usable key; says what to do.
    """
    if not url:
        return LocalCustody.from_keyring(keyring, deployment_id)
    parts = urlsplit(url)
    if parts.scheme == "env":
        if not kek:
            raise KekRefused("SATCHEL_KEK_URL says env:, but SATCHEL_KEK is empty; set it to 32 random bytes in base64")
        return LocalCustody.from_env(kek, deployment_id)
    if parts.scheme == "file" and parts.netloc in ("", "localhost") and parts.path:
        return LocalCustody.from_file(Path(unquote(parts.path)), deployment_id)
    raise KekRefused(f"SATCHEL_KEK_URL begins with {parts.scheme!r}; write env: or file:///path/to/keyring")


def kek_id_of(kek: bytes) -> str:
    """Return the id that a KEK is stored under: short, the same on every machine, and no help in guessing the key."""
    return f"kek_{hashlib.sha256(b'satchel/v1/kek-id' + kek).hexdigest()[:24]}"


def parse_keyring(text: str, source: str) -> list[bytes]:
    """Return the keys of a keyring's text, the primary one first.

    Raises:
        KekRefused: there is none, or one is malformed, short or guessable.
    """
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if not lines:
        raise KekRefused(f"{source} holds no key; it needs 32 random bytes in base64")
    return [_parse_key(line, source) for line in lines]


def read_keyring(path: Path) -> list[bytes]:
    """Return the keys of a keyring file that only its owner may read."""
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_CLOEXEC", 0))
    except OSError as error:
        raise KekRefused(f"the keyring {str(path)!r} cannot be read: {error.strerror}") from error
    with os.fdopen(descriptor, encoding="ascii", errors="replace") as file:
        found = os.fstat(file.fileno())
        if not stat.S_ISREG(found.st_mode):
            raise KekRefused(f"the keyring {str(path)!r} is no regular file")
        if found.st_mode & _OTHERS:
            raise KekRefused(f"the keyring {str(path)!r} can be read by others (mode {found.st_mode & 0o777:04o}); run chmod 600 on it")
        return parse_keyring(file.read(), f"the keyring {str(path)!r}")


def make_keyring(path: Path, random_bytes: RandomBytes = os.urandom) -> None:
    """Make a keyring with a new key, in one step: another process that is first wins, and nothing is ever overwritten."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    check_folder(path.parent)
    draft = path.with_name(f".{path.name}.{os.getpid()}.{random_bytes(4).hex()}")
    descriptor = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(base64.b64encode(random_bytes(KEY_BYTES)) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)
    except FileExistsError:
        pass  # another process made it meanwhile; its key counts
    finally:
        draft.unlink()
    _sync_folder(path.parent)


def check_folder(folder: Path) -> None:
    """Refuse a keyring's folder that others may enter."""
    mode = folder.stat().st_mode & 0o777
    if mode & _OTHERS:
        raise KekRefused(f"the folder {str(folder)!r} of the keyring is open to others (mode {mode:04o}); run chmod 700 on it")


def _parse_key(line: str, source: str) -> bytes:
    try:
        key = base64.b64decode(line, validate=True)
    except (binascii.Error, ValueError):
        raise KekRefused(f"{source} holds a key that is not base64; it needs 32 random bytes in base64") from None
    if len(key) != KEY_BYTES:
        raise KekRefused(f"{source} holds a key of {len(key)} bytes; it needs exactly {KEY_BYTES}")
    if _is_guessable(key):
        raise KekRefused(f"{source} holds an example or a typed key, not a random one; make one with: openssl rand -base64 32")
    return key


def _is_guessable(key: bytes) -> bool:
    """Tell zeros, repeated bytes, counted-up bytes and typed text, none of which 32 random bytes ever are."""
    steps = {(after - before) % 256 for before, after in itertools.pairwise(key)}
    return len(set(key)) < _LEAST_DIFFERENT_BYTES or len(steps) == 1 or all(0x20 <= byte < 0x7F for byte in key)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
