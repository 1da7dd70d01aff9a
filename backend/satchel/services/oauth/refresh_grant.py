"""Authlib's refresh grant: a token works once, reuse ends its family, and a bound one tells its own key's successor again for a moment."""

import hashlib
import hmac
from datetime import timedelta

from authlib.oauth2.rfc6749 import InvalidScopeError
from authlib.oauth2.rfc6749.grants import RefreshTokenGrant

from satchel.domain.audit import Act, AuditRecord
from satchel.domain.tokens import Token, TokenKind, secret_hash, token_text
from satchel.services.oauth.desk import Desk
from satchel.services.oauth.records import IssuedToken, scopes_of

GRACE = timedelta(seconds=10)


class RefreshGrant(RefreshTokenGrant):  # type: ignore[misc]
    """Exchange a refresh token for a new pair."""

    TOKEN_ENDPOINT_AUTH_METHODS = ("none",)
    INCLUDE_NEW_REFRESH_TOKEN = True

    def authenticate_refresh_token(self, refresh_token: str) -> IssuedToken | None:
        """Use the token up; one that was used before ends its family, and that is committed although the answer is an error.

        Its owner, its key and the scopes asked for are checked first: a request that is merely wrong must not cost the client its token.
        An answer may get lost on its way: whoever proves the same key within ten seconds gets the same successors again.
        """
        desk: Desk = self.server.desk
        hashed, client_id = secret_hash(refresh_token), self.request.client.app.client_id
        known = desk.records.token_by_hash(hashed)
        if known is None or known.kind is not TokenKind.REFRESH or known.client_id != client_id or known.key_hash != desk.key_hash:
            return None
        if not scopes_of(self.request.payload.scope) <= known.scopes:
            raise InvalidScopeError()
        record, first = desk.records.claim_refresh(hashed, client_id, desk.now)
        if record is None:
            return None
        if record.salt is not None:
            desk.heir_of = (refresh_token, record.salt)
        if not first and not _is_told_again(desk, record):
            if record.family_id is not None:
                desk.revoke_family(record.account_id, record.family_id)
            desk.records.add_audit(AuditRecord(record.account_id, desk.now, Act.TOKEN_REUSED, record.id, record.name))
            return None
        return None if record.expires_at is not None and record.expires_at <= desk.now else IssuedToken(record)

    def authenticate_user(self, refresh_token: IssuedToken) -> str:
        """Return the account that the token is of."""
        return refresh_token.record.account_id

    def revoke_old_credential(self, refresh_token: IssuedToken) -> None:
        """Do nothing: the token was used up when it was read."""


def heir_text(heir_of: tuple[str, str], kind: TokenKind) -> str:
    """Return the successor of a bound refresh token: from its text, which only its client has, and its salt, which only we have."""
    text, salt = heir_of
    return token_text(hmac.digest(text.encode(), f"satchel/heir/{kind}/{salt}".encode(), hashlib.sha256))


def _is_told_again(desk: Desk, record: Token) -> bool:
    """Tell whether a used token may tell its successors again: bound, used just now, and neither of them used or ended since."""
    if desk.heir_of is None or record.revoked_at is not None or record.used_at is None or desk.now - record.used_at > GRACE:
        return False
    heirs = [desk.records.token_by_hash(secret_hash(heir_text(desk.heir_of, kind))) for kind in (TokenKind.ACCESS, TokenKind.REFRESH)]
    return all(heir is not None and heir.is_live(desk.now) for heir in heirs)
