"""Asking a client to bring a data key: what it must seal its letter for, and reading the letter, once.

The letter is HPKE to a key of this process that is made anew every hour and never written down: proxies and access logs see ciphertext,
and nobody who has the database and the KEK can read an old one.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from satchel.domain.accounts import Principal
from satchel.domain.errors import MalformedRequest
from satchel.domain.vault import Challenge, OpenWrap
from satchel.kit.aead import KEY_BYTES, Postbox, SealBroken, context, wipe
from satchel.kit.ids import Ids
from satchel.ports.clock import Clock

CHALLENGE_S = 60
NODE_KEY_S = 3_600.0
_MAX_PENDING = 1_000
_LETTER_BYTES = 80


@dataclass(frozen=True, slots=True)
class _Pending:
    challenge: Challenge
    postbox: Postbox
    ends_s: float


class Challenges:
    """The challenges that wait for their letter, in this process."""

    def __init__(self, deployment_id: str, clock: Clock, ids: Ids) -> None:
        self._deployment_id = deployment_id
        self._clock = clock
        self._ids = ids
        self._pending: dict[str, _Pending] = {}
        self._postbox: Postbox | None = None
        self._postbox_ends_s = 0.0

    def new(self, principal: Principal, dek_id: str, dek_version: int, wraps: Sequence[OpenWrap] = ()) -> Challenge:
        """Return a new challenge for whoever asks."""
        now_s = self._clock.monotonic_s()
        self._pending = {key: kept for key, kept in self._pending.items() if kept.ends_s > now_s}
        if len(self._pending) >= _MAX_PENDING:
            del self._pending[next(iter(self._pending))]
        postbox = self._current(now_s)
        challenge = Challenge(
            unlock_id=self._ids.new("unlock"),
            deployment_id=self._deployment_id,
            account_id=principal.account_id,
            client=principal.client,
            dek_id=dek_id,
            dek_version=dek_version,
            expires_s=int(self._clock.now().timestamp()) + CHALLENGE_S,
            node_key=postbox.public,
            wraps=wraps,
        )
        self._pending[challenge.unlock_id] = _Pending(challenge, postbox, now_s + CHALLENGE_S)
        return challenge

    def read(self, principal: Principal, unlock_id: str, letter: bytes) -> tuple[Challenge, bytearray]:
        """Return the challenge and the data key in the letter, to be wiped by the caller. A challenge is good once, whatever comes of it.

        Raises:
            MalformedRequest: there is no such challenge for this client, it is too old, or the letter is not for it.
        """
        pending = self._pending.pop(unlock_id, None)
        if pending is None or (pending.challenge.account_id, pending.challenge.client) != (principal.account_id, principal.client):
            raise _too_late()
        if pending.ends_s <= self._clock.monotonic_s():
            raise _too_late()
        try:
            if len(letter) != _LETTER_BYTES:
                raise SealBroken
            dek = pending.postbox.open(letter, context("unlock", *pending.challenge.fields))
        except SealBroken as error:
            raise MalformedRequest("what was sent is not sealed for this challenge; begin again", details={"param": "sealed"}) from error
        if len(dek) != KEY_BYTES:
            wipe(dek)
            raise MalformedRequest(f"a data key has {KEY_BYTES} bytes", details={"param": "sealed"})
        return pending.challenge, dek

    def _current(self, now_s: float) -> Postbox:
        if self._postbox is None or self._postbox_ends_s <= now_s:
            self._postbox, self._postbox_ends_s = Postbox(self._ids.secret_bytes(KEY_BYTES)), now_s + NODE_KEY_S
        return self._postbox


def _too_late() -> MalformedRequest:
    return MalformedRequest("this challenge is not known, was used, or is over a minute old; begin again", details={"param": "unlock_id"})
