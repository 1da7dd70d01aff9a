"""The widely used PKCE exchange: a page asks at `/auth`, gets a code, and trades it for a token. Apps written for it change the host only.

It looks like OpenRouter's and is stricter: S256 always, and the token is bound to what the person allowed the app's site, with its end.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import quote, urlencode, urlsplit, urlunsplit

from satchel.domain.apps import App, AuthorizationCode
from satchel.domain.audit import Act, AuditRecord
from satchel.domain.errors import MalformedRequest, Refused
from satchel.domain.tokens import INFERENCE_SCOPES, Token, TokenKind, hint_of, secret_hash, token_text
from satchel.kit.ids import Ids
from satchel.ports.clock import Clock
from satchel.ports.coordination import TOKENS_TOPIC, Bus
from satchel.ports.oauth import OAuthRecords, OAuthStore
from satchel.services.oauth.records import Parameters

EXCHANGE_CLIENT_ID = "pkce-exchange"
CODE_LIFE = timedelta(minutes=10)

_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")
_METHOD = "S256"
_LOOPBACK_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})
_MAX_ADDRESS_CHARACTERS = 2_000
_LONGEST = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Wish:
    """A checked request: where the browser goes back to, and who asks."""

    callback_url: str
    challenge: str
    state: str | None
    app: App


class Exchange:
    """Give codes to those who were allowed, and trade each for one token."""

    def __init__(self, store: OAuthStore, *, bus: Bus, clock: Clock, ids: Ids) -> None:
        self._store = store
        self._bus = bus
        self._clock = clock
        self._ids = ids

    def wish(self, query: Parameters) -> Wish:
        """Check a request of `/auth`.

        Raises:
            MalformedRequest: its callback is none, or it brings no S256 challenge; the message is for the app's author.
        """
        sent = dict(query)
        if len(sent) != len(query):
            raise MalformedRequest("a parameter was sent more than once")
        callback = sent.get("callback_url", "")
        origin = _origin_of(callback)
        if sent.get("code_challenge_method") != _METHOD or not _CHALLENGE.fullmatch(sent.get("code_challenge", "")):
            raise MalformedRequest(
                "send code_challenge and code_challenge_method=S256: this server gives no token without PKCE",
                details={"param": "code_challenge"},
            )
        host = urlsplit(callback).netloc
        app = App(EXCHANGE_CLIENT_ID, host, INFERENCE_SCOPES, frozenset({callback}), origin=origin)
        return Wish(callback, sent["code_challenge"], sent.get("state"), app)

    async def allow(self, wish: Wish, account_id: str, issuer: str) -> str:
        """Keep a code for an account that said yes; return the address that the browser goes back to with it."""
        code = base64.urlsafe_b64encode(self._ids.secret_bytes(32)).rstrip(b"=").decode()
        now = self._clock.now()
        record = AuthorizationCode(
            secret_hash=secret_hash(code),
            client_id=EXCHANGE_CLIENT_ID,
            account_id=account_id,
            redirect_uri=wish.callback_url,
            scopes=wish.app.scopes,
            code_challenge=wish.challenge,
            created_at=now,
            expires_at=now + CODE_LIFE,
            family_id=self._ids.new("fam"),
            origin=wish.app.origin,
        )

        def work(records: OAuthRecords) -> None:
            records.add_code(record)
            records.add_audit(AuditRecord(account_id, now, Act.APP_ALLOWED, EXCHANGE_CLIENT_ID, wish.app.name))

        await self._store.run(work)
        return back(wish, {"code": code}, issuer)

    async def deny(self, wish: Wish, account_id: str, issuer: str) -> str:
        """Write down that an account said no; return the address that the browser goes back to with that."""
        record = AuditRecord(account_id, self._clock.now(), Act.APP_DENIED, EXCHANGE_CLIENT_ID, wish.app.name)
        await self._store.run(lambda records: records.add_audit(record))
        return back(wish, {"error": "access_denied"}, issuer)

    async def trade(self, sent: Mapping[str, object]) -> str:
        """Trade a code and its verifier for a token; return the token's text.

        A code works once; a second try ends what the first one got, and that is committed although the answer is an error.

        Raises:
            MalformedRequest: the method is not S256, or there is no verifier.
            Refused: the code is unknown, used or too old, or the verifier is not its own.
        """
        code, verifier = sent.get("code"), sent.get("code_verifier")
        if sent.get("code_challenge_method", _METHOD) != _METHOD:
            raise MalformedRequest("code_challenge_method must be S256", details={"param": "code_challenge_method"})
        if not isinstance(code, str) or not isinstance(verifier, str) or not _VERIFIER.fullmatch(verifier):
            raise MalformedRequest("send code and its code_verifier of 43 to 128 characters", details={"param": "code_verifier"})
        text, now = token_text(self._ids.secret_bytes(32)), self._clock.now()
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()

        def work(records: OAuthRecords) -> tuple[bool, list[str]]:
            record, first = records.claim_code(secret_hash(code), EXCHANGE_CLIENT_ID)
            if record is None:
                return False, []
            about = urlsplit(record.redirect_uri).netloc
            if not first:
                ended = list(records.revoke_family(record.account_id, record.family_id, now))
                if ended:
                    records.add_audit(AuditRecord(record.account_id, now, Act.CODE_REUSED, record.family_id, about))
                return False, ended
            if record.expires_at <= now or not hmac.compare_digest(record.code_challenge, challenge):
                return False, []
            token = self._token(record, text, now)
            records.add_token(token)
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
            name=urlsplit(code.redirect_uri).netloc,
            family_id=code.family_id,
            expires_at=now + _LONGEST,
            hint=hint_of(text),
            origin=code.origin,
        )


def back(wish: Wish, answer: Mapping[str, str], issuer: str) -> str:
    """Return the app's address with an answer, its own `state`, and who answers."""
    parts = urlsplit(wish.callback_url)
    told = {**answer, "iss": issuer, **({"state": wish.state} if wish.state else {})}
    added = urlencode(told, quote_via=quote, errors="replace")
    return urlunsplit(parts._replace(query=f"{parts.query}&{added}" if parts.query else added))


def _origin_of(callback: str) -> str:
    """Return the origin that a callback belongs to: https, or a program on this computer at any port."""
    try:
        parts = urlsplit(callback)
        host, _ = parts.hostname, parts.port
    except ValueError:
        parts, host = urlsplit(""), None
    plain = callback.isascii() and callback.isprintable() and not any(character in callback for character in ' @\\"<>#')
    local = parts.scheme == "http" and host in _LOOPBACK_HOSTS
    if not host or not plain or len(callback) > _MAX_ADDRESS_CHARACTERS or not (local or parts.scheme == "https"):
        raise MalformedRequest("callback_url must be https, or http on localhost or 127.0.0.1", details={"param": "callback_url"})
    return f"{parts.scheme}://{parts.netloc}".lower()
