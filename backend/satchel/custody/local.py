"""The key-encryption keys (KEKs) on this machine: in an environment variable, in a file, or in a keyring file made at the first start."""

import hashlib
import logging
import os
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import unquote, urlsplit

from satchel.custody.keyring import RandomBytes, check_folder, extend_keyring, make_keyring, parse_keyring, read_keyring
from satchel.domain.errors import VaultLocked
from satchel.domain.keys import Wrap
from satchel.kit.aead import SALT_BYTES, SealBroken, context, open_, seal
from satchel.ports.custody import KekRefused

_PURPOSE = "dek-wrap"

_log = logging.getLogger("satchel.custody")


class LocalCustody:
    """`Custody` with the KEKs in this process. What another process puts into the keyring file is seen at the next wrap or unwrap."""

    def __init__(
        self, keks: Sequence[bytes], deployment_id: str, random_bytes: RandomBytes = os.urandom, *, keyring: Path | None = None
    ) -> None:
        """Hold the KEKs, which `parse_keyring` has checked.

        Args:
            keks: the primary one first; the others only unwrap.
            deployment_id: what the seals of this deployment are bound to.
            random_bytes: where salts and new KEKs come from.
            keyring: the file that they are from and that new ones go into; None where the operator looks after them.
        """
        self._deployment_id = deployment_id
        self._random_bytes = random_bytes
        self._keyring = keyring
        self._seen = _mark(keyring) if keyring else None
        self._keks: dict[str, bytes] = {}
        self._hold(keks)

    @classmethod
    def from_env(cls, text: str, deployment_id: str) -> "LocalCustody":
        """Return custody of the keys in an environment variable's value."""
        return cls(parse_keyring(text, "SATCHEL_KEK"), deployment_id)

    @classmethod
    def from_file(cls, path: Path, deployment_id: str) -> "LocalCustody":
        """Return custody of the keys in a file that exists; only its owner may read it."""
        return cls(read_keyring(path), deployment_id)

    @classmethod
    def from_keyring(
        cls, path: Path, deployment_id: str, random_bytes: RandomBytes = os.urandom, *, is_first: bool = True
    ) -> "LocalCustody":
        """Return custody of the keys in a keyring file.

        Args:
            path: the file; its folder is for its owner only.
            deployment_id: what the seals of this deployment are bound to.
            random_bytes: where salts and new KEKs come from.
            is_first: whether nothing is sealed yet, so that a file that is missing is made with a new key (mode 0600, folder 0700).
        """
        if is_first and not path.exists():
            make_keyring(path, random_bytes)
        if not path.exists():
            raise KekRefused(
                f"the keyring {str(path)!r} is missing, and the database has provider keys sealed with it; put it back from your backup."
                " Nothing was changed"
            )
        check_folder(path.parent)
        return cls(read_keyring(path), deployment_id, random_bytes, keyring=path)

    async def known(self) -> Sequence[str]:
        """Return the ids of all KEKs, the primary one first."""
        self._look_again()
        return list(self._keks)

    async def wrap(self, dek: bytes, context: tuple[str, ...]) -> Wrap:
        """Return `dek` wrapped under the primary KEK and bound to `context`."""
        self._look_again()
        kek_id, kek = next(iter(self._keks.items()))
        return Wrap(kek_id, seal(kek, dek, self._bound(context, kek_id), self._random_bytes(SALT_BYTES)))

    async def unwrap(self, wrap: Wrap, context: tuple[str, ...]) -> bytearray:
        """Return the data key, to be wiped by the caller."""
        if wrap.kek_id not in self._keks:
            self._look_again()
        kek = self._keks.get(wrap.kek_id)
        try:
            if kek is None:
                raise SealBroken
            return open_(kek, wrap.blob, self._bound(context, wrap.kek_id))
        except SealBroken as error:
            raise VaultLocked("the vault cannot be opened with the key-encryption key of this server") from error

    async def renew(self) -> None:
        """Put a new KEK first in the keyring file."""
        if self._keyring is None:
            raise KekRefused(
                "the KEK is yours to renew: write a new one (openssl rand -base64 32) as the first line of what SATCHEL_KEK_URL names,"
                " before the old ones, restart every server, then run: satchel vault rewrap"
            )
        extend_keyring(self._keyring, self._random_bytes)
        self._look_again()

    async def aclose(self) -> None:
        """Do nothing: there are no connections."""

    def _hold(self, keks: Sequence[bytes]) -> None:
        if not keks:
            raise KekRefused("there is no KEK")
        self._keks = {kek_id_of(kek): kek for kek in keks}

    def _look_again(self) -> None:
        """Read the keyring file anew if it is another since. One that became unreadable leaves what was read before."""
        if self._keyring is None or (mark := _mark(self._keyring)) == self._seen:
            return
        try:
            self._hold(read_keyring(self._keyring))
            self._seen = mark
        except KekRefused as refused:
            _log.warning("the keyring changed and is not read: %s", refused)

    def _bound(self, fields: tuple[str, ...], kek_id: str) -> bytes:
        return context(_PURPOSE, self._deployment_id, *fields, kek_id)


def local_custody(url: str | None, *, kek: str | None, keyring: Path, deployment_id: str, is_first: bool = True) -> LocalCustody:
    """Return custody as `SATCHEL_KEK_URL` says.

    Args:
        url: `env:` (the keys are in `SATCHEL_KEK`), `file:///path`, or nothing for the keyring.
        kek: the value of `SATCHEL_KEK`, if set.
        keyring: where the keyring lies, and is made at the first start; never the database's own folder.
        deployment_id: what the seals of this deployment are bound to.
        is_first: whether nothing is sealed yet, so that a keyring may be made.

    Raises:
        KekRefused: no usable key; says what to do.
    """
    if not url:
        return LocalCustody.from_keyring(keyring, deployment_id, is_first=is_first)
    parts = urlsplit(url)
    if parts.scheme == "env":
        if not kek:
            raise KekRefused("SATCHEL_KEK_URL says env:, but SATCHEL_KEK is empty; set it to 32 random bytes in base64")
        return LocalCustody.from_env(kek, deployment_id)
    if parts.scheme == "file" and parts.netloc in ("", "localhost") and parts.path:
        return LocalCustody.from_file(Path(unquote(parts.path)), deployment_id)
    raise KekRefused(
        f"SATCHEL_KEK_URL begins with {parts.scheme!r}; write env:, file:///path/to/keyring, vault://host:8200/mount/key,"
        " awskms://region/key or pkcs11:token=…;object=…"
    )


def kek_id_of(kek: bytes) -> str:
    """Return the id that a KEK is stored under: short, the same on every machine, and no help in guessing the key."""
    return f"kek_{hashlib.sha256(b'satchel/v1/kek-id' + kek).hexdigest()[:24]}"


def _mark(path: Path) -> tuple[int, int, int] | None:
    """Return what changes when a file does, None where there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size
