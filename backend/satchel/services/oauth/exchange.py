"""The widely used PKCE exchange: a page asks at `/auth`, gets a code, and trades it for a token. Apps written for it change the host only.

It looks like OpenRouter's and is stricter: S256 always, and the token is bound to what the person allowed the app's site, with its end.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from urllib.parse import quote, urlencode, urlsplit, urlunsplit

from satchel.domain.apps import AuthorizationCode
from satchel.domain.audit import Act, AuditRecord
from satchel.domain.errors import MalformedRequest, Refused
from satchel.domain.grants import BudgetCaveat, new_budget
from satchel.domain.tokens import Token, TokenKind, hint_of, secret_hash, token_text
from satchel.kit.ids import Ids
from satchel.ports.clock import Clock
from satchel.ports.coordination import TOKENS_TOPIC, Bus
from satchel.ports.oauth import OAuthRecords, OAuthStore
from satchel.services.oauth.records import Parameters
from satchel.services.oauth.wishes import EXCHANGE_CLIENT_ID, METHOD, Wish, wish_of

CODE_LIFE = timedelta(minutes=10)

_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")
_LONGEST = timedelta(days=365)


class Exchange:
    """Give codes to those who were allowed, and trade each for one token."""

    def __init__(self, store: OAuthStore, *, bus: Bus, clock: Clock, ids: Ids) -> None:
        self._store = store
        self._bus = bus
        self._clock = clock
        self._ids = ids

    def wish(self, query: Parameters) -> Wish:
        """Check a request of `/auth`. Raises `MalformedRequest`, as `wish_of`."""
        return wish_of(query, self._clock.now())

    async def issue(
        self, wish: Wish, account_id: str, *, origin: str | None, limit: BudgetCaveat | None = None, ends_at: datetime | None = None
    ) -> tuple[str, datetime]:
        """Keep a code for a token of an account that said yes; return it, and when it was made.

        Args:
            wish: who asked, and for what.
            account_id: whose token it will be.
            origin: the site that the token speaks for, None if it is bound by nothing but its own terms.
            limit: what the token itself may spend.
            ends_at: when the token ends, a year from its making at the latest.
        """
        code = base64.urlsafe_b64encode(self._ids.secret_bytes(32)).rstrip(b"=").decode()
        now = self._clock.now()
        record = AuthorizationCode(
            secret_hash=secret_hash(code),
            client_id=EXCHANGE_CLIENT_ID,
            account_id=account_id,
            redirect_uri=wish.callback_url or "",
            scopes=wish.app.scopes,
            code_challenge=wish.challenge,
            created_at=now,
            expires_at=now + CODE_LIFE,
            family_id=self._ids.new("fam"),
            origin=origin,
            name=wish.token_name,
            limit=limit,
            ends_at=ends_at,
        )

        def work(records: OAuthRecords) -> None:
            records.add_code(record)
            records.add_audit(AuditRecord(account_id, now, Act.APP_ALLOWED, EXCHANGE_CLIENT_ID, wish.token_name))

        await self._store.run(work)
        return code, now

    async def deny(self, wish: Wish, account_id: str) -> None:
        """Write down that an account said no."""
        record = AuditRecord(account_id, self._clock.now(), Act.APP_DENIED, EXCHANGE_CLIENT_ID, wish.token_name)
        await self._store.run(lambda records: records.add_audit(record))

    async def trade(self, sent: Mapping[str, object]) -> str:
        """Trade a code and its verifier for a token; return the token's text.

        A code works once; a second try ends what the first one got, and that is committed although the answer is an error.

        Raises:
            MalformedRequest: the method is not S256, or there is no verifier.
            Refused: the code is unknown, used or too old, or the verifier is not its own.
        """
        code, verifier = sent.get("code"), sent.get("code_verifier")
        if sent.get("code_challenge_method", METHOD) != METHOD:
            raise MalformedRequest("code_challenge_method must be S256", details={"param": "code_challenge_method"})
        if not isinstance(code, str) or not isinstance(verifier, str) or not _VERIFIER.fullmatch(verifier):
            raise MalformedRequest("send code and its code_verifier of 43 to 128 characters", details={"param": "code_verifier"})
        text, now = token_text(self._ids.secret_bytes(32)), self._clock.now()
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()

        def work(records: OAuthRecords) -> tuple[bool, list[str]]:
            record, first = records.claim_code(secret_hash(code), EXCHANGE_CLIENT_ID)
            if record is None:
                return False, []
            about = _name_of(record)
            if not first:
                ended = list(records.revoke_family(record.account_id, record.family_id, now))
                if ended:
                    records.add_audit(AuditRecord(record.account_id, now, Act.CODE_REUSED, record.family_id, about))
                return False, ended
            if record.expires_at <= now or not hmac.compare_digest(record.code_challenge, challenge):
                return False, []
            token = self._token(record, text, now)
            records.add_token(token)
            if record.limit is not None:
                records.add_budget(new_budget(token.id, token.account_id, record.limit, now))
            records.add_audit(AuditRecord(record.account_id, now, Act.TOKEN_CREATED, token.id, about))
            return True, []

        traded, revoked = await self._store.run(work)
        for token_id in revoked:
            self._bus.publish(TOKENS_TOPIC, {"token_id": token_id})
        if not traded:
            raise Refused("this code is unknown, was used, is over ten minutes old, or the verifier is not its own")
        return text

    def _token(self, code: AuthorizationCode, text: str, now: datetime) -> Token:
        return Token(
            id=self._ids.new("tok"),
            account_id=code.account_id,
            kind=TokenKind.ACCOUNT,
            secret_hash=secret_hash(text),
            scopes=code.scopes,
            created_at=now,
            name=_name_of(code),
            family_id=code.family_id,
            expires_at=min(code.ends_at or now + _LONGEST, now + _LONGEST),
            hint=hint_of(text),
            origin=code.origin,
        )


def back(callback_url: str, state: str | None, answer: Mapping[str, str], issuer: str) -> str:
    """Return the app's address with an answer, its own `state`, and who answers."""
    parts = urlsplit(callback_url)
    told = {**answer, "iss": issuer, **({"state": state} if state else {})}
    added = urlencode(told, quote_via=quote, errors="replace")
    return urlunsplit(parts._replace(query=f"{parts.query}&{added}" if parts.query else added))


def _name_of(code: AuthorizationCode) -> str:
    """Return what a code's token is called; codes of before had no name of their own."""
    return code.name or urlsplit(code.redirect_uri).netloc
