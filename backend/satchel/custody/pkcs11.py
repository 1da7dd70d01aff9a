"""The key-encryption key in a token behind PKCS#11, such as an HSM: data keys go there to be wrapped, the KEK never leaves it.

Source: PKCS#11 3.0 (AES-GCM), RFC 7512 (addresses), python-pkcs11 0.10.1, SoftHSM 2.6.1, 2026-11-28. All AES keys of one label are our
KEKs; the one with the highest id is the primary. What the address must say is in `pkcs11_address.py`, which also tells whether the extra
is there: this file needs it, and is loaded after that.
"""

import asyncio
import os
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, TypeVar

from pkcs11 import (
    Attribute,
    GCMParams,
    KeyType,
    Mechanism,
    NoSuchKey,
    ObjectClass,
    PinIncorrect,
    PinLocked,
    PKCS11Error,
    Session,
    UserAlreadyLoggedIn,
    lib,
)

from satchel.custody.pkcs11_address import TokenAddress
from satchel.domain.errors import NotReady, VaultLocked
from satchel.domain.keys import Wrap
from satchel.kit.aead import context
from satchel.ports.custody import KekRefused

T = TypeVar("T")
RandomBytes = Callable[[int], bytes]

_PURPOSE = "dek-wrap"
_NONCE_BYTES = 12
_TAG_BYTES = 16
_PATIENCE_S = 10.0
_PROBE = bytes(16)
_TURN = threading.Lock()
"""One at a time in this process: a library that two threads are in may crash (SoftHSM does, through python-pkcs11)."""


class Pkcs11Custody:
    """`Custody` by a token. One that is away or closed to us is `NotReady`; only a blob that it refuses to open is `VaultLocked`."""

    def __init__(self, address: TokenAddress, pin: str, deployment_id: str, random_bytes: RandomBytes = os.urandom) -> None:
        """Prepare, without touching the token.

        Args:
            address: which token, which keys, by which library.
            pin: the user's PIN of the token.
            deployment_id: what the seals of this deployment are bound to.
            random_bytes: where nonces come from.
        """
        self._address = address
        self._pin = pin
        self._deployment_id = deployment_id
        self._random_bytes = random_bytes
        self._session: Session | None = None
        self._refused: str | None = None

    async def known(self) -> Sequence[str]:
        """Return the ids of all KEKs, the one with the highest id first."""
        return list(await self._done(self._keys))

    async def wrap(self, dek: bytes, context: tuple[str, ...]) -> Wrap:
        """Return `dek` wrapped by the primary key: a nonce, and what AES-GCM makes."""

        def wrapped(session: Session) -> Wrap:
            kek_id, key = next(iter(self._keys(session).items()))
            nonce = self._random_bytes(_NONCE_BYTES)
            return Wrap(kek_id, nonce + _encrypted(key, dek, _gcm(nonce, self._bound(context, kek_id))))

        return await self._done(wrapped)

    async def unwrap(self, wrap: Wrap, context: tuple[str, ...]) -> bytearray:
        """Return the data key, to be wiped by the caller."""
        if not wrap.kek_id.startswith(self._prefix) or len(wrap.blob) < _NONCE_BYTES + _TAG_BYTES:
            raise VaultLocked("the vault cannot be opened: this is not what the token wrapped")
        params = _gcm(wrap.blob[:_NONCE_BYTES], self._bound(context, wrap.kek_id))

        def unwrapped(session: Session) -> bytearray:
            key = self._keys(session).get(wrap.kek_id)
            clear = None if key is None else _decrypted(key, wrap.blob[_NONCE_BYTES:], params)
            if clear is None:
                raise VaultLocked("the vault cannot be opened with the key-encryption key of this server")
            return clear

        return await self._done(unwrapped)

    async def renew(self) -> None:
        """Let the token make a new key, one that never leaves it."""
        if self._address.key_id is not None:
            raise KekRefused(
                "SATCHEL_KEK_URL names one key by its id, so a new one is yours to make: leave the id out and run this again, or put a new"
                " key's address before this one, with a space between, restart every server, then run: satchel vault rewrap"
            )
        await self._done(self._make_key)

    async def aclose(self) -> None:
        """Close the session. Safe to call twice."""
        await asyncio.to_thread(self._close)

    @property
    def _prefix(self) -> str:
        return f"pkcs11:{self._address.name}:"

    def _keys(self, session: Session) -> dict[str, Any]:
        wanted = {Attribute.CLASS: ObjectClass.SECRET_KEY, Attribute.KEY_TYPE: KeyType.AES, Attribute.LABEL: self._address.label}
        if self._address.key_id is not None:
            wanted[Attribute.ID] = self._address.key_id
        objects: list[Any] = list(session.get_objects(wanted))
        found = {int.from_bytes(key.id): key for key in objects}
        if not found:  # none is there, or somebody in this process has logged us out
            raise NoSuchKey(
                f"it has no AES key {self._address.label!r}; make one with: pkcs11-tool --module {self._address.module}"
                f" --login --keygen --key-type AES:32 --label {self._address.label} --id 01 --sensitive"
            )
        return {f"{self._prefix}{number:x}": found[number] for number in sorted(found, reverse=True)}

    def _make_key(self, session: Session) -> None:
        number = int(next(iter(self._keys(session))).removeprefix(self._prefix), 16) + 1
        with self._opened(rw=True) as writing:
            writing.generate_key(
                KeyType.AES,
                256,
                id=number.to_bytes(max(1, (number.bit_length() + 7) // 8)),
                label=self._address.label,
                store=True,
                template={Attribute.SENSITIVE: True, Attribute.EXTRACTABLE: False, Attribute.PRIVATE: True},
            )
        self._drop_session()  # closing the other one has logged this one out

    async def _done(self, deed: Callable[[Session], T]) -> T:
        """Do something with the token in a thread: a token may take its time. Raises `NotReady` where it cannot be done."""
        try:
            async with asyncio.timeout(_PATIENCE_S):
                return await asyncio.to_thread(self._do, deed)
        except TimeoutError as error:
            raise NotReady("the token with the key-encryption key does not answer", retry_after_s=1.0) from error

    def _do(self, deed: Callable[[Session], T]) -> T:
        with _TURN:
            if self._refused is not None:
                raise NotReady(self._refused)
            try:
                try:
                    return deed(self._open_session())
                except (PinIncorrect, PinLocked):
                    raise
                except PKCS11Error:  # a session that somebody else closed or logged out is opened once more
                    self._drop_session()
                    return deed(self._open_session())
            except (PinIncorrect, PinLocked) as error:  # never tried again: a few wrong ones lock the token for good
                self._refused = f"the token refuses the PIN ({_what(error)}): look at the PIN file or SATCHEL_KEK, and start again"
                raise NotReady(self._refused) from error
            except PKCS11Error as error:
                raise NotReady(f"the token with the key-encryption key cannot be used: {_what(error)}", retry_after_s=1.0) from error

    def _open_session(self) -> Session:
        self._session = self._session or self._opened()
        return self._session

    def _opened(self, *, rw: bool = False) -> Session:
        wanted: dict[str, str | bytes] = {}
        if self._address.token is not None:
            wanted["token_label"] = self._address.token
        if self._address.serial is not None:
            wanted["token_serial"] = self._address.serial.encode()
        token = lib(str(self._address.module)).get_token(**wanted)
        try:
            return token.open(rw=rw, user_pin=self._pin)
        except UserAlreadyLoggedIn:  # by another session of this process
            return token.open(rw=rw)

    def _close(self) -> None:
        with _TURN:
            self._drop_session()

    def _drop_session(self) -> None:
        session, self._session = self._session, None
        if session is None:
            return
        with suppress(PKCS11Error):  # it was closed already
            session.close()

    def _bound(self, fields: tuple[str, ...], kek_id: str) -> bytes:
        return context(_PURPOSE, self._deployment_id, *fields, kek_id)


def _gcm(nonce: bytes, bound: bytes) -> GCMParams:
    return GCMParams(nonce=nonce, aad=bound, tag_bits=8 * _TAG_BYTES)


def _encrypted(key: Any, clear: bytes, params: GCMParams) -> bytes:
    return bytes(key.encrypt(clear, mechanism=Mechanism.AES_GCM, mechanism_param=params))


def _decrypted(key: Any, sealed: bytes, params: GCMParams) -> bytearray | None:
    """Return what was sealed, None where it does not open. Tokens call a wrong tag by many names: one that works on a probe means that."""
    try:
        return bytearray(key.decrypt(sealed, mechanism=Mechanism.AES_GCM, mechanism_param=params))
    except PKCS11Error:
        probe = _gcm(os.urandom(_NONCE_BYTES), b"probe")
        key.decrypt(_encrypted(key, _PROBE, probe), mechanism=Mechanism.AES_GCM, mechanism_param=probe)
        return None


def _what(error: Exception) -> str:
    """Name what a token refuses: the standard's own name for it, and the library's words where there are some."""
    return ": ".join(filter(None, (type(error).__name__, str(error))))
