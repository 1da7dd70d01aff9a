"""One try to sign in with an authority, kept by the browser that makes it: everything else is derived from its cookie's secret.

Nothing is stored here. `state`, `nonce` and the PKCE verifier come from the secret, so that an answer fits only in the browser that asked,
for the authority that it asked, and for the sign-in that it asked for.
"""

import base64
import binascii
import hashlib
import hmac
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from satchel.domain.errors import Refused

ATTEMPT_LIFE = timedelta(minutes=10)

_MAX_COOKIE_CHARACTERS = 4000


@dataclass(frozen=True, slots=True)
class Attempt:
    """A try: for which authority, where to go afterwards, and which live sign-in is to be tied (None: to sign in).

    `is_proof`: whoever is signed in here proves once more who they are, so the authority must ask them again.
    """

    secret: str = field(repr=False)
    authority_id: str
    after: str
    begun_at: datetime
    sign_in_id: str | None = None
    is_proof: bool = False

    @property
    def state(self) -> str:
        """Return what the answer must carry. It depends on all that the attempt is for."""
        return self._derived("state")

    @property
    def nonce(self) -> str:
        """Return what the ID token must carry."""
        return self._derived("nonce")

    @property
    def verifier(self) -> str:
        """Return the PKCE verifier."""
        return self._derived("verifier")

    @property
    def challenge(self) -> str:
        """Return the PKCE challenge, by S256."""
        return _base64url(hashlib.sha256(self.verifier.encode()).digest())

    def cookie(self) -> str:
        """Return the value of the cookie that keeps the attempt."""
        return f"{self.secret}.{_base64url(self._terms())}"

    def is_answered_by(self, state: str) -> bool:
        """Tell whether an answer with this `state` is to this attempt."""
        return hmac.compare_digest(state.encode(errors="replace"), self.state.encode())

    def _terms(self) -> bytes:
        return json.dumps([self.authority_id, self.after, int(self.begun_at.timestamp()), self.sign_in_id, self.is_proof]).encode()

    def _derived(self, purpose: str) -> str:
        message = b"satchel/attempt/" + purpose.encode() + b"/" + self._terms()
        return _base64url(hmac.digest(self.secret.encode(), message, hashlib.sha256))


def attempt_of(cookie: str | None, now: datetime) -> Attempt:
    """Return the attempt that a cookie keeps.

    Raises:
        Refused: this browser began none, or it is too long ago.
    """
    try:
        if not cookie or len(cookie) > _MAX_COOKIE_CHARACTERS:
            raise ValueError
        secret, _, terms = cookie.partition(".")
        authority_id, after, begun, sign_in_id, is_proof = json.loads(_bytes_of(terms))
        if not (isinstance(authority_id, str) and isinstance(after, str) and isinstance(sign_in_id, str | None)):
            raise TypeError
        attempt = Attempt(secret, authority_id, after, datetime.fromtimestamp(int(begun), UTC), sign_in_id, is_proof is True)
    except (ValueError, TypeError, OverflowError, OSError, binascii.Error) as wrong:
        raise Refused("this browser did not begin this sign-in; go back to the sign-in page and start there") from wrong
    if len(attempt.secret) < 43 or not timedelta(minutes=-1) < now - attempt.begun_at < ATTEMPT_LIFE:
        raise Refused("this sign-in took too long; go back to the sign-in page and start again")
    return attempt


def attempt_secret(random_32: bytes) -> str:
    """Return the secret of a new attempt, from 32 random bytes."""
    return _base64url(random_32)


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _bytes_of(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
