"""Keyrings: KEKs as text, one a line, 32 bytes in base64, the primary one first; the others still unwrap.

A keyring file is made once and only ever grows. Losing it is losing every provider key, so it is backed up apart from the database, and
lies apart from it.
"""

import base64
import binascii
import fcntl
import hashlib
import itertools
import os
import stat
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

from satchel.kit.aead import KEY_BYTES
from satchel.ports.custody import KekRefused

RandomBytes = Callable[[int], bytes]

_LEAST_DIFFERENT_BYTES = 16  # 32 random bytes have about 30 different ones, and fewer than 16 once in 10^18 tries
_TYPED = ("", "password", "secret", "changeme", "change-me", "default", "example", "test", "admin", "key", "kek", "master", "satchel")
_PUBLISHED = ("603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4",)  # NIST SP 800-38A, appendix F
_KNOWN = frozenset({*(hashlib.sha256(word.encode()).digest() for word in _TYPED), *(bytes.fromhex(key) for key in _PUBLISHED)})
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


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
    except FileNotFoundError as error:
        raise KekRefused(
            f"the keyring {str(path)!r} is missing; put it back, or for a new database make one with: openssl rand -base64 32"
        ) from error
    except OSError as error:
        raise KekRefused(f"the keyring {str(path)!r} cannot be read: {error.strerror}") from error
    with os.fdopen(descriptor, encoding="ascii", errors="replace") as file:
        found = os.fstat(file.fileno())
        if not stat.S_ISREG(found.st_mode):
            raise KekRefused(f"the keyring {str(path)!r} is no regular file")
        if found.st_mode & _OTHERS:
            raise KekRefused(f"the keyring {str(path)!r} can be read by others (mode {found.st_mode & 0o777:04o}); run chmod 600 on it")
        if found.st_uid not in (os.geteuid(), 0):
            raise KekRefused(f"the keyring {str(path)!r} belongs to another user, who can read it; run chown on it")
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


def extend_keyring(path: Path, random_bytes: RandomBytes = os.urandom) -> None:
    """Put a new key before those of a keyring file. At any moment the file is the old one or the new one, whole and on the disk."""
    with _turn(path.parent):
        check_folder(path.parent)
        keys = read_keyring(path)
        draft = path.with_name(f".{path.name}.next")  # one name for all: what a killed process left is written over
        descriptor = os.open(draft, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            for key in (random_bytes(KEY_BYTES), *keys):
                file.write(base64.b64encode(key) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        if read_keyring(draft)[1:] != keys:
            raise KekRefused(f"the keyring {str(path)!r} could not be written again; it is as it was")
        draft.replace(path)
        _sync_folder(path.parent)


def check_folder(folder: Path) -> None:
    """Refuse a keyring's folder that others may enter."""
    mode = folder.stat().st_mode & 0o777
    if mode & _OTHERS:
        raise KekRefused(f"the folder {str(folder)!r} of the keyring is open to others (mode {mode:04o}); run chmod 700 on it")


@contextmanager
def _turn(folder: Path) -> Generator[None, None, None]:
    """Let one process after another change what is in a folder."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


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
    """Tell published keys, hashes of a word, repeated bytes, counted-up bytes and typed text, none of which 32 random bytes ever are."""
    steps = {(after - before) % 256 for before, after in itertools.pairwise(key)}
    repeats = key[: KEY_BYTES // 2] == key[KEY_BYTES // 2 :] or len(set(key)) < _LEAST_DIFFERENT_BYTES
    return key in _KNOWN or repeats or len(steps) == 1 or all(0x20 <= byte < 0x7F for byte in key)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
