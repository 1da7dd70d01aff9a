"""The person's side of pairing a device: find what a typed code is for, and decide. The device's side is `service.py`."""

from satchel.domain.apps import App
from satchel.domain.audit import Act, AuditRecord
from satchel.domain.errors import NotFound, RateLimited
from satchel.domain.grants import Caveats
from satchel.domain.pairings import Pairing, PairingState, typed_code
from satchel.domain.tokens import secret_hash
from satchel.ports.clock import Clock
from satchel.ports.coordination import Limit, Limiter
from satchel.ports.oauth import OAuthRecords, OAuthStore
from satchel.services.oauth.service import OAuth

_TRIES = Limit(count=10, window_s=600)


class Pairings:
    """Let devices in, or not."""

    def __init__(self, store: OAuthStore, oauth: OAuth, limiter: Limiter, clock: Clock) -> None:
        self._store = store
        self._oauth = oauth
        self._limiter = limiter
        self._clock = clock

    async def find(self, account_id: str, typed: str) -> tuple[Pairing, App]:
        """Return the pairing of a code that somebody typed, and the app that asks.

        Raises:
            NotFound: no device waits with that code; a wrong one tells no more than an old one.
            RateLimited: over ten codes in ten minutes: codes are not to be guessed.
            MalformedRequest: the app does not describe itself, or does not say that it pairs devices.
        """
        decision = await self._limiter.take(f"pairing:{account_id}", 1, _TRIES)
        if not decision.allowed:
            raise RateLimited("too many codes; wait a little and try again", retry_after_s=decision.retry_after_s)
        hashed = secret_hash(typed_code(typed))
        pairing = await self._store.run(lambda records: records.pairings.by_user_code(hashed))
        if pairing is None or pairing.state is not PairingState.PENDING or pairing.expires_at <= self._clock.now():
            raise NotFound("no device waits with that code; look again, or start anew on the device")
        app = await self._oauth.app(pairing.client_id)
        if app is None or not app.pairs_devices:
            raise NotFound("the app on that device does not say that it signs in this way")
        return pairing, app

    async def decide(self, account_id: str, typed: str, app: App, *, allowed: bool, caveats: Caveats | None = None) -> None:
        """Let the device of a code in, or not. `caveats` are what its tokens are held to, if no site's grant says it.

        Raises:
            NotFound: somebody decided already, or its time is over.
        """
        hashed, now = secret_hash(typed_code(typed)), self._clock.now()

        def work(records: OAuthRecords) -> bool:
            decided = records.pairings.decide(hashed, account_id, now, allowed=allowed, caveats=caveats)
            if decided:
                act = Act.APP_ALLOWED if allowed else Act.APP_DENIED
                records.add_audit(AuditRecord(account_id, now, act, app.client_id, app.name))
            return decided

        if not await self._store.run(work):
            raise NotFound("no device waits with that code any more; start anew on the device")
