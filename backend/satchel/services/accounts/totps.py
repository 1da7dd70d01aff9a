"""One-time codes from an app: switch them on, check one, switch them off; and the recovery codes for whoever has lost the app.

The seed is wrapped by the KEK alone, in locked mode too: it must open for somebody who is not signed in yet.
"""

import base64
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from satchel.domain.audit import Act, AuditRecord
from satchel.domain.errors import MalformedRequest, RateLimited, TokenInvalid, VaultLocked
from satchel.domain.keys import DEK_BYTES
from satchel.domain.tokens import secret_hash
from satchel.domain.totp import STEP_S, Totp, new_recovery_codes, plain_code
from satchel.kit.ids import Ids
from satchel.ports.clock import Clock
from satchel.ports.coordination import Limit, Limiter
from satchel.ports.custody import Custody
from satchel.ports.stores import Database

ISSUER = "Satchel"

_TRIES = Limit(count=5, window_s=300)
_CODE_DIGITS = 6


@dataclass(frozen=True, slots=True)
class TotpState:
    """Whether signing in by password asks for a code, since when, and how many recovery codes are left."""

    since_at: datetime | None
    codes_left: int


@dataclass(frozen=True, slots=True)
class TotpDraft:
    """What the app is given: the seed as text, as an address, and as a picture (SVG in a data URI). None of it is shown again."""

    secret: str = field(repr=False)
    uri: str = field(repr=False)
    qr: str = field(repr=False)


class Totps:
    """The one-time codes of accounts."""

    def __init__(
        self, database: Database, custody: Custody, enrol: Callable[[], Awaitable[None]], *, limiter: Limiter, clock: Clock, ids: Ids
    ) -> None:
        self._database = database
        self._custody = custody
        self._enrol = enrol
        self._limiter = limiter
        self._clock = clock
        self._ids = ids

    async def state(self, account_id: str) -> TotpState:
        """Return how things stand."""
        async with self._database.unit_of_work() as stores:
            totp = await stores.totps.get(account_id)
            return TotpState(totp.confirmed_at if totp else None, await stores.recovery_codes.count(account_id))

    async def begin(self, account_id: str, email: str) -> TotpDraft:
        """Make a new seed, which counts once `confirm` has seen a code of it. Raises `MalformedRequest` where codes are on already."""
        if (await self.state(account_id)).since_at is not None:
            raise _on_already()
        seed = self._ids.secret_bytes(DEK_BYTES)
        await self._enrol()
        totp = Totp(self._ids.new("totp"), account_id, "", b"", self._clock.now())
        wrap = await self._custody.wrap(seed, totp.context)
        totp = Totp(totp.id, account_id, wrap.kek_id, wrap.blob, totp.created_at)
        async with self._database.unit_of_work() as stores:
            if not await stores.totps.put(totp):  # switched on meanwhile
                raise _on_already()
        return _draft(seed, email)

    async def confirm(self, account_id: str, code: str) -> Sequence[str]:
        """Switch codes on with the first right one; return the recovery codes, which nobody can read again.

        Raises:
            MalformedRequest: nothing was begun, or the code is wrong.
            RateLimited: five tries in five minutes.
        """
        await self._take(account_id)
        async with self._database.unit_of_work() as stores:
            totp = await stores.totps.get(account_id)
        if totp is None or totp.confirmed_at is not None:
            raise MalformedRequest("there is no app to confirm; begin anew")
        if not await self._uses_step(totp, plain_code(code)):
            raise MalformedRequest("that code is not right; look whether this device's clock is, and try the next one", details=_CODE)
        await self._note(account_id, Act.CODES_SWITCHED_ON)
        return await self.new_codes(account_id)

    async def new_codes(self, account_id: str) -> Sequence[str]:
        """Make ten recovery codes in place of all earlier ones; each signs in once. They are kept as hashes."""
        codes = new_recovery_codes(self._ids.secret_bytes)
        async with self._database.unit_of_work() as stores:
            await stores.recovery_codes.put(account_id, [secret_hash(plain_code(code)) for code in codes])
        await self._note(account_id, Act.RECOVERY_CODES_MADE)
        return codes

    async def switch_off(self, account_id: str) -> bool:
        """Forget seed and recovery codes; False if there was no seed."""
        async with self._database.unit_of_work() as stores:
            await stores.recovery_codes.put(account_id, [])
            removed = await stores.totps.remove(account_id)
        if removed:
            await self._note(account_id, Act.CODES_SWITCHED_OFF)
        return removed

    async def check(self, account_id: str, code: str) -> None:
        """Use up a code of the app, or a recovery code.

        Raises:
            TokenInvalid: it is wrong, or was used.
            RateLimited: five tries in five minutes.
        """
        await self._take(account_id)
        typed = plain_code(code)
        async with self._database.unit_of_work() as stores:
            totp = await stores.totps.get(account_id)
        if totp is not None and totp.confirmed_at is not None:
            if await self._uses_step(totp, typed):
                return
            async with self._database.unit_of_work() as stores:
                recovered = await stores.recovery_codes.take(account_id, secret_hash(typed))
            if recovered:
                await self._note(account_id, Act.RECOVERY_CODE_USED)
                return
        raise TokenInvalid("that code is not right, or was used; wait for the next one")

    async def _uses_step(self, totp: Totp, typed: str) -> bool:
        from pyotp import TOTP  # noqa: PLC0415 - few people switch it on

        if len(typed) != _CODE_DIGITS or not typed.isdecimal() or not typed.isascii():
            return False
        try:
            seed = await self._custody.unwrap(totp.wrap, totp.context)
        except VaultLocked as error:
            raise VaultLocked("your codes cannot be checked: the server's key-encryption key does not open them") from error
        app = TOTP(base64.b32encode(seed).decode().rstrip("="))
        seed[:] = bytes(len(seed))  # wiped
        now = self._clock.now()
        step = int(now.timestamp()) // STEP_S
        right = next((near for near in (step, step - 1, step + 1) if app.verify(typed, for_time=near * STEP_S)), None)
        if right is None:
            return False
        async with self._database.unit_of_work() as stores:
            return await stores.totps.use_step(totp.id, right, now)

    async def _take(self, account_id: str) -> None:
        decision = await self._limiter.take(f"code:account:{account_id}", 1, _TRIES)
        if not decision.allowed:
            raise RateLimited("too many codes were tried; wait a little", retry_after_s=decision.retry_after_s)

    async def _note(self, account_id: str, act: Act) -> None:
        async with self._database.unit_of_work() as stores:
            await stores.audit.add(AuditRecord(account_id, self._clock.now(), act, account_id))


_CODE = {"param": "code"}


def _on_already() -> MalformedRequest:
    return MalformedRequest("codes are on already; switch them off before you set up another app")


def _draft(seed: bytes, email: str) -> TotpDraft:
    import segno  # noqa: PLC0415 - few people switch it on
    from pyotp import TOTP  # noqa: PLC0415

    secret = base64.b32encode(seed).decode().rstrip("=")
    uri = TOTP(secret).provisioning_uri(name=email, issuer_name=ISSUER)
    return TotpDraft(secret, uri, segno.make(uri, error="m").svg_data_uri(scale=4, border=2, light="#fff"))
