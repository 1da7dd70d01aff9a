"""Passwords: the rule for a new one, and Argon2id hashes. Whose they are is `Accounts`' business."""

import asyncio
import base64
import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from satchel.domain.errors import MalformedRequest
from satchel.kit.ids import Ids

MIN_PASSWORD_CHARACTERS = 10
MAX_PASSWORD_CHARACTERS = 1024

_HASHES_AT_ONCE = 2


def check_password(password: str) -> None:
    """Raise `MalformedRequest` for a new password that is too short or too long."""
    if len(password) < MIN_PASSWORD_CHARACTERS:
        raise MalformedRequest(f"the password needs at least {MIN_PASSWORD_CHARACTERS} characters", details={"param": "password"})
    if len(password) > MAX_PASSWORD_CHARACTERS:
        raise MalformedRequest(f"the password may have {MAX_PASSWORD_CHARACTERS} characters at most", details={"param": "password"})


class Passwords:
    """Argon2id in a thread, at most two at once: each takes 46 MiB and a core (OWASP's parameters, read 2026-11-23)."""

    def __init__(self, ids: Ids) -> None:
        self._hasher = PasswordHasher(time_cost=1, memory_cost=46 * 1024, parallelism=1)
        self._turns = asyncio.Semaphore(_HASHES_AT_ONCE)
        self._nobodys_password = base64.b64encode(ids.secret_bytes(32)).decode()
        self._nobodys_hash: str | None = None

    async def hash(self, password: str) -> str:
        """Return the encoded hash of a password."""
        async with self._turns:
            return await asyncio.to_thread(self._hasher.hash, _normal(password))

    async def check(self, kept: str | None, password: str) -> tuple[bool, str | None]:
        """Tell whether `password` has the hash `kept`, and the hash to keep instead where today's parameters are stronger.

        Without a hash it does the same work against nobody's, so that the time taken tells nothing.
        """
        if self._nobodys_hash is None:
            self._nobodys_hash = await self.hash(self._nobodys_password)
        async with self._turns:
            right = await asyncio.to_thread(self._verify, kept or self._nobodys_hash, _normal(password))
        if kept is None or not right:
            return False, None
        return True, await self.hash(password) if self._hasher.check_needs_rehash(kept) else None

    def _verify(self, kept: str, password: str) -> bool:
        try:
            return self._hasher.verify(kept, password)
        except (VerificationError, InvalidHashError):
            return False


def _normal(password: str) -> str:
    return unicodedata.normalize("NFKC", password[: MAX_PASSWORD_CHARACTERS + 1])
