"""The locked vault: a data key that only the person can bring, and the ways in which they can.

Each way is a wrap: the data key sealed in the client under a key that only the person has (a passphrase, a passkey, a code on paper, a
device), and that sealed once more with the KEK. A stolen database has nothing to guess against; with the KEK it still needs the person.
"""

import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, get_args

from satchel.domain.errors import MalformedRequest
from satchel.domain.keys import Wrap

WrapKind = Literal["passphrase", "recovery", "passkey_prf", "device"]
"""What the person needs for a wrap: words they know, the code they printed, a passkey that can derive keys, or a device they signed in."""

Mode = Literal["managed", "locked"]

WRAP_KINDS: tuple[WrapKind, ...] = get_args(WrapKind)
SEALED_DEK_BYTES = 145
MAX_WRAPS = 20
MAX_LABEL_CHARACTERS = 100
MIN_IDLE_S = 60
MAX_IDLE_S = 14_400

_SEAL_VERSION = 1
_MAX_PARAMS_CHARACTERS = 1_024
_SALT = re.compile(r"[A-Za-z0-9_-]{22,64}")
_LEAST = {"m": 64 * 1024, "t": 3, "p": 1}
_MOST = {"m": 1024 * 1024, "t": 16, "p": 16}


@dataclass(frozen=True, slots=True)
class WrapDraft:
    """A wrap as the client made it. `params` is text that the client derives its key with, bound into `blob`; we keep it as it is."""

    kind: WrapKind
    params: str
    blob: bytes = field(repr=False)
    label: str | None = None


@dataclass(frozen=True, slots=True)
class UserWrap:
    """A wrap as it is kept: `blob` is the client's, sealed with the KEK named."""

    id: str
    account_id: str
    dek_id: str
    dek_version: int
    kind: WrapKind
    params: str
    created_at: datetime
    kek_id: str
    blob: bytes = field(repr=False)
    label: str | None = None

    @property
    def wrap(self) -> Wrap:
        """Return how it is wrapped."""
        return Wrap(self.kek_id, self.blob)

    @property
    def context(self) -> tuple[str, ...]:
        """Return what the outer seal is bound to."""
        return self.account_id, self.dek_id, str(self.dek_version), self.kind, self.id


@dataclass(frozen=True, slots=True)
class VaultState:
    """How things stand with a vault, as one client sees it. It locks itself unused for `idle_s`, and at `until_at` at the latest.

    `locked_by_hand`: the devices that unlock it without asking wait until somebody unlocks it by hand, with this client or another.
    """

    mode: Mode
    unlocked: bool
    wraps: Sequence[UserWrap] = ()
    until_at: datetime | None = None
    everywhere: bool = False
    idle_s: int | None = None
    locked_by_hand: bool = False


def usable_wraps(wraps: Sequence[UserWrap], *, locked_by_hand: bool, may_guess: bool) -> Sequence[UserWrap]:
    """Return the wraps that a client may try: no device's where the person has locked by hand, a passphrase's only if it may guess."""
    refused = {*(["device"] if locked_by_hand else []), *([] if may_guess else ["passphrase"])}
    return [wrap for wrap in wraps if wrap.kind not in refused]


@dataclass(frozen=True, slots=True)
class OpenWrap:
    """A wrap without the KEK's seal, for the client that can open the rest."""

    id: str
    kind: WrapKind
    params: str
    blob: bytes = field(repr=False)
    label: str | None = None


@dataclass(frozen=True, slots=True)
class Challenge:
    """What a client needs to bring a data key, and what its letter is bound to. Good once, until `expires_s` (seconds since 1970)."""

    unlock_id: str
    deployment_id: str
    account_id: str
    client: str
    dek_id: str
    dek_version: int
    expires_s: int
    node_key: bytes
    wraps: Sequence[OpenWrap] = ()

    @property
    def fields(self) -> tuple[str | int, ...]:
        """Return the fields of the letter's context, the deployment first."""
        return self.deployment_id, self.account_id, self.client, self.unlock_id, self.dek_id, self.expires_s


def check_draft(draft: WrapDraft) -> None:
    """Refuse a wrap that cannot be one.

    Raises:
        MalformedRequest: the blob is no sealed data key, or the parameters are none, or so weak that a passphrase could be guessed.
    """
    if len(draft.blob) != SEALED_DEK_BYTES or draft.blob[0] != _SEAL_VERSION:
        raise MalformedRequest("the wrap does not hold a sealed data key", details={"param": "blob"})
    if draft.label is not None and not (draft.label.isprintable() and 0 < len(draft.label) <= MAX_LABEL_CHARACTERS):
        raise MalformedRequest(f"a label has 1 to {MAX_LABEL_CHARACTERS} printable characters", details={"param": "label"})
    params = _params(draft.params)
    salt = params.get("salt")
    if not isinstance(salt, str) or not _SALT.fullmatch(salt):
        raise MalformedRequest("params.salt must be at least 16 bytes in base64url", details={"param": "params"})
    if draft.kind == "passphrase":
        for name, least in _LEAST.items():
            value = params.get(name)
            if type(value) is not int or not least <= value <= _MOST[name]:
                raise MalformedRequest(f"params.{name} must be from {least} to {_MOST[name]}", details={"param": "params"})


def check_kinds(kinds: Collection[WrapKind], count: int) -> None:
    """Refuse `count` wraps of these kinds where they leave the person without a second way in, or without one on paper.

    Raises:
        MalformedRequest: says what lacks.
    """
    if count > MAX_WRAPS:
        raise MalformedRequest(f"there may be {MAX_WRAPS} ways to unlock at most", details={"param": "wraps"})
    if "recovery" not in kinds or set(kinds) == {"recovery"}:
        raise MalformedRequest(
            "a locked vault needs a recovery code and at least one other way to unlock it; whoever loses the only way loses the keys",
            details={"param": "wraps"},
        )


def _params(text: str) -> Mapping[str, object]:
    try:
        params = json.loads(text) if len(text) <= _MAX_PARAMS_CHARACTERS and text.isascii() else None
    except ValueError:
        params = None
    if not isinstance(params, dict):
        raise MalformedRequest(f"params must be a JSON object of at most {_MAX_PARAMS_CHARACTERS} characters", details={"param": "params"})
    return params
