"""Texts kept for whoever comes back with a secret that is not kept: who has the database, and the KEK with it, reads none of them."""

import base64
import hashlib
import hmac

from satchel.kit.aead import SALT_BYTES, SealBroken, context, open_, seal, wipe
from satchel.kit.ids import Ids


class Envelopes:
    """Close and open texts for one purpose. The secret must have been drawn at random: its text is all that there is to guess."""

    def __init__(self, deployment_id: str, purpose: str, ids: Ids) -> None:
        self._context = context(purpose, deployment_id)
        self._label = f"satchel/v1/{purpose}".encode()
        self._ids = ids

    def close(self, secret: str, text: str) -> str:
        """Return `text` as only `secret` opens it."""
        sealed = seal(self._key(secret), text.encode(), self._context, self._ids.secret_bytes(SALT_BYTES))
        return base64.b64encode(sealed).decode()

    def open(self, secret: str, closed: str) -> str | None:
        """Return what was closed with `secret`, None if that does not open it."""
        try:
            clear = open_(self._key(secret), base64.b64decode(closed, validate=True), self._context)
        except (SealBroken, ValueError):
            return None
        try:
            return clear.decode()
        finally:
            wipe(clear)

    def _key(self, secret: str) -> bytes:
        """Return a key that says nothing of the hash by which the text is found."""
        return hmac.digest(secret.encode(), self._label, hashlib.sha256)
