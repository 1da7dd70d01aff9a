"""Provider keys that a person owns. The secret itself exists as `Secret` for moments, and sealed at rest."""

import hmac
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, NoReturn

from satchel.domain.errors import KeyForbidden, KeyProblem, ProviderRefused, RequestInvalid, SatchelError, VaultLocked

DEK_BYTES = 32

CheckStatus = Literal["accepted", "refused", "unreachable", "unusable", "unchecked"]
"""What became of asking the provider with a key: it listed its models, it refused the key, it did not answer in a way that says anything,
the key does not open here, or nobody has asked, or it has no list to ask for."""

KekState = Literal["primary", "decrypt_only", "destroyed"]
"""What a key-encryption key does: it wraps and unwraps, it only unwraps, or it is gone and wraps nothing any more."""


class Secret:
    """A text that hides itself: repr, str and format show nothing, and it does not pickle. Read it with `reveal` where it is sent."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """Return the secret. Call this only where the header is built."""
        return self._text

    def last4(self) -> str | None:
        """Return the last four characters for people to recognise it by, None if it is shorter than twelve."""
        return self._text[-4:] if len(self._text) >= 12 else None

    def __bool__(self) -> bool:
        return bool(self._text)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and hmac.compare_digest(self._text.encode(), other._text.encode())

    __hash__ = None  # type: ignore[assignment]  # a secret is never a dictionary key

    def __repr__(self) -> str:
        return "Secret(…)"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return "Secret(…)"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret does not serialise")


NO_SECRET = Secret("")


@dataclass(frozen=True, slots=True)
class Key:
    """A provider key of an account, sealed. `sealed` None is a keyless server that the person added.

    `endpoint_origin` (scheme, host and port of `base_url`) is bound into the seal: a row edited to point elsewhere does not open.
    `label` is unique per account where given, and works as the prefix of model ids. `fingerprint` tells equal secrets of one account: it is
    an HMAC under the account's data key, and says nothing to whoever has the table.
    """

    id: str
    account_id: str
    provider: str
    base_url: str
    endpoint_origin: str
    created_at: datetime
    label: str | None = None
    last4: str | None = None
    sealed: bytes | None = field(default=None, repr=False)
    dek_id: str | None = None
    secret_version: int = 1
    fingerprint: str | None = None


def earlier_twin(key: Key, keys: Iterable[Key]) -> str | None:
    """Return the id of the first key before this one with the same secret for the same address, None if there is none."""
    twins = (each for each in keys if each.fingerprint == key.fingerprint and each.endpoint_origin == key.endpoint_origin)
    first = next(twins, None) if key.fingerprint is not None else None
    return first.id if first is not None and first.id != key.id else None


@dataclass(frozen=True, slots=True)
class KeyCheck:
    """What is known of whether a key works. `message` is in the provider's words where it had some; `models` how many it listed."""

    status: CheckStatus
    message: str | None = None
    models: int | None = None


UNCHECKED = KeyCheck("unchecked")


def failed_check(error: SatchelError) -> KeyCheck:
    """Return what an error says of the key that a list of models was asked for with."""
    match error:
        case VaultLocked() if error.details.get("unlockable"):
            return KeyCheck("unchecked", error.message)
        case VaultLocked():
            return KeyCheck("unusable", error.message)
        case KeyForbidden():
            return KeyCheck("unchecked", error.message)
        case KeyProblem():
            return KeyCheck("refused", error.message)
        case RequestInvalid() | ProviderRefused():
            return KeyCheck("unchecked", error.message)
        case _:
            return KeyCheck("unreachable", error.message)


@dataclass(frozen=True, slots=True)
class Wrap:
    """A data key wrapped by the KEK named."""

    kek_id: str
    blob: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class WrappedDek:
    """An account's data key, wrapped.

    `check_value` is there in locked mode only, and `kek_id` and `blob` are empty then: the data key lies in the person's own wraps
    (`domain/vault.py`), and this tells whether what somebody brings is that data key.
    """

    id: str
    account_id: str
    version: int
    kek_id: str
    blob: bytes = field(repr=False)
    check_value: bytes | None = field(default=None, repr=False)
    locked_by_hand: bool = False
    """Whether the person has said so: no device opens it then, until they have opened it by hand."""
    locks: int = 0
    """How often it was locked for everybody: by hand, or by another password. Who opened it before the last time has it open no more."""

    @property
    def is_locked(self) -> bool:
        """Tell whether only the person can bring this data key."""
        return self.check_value is not None

    @property
    def wrap(self) -> Wrap:
        """Return how it is wrapped."""
        return Wrap(self.kek_id, self.blob)

    @property
    def context(self) -> tuple[str, ...]:
        """Return what the wrap is bound to."""
        return self.account_id, self.id, str(self.version), "managed"


@dataclass(frozen=True, slots=True)
class Kek:
    """What the database knows of a key-encryption key. The canary is a random data key wrapped by it: it opens, or the KEK is another."""

    id: str
    state: KekState
    created_at: datetime
    canary: bytes = field(repr=False)

    @property
    def wrap(self) -> Wrap:
        """Return the wrapped canary."""
        return Wrap(self.id, self.canary)
