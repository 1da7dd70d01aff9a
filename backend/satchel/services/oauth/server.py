"""Authlib's server with every sharp edge overridden: one object per request, inside one transaction."""

import base64
from collections.abc import Sequence
from datetime import timedelta

from authlib.oauth2 import AuthorizationServer
from authlib.oauth2.rfc6749 import InvalidRequestError, OAuth2Request, grants
from authlib.oauth2.rfc6750 import BearerTokenGenerator
from authlib.oauth2.rfc7009 import RevocationEndpoint
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oauth2.rfc9207 import IssuerParameter

from satchel.domain.apps import ANY_KEY, AuthorizationCode
from satchel.domain.audit import Act
from satchel.domain.devices import FAMILY_LIFE
from satchel.domain.grants import Caveats, new_budget
from satchel.domain.pairings import Pairing
from satchel.domain.tokens import SCOPES, Token, TokenKind, secret_hash, token_text
from satchel.services.oauth.desk import Desk
from satchel.services.oauth.device_grant import DeviceAuthorization, DeviceGrant
from satchel.services.oauth.records import Answer, Client, Code, IssuedToken, scopes_of
from satchel.services.oauth.refresh_grant import RefreshGrant, heir_text

CODE_LIFE = timedelta(minutes=1)
ACCESS_LIFE = timedelta(minutes=10)
REFRESH_LIFE = timedelta(days=30)

_Before = AuthorizationCode | Pairing | Token
"""What tokens are issued for: what the person allowed, or the refresh token that came of it."""


class Server(AuthorizationServer):  # type: ignore[misc]
    """The authorization server of one request."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(scopes_supported=sorted(SCOPES))
        self.desk = desk
        self.register_token_generator("default", BearerTokenGenerator(self._new_access, self._new_refresh, _access_life_s))
        self.register_grant(_CodeGrant, [_S256Always(required=True)])
        self.register_grant(RefreshGrant)
        self.register_grant(DeviceGrant)
        self.register_endpoint(_Revocation)
        self.register_endpoint(DeviceAuthorization)
        self.register_extension(_OurIssuer(desk.issuer))

    def query_client(self, client_id: str) -> Client | None:
        """Return the client, or None."""
        app = self.desk.app
        return Client(app) if app is not None and app.client_id == client_id else None

    def save_token(self, token: dict[str, str], request: OAuth2Request) -> None:
        """Keep an access token and the refresh token that comes with it, as members of the consent's family."""
        desk, app = self.desk, request.client.app
        before: _Before = (request.refresh_token or request.authorization_code or request.credential).record
        consent = None if isinstance(before, Token) else before
        if consent is not None:
            desk.write_down(request.user, Act.DEVICE_CONNECTED, consent.family_id, app.name)
        if desk.key_hash is not None:
            token["token_type"] = "DPoP"  # noqa: S105 - a word
        if desk.records.token_by_hash(secret_hash(token["access_token"])) is not None:
            return  # told again
        asked = scopes_of(token["scope"])
        self._add(request, before, TokenKind.ACCESS, token["access_token"], asked)
        self._add(request, before, TokenKind.REFRESH, token["refresh_token"], before.scopes if consent is None else asked)
        caveats = _caveats_of(before)
        if consent is not None and caveats is not None and caveats.budget is not None:
            desk.records.add_budget(new_budget(consent.family_id, request.user, caveats.budget, desk.now))

    def _add(self, request: OAuth2Request, before: _Before, kind: TokenKind, text: str, scopes: frozenset[str]) -> None:
        desk, app, caveats = self.desk, request.client.app, _caveats_of(before)
        ends_at = (before.family_ends_at or desk.now) if isinstance(before, Token) else desk.now + FAMILY_LIFE
        ends = [desk.now + (ACCESS_LIFE if kind is TokenKind.ACCESS else REFRESH_LIFE), ends_at]
        desk.records.add_token(
            Token(
                id=desk.ids.new("tok"),
                account_id=request.user,
                kind=kind,
                secret_hash=secret_hash(text),
                scopes=scopes,
                created_at=desk.now,
                name=app.name,
                client_id=app.client_id,
                family_id=before.family_id,
                expires_at=min([*ends, caveats.expires_at] if caveats is not None and caveats.expires_at is not None else ends),
                family_ends_at=ends_at,
                origin=before.origin,
                key_hash=desk.key_hash,
                salt=desk.ids.secret_bytes(16).hex() if desk.key_hash is not None and kind is TokenKind.REFRESH else None,
                caveats=caveats,
            )
        )

    def create_oauth2_request(self, request: OAuth2Request) -> OAuth2Request:
        """Return the request: the door has made it already."""
        return request

    def handle_response(self, status: int, body: object, headers: Sequence[tuple[str, str]]) -> Answer:
        """Return what the door replies."""
        location = next((value for name, value in headers if name.lower() == "location"), None)
        return Answer(status=status, body=body if isinstance(body, dict) else {}, location=location)

    def send_signal(self, name: str, *args: object, **kwargs: object) -> None:
        """Do nothing: nobody listens."""

    def _new_access(self, **_: object) -> str:
        return self._new_text(TokenKind.ACCESS)

    def _new_refresh(self, **_: object) -> str:
        return self._new_text(TokenKind.REFRESH)

    def _new_text(self, kind: TokenKind) -> str:
        heir_of = self.desk.heir_of
        return token_text(self.desk.ids.secret_bytes(32)) if heir_of is None else heir_text(heir_of, kind)


def _caveats_of(before: _Before) -> Caveats | None:
    return None if isinstance(before, AuthorizationCode) else before.caveats


class _S256Always(CodeChallenge):  # type: ignore[misc]
    """PKCE with S256 from every client. Authlib's own lets a missing challenge through and takes a missing method for `plain`."""

    DEFAULT_CODE_CHALLENGE_METHOD = "S256"
    SUPPORTED_CODE_CHALLENGE_METHOD = ("S256",)
    CODE_CHALLENGE_METHODS = {"S256": CodeChallenge.CODE_CHALLENGE_METHODS["S256"]}  # noqa: RUF012 - Authlib's own attribute

    def validate_code_challenge(self, grant: grants.AuthorizationCodeGrant, redirect_uri: str) -> None:
        """Refuse a request without an S256 challenge."""
        data = grant.request.payload.data
        if not data.get("code_challenge"):
            raise InvalidRequestError("Missing 'code_challenge'")
        if data.get("code_challenge_method") != "S256":
            raise InvalidRequestError("'code_challenge_method' must be S256")
        super().validate_code_challenge(grant, redirect_uri)


class _CodeGrant(grants.AuthorizationCodeGrant):  # type: ignore[misc]
    TOKEN_ENDPOINT_AUTH_METHODS = ("none",)

    @property
    def _desk(self) -> Desk:
        desk: Desk = self.server.desk
        return desk

    def generate_authorization_code(self) -> str:
        return base64.urlsafe_b64encode(self._desk.ids.secret_bytes(32)).rstrip(b"=").decode()

    def save_authorization_code(self, code: str, request: OAuth2Request) -> None:
        desk, app = self._desk, request.client.app
        desk.write_down(request.user, Act.APP_ALLOWED, app.client_id, app.name)
        desk.records.add_code(
            AuthorizationCode(
                secret_hash=secret_hash(code),
                client_id=request.client.app.client_id,
                account_id=request.user,
                redirect_uri=request.payload.redirect_uri,
                scopes=scopes_of(request.scope),
                code_challenge=request.payload.data["code_challenge"],
                created_at=desk.now,
                expires_at=desk.now + CODE_LIFE,
                family_id=desk.ids.new("fam"),
                origin=request.client.app.origin,
                key_hash=request.payload.data.get("dpop_jkt") or (ANY_KEY if app.binds_tokens else None),
            )
        )

    def query_authorization_code(self, code: str, client: Client) -> Code | None:
        """Use the code up before anything else is looked at; a second try ends what the first one got (RFC 6749 §4.1.2)."""
        record, first = self._desk.records.claim_code(secret_hash(code), client.app.client_id)
        if record is None:
            return None
        if not first:
            if self._desk.revoke_family(record.account_id, record.family_id):
                self._desk.write_down(record.account_id, Act.CODE_REUSED, record.family_id)
            return None
        if not record.is_for(self._desk.key_hash):  # bound to another key, or to one at all (RFC 9449 §10, §5.2)
            return None
        return None if record.expires_at <= self._desk.now else Code(record)

    def delete_authorization_code(self, authorization_code: Code) -> None:
        """Do nothing: the code was used up when it was read."""

    def authenticate_user(self, authorization_code: Code) -> str:
        return authorization_code.record.account_id


class _Revocation(RevocationEndpoint):  # type: ignore[misc]
    CLIENT_AUTH_METHODS = ("none",)

    def check_params(self, request: OAuth2Request, client: Client) -> None:
        """Ask for the token only: an unknown hint is no reason to keep a token alive (RFC 7009 §2.1)."""
        if not request.form.get("token"):
            raise InvalidRequestError("Missing 'token' in request.")

    def query_token(self, token_string: str, token_type_hint: str | None) -> IssuedToken | None:
        record = self.server.desk.records.token_by_hash(secret_hash(token_string))
        return None if record is None else IssuedToken(record)

    def revoke_token(self, token: IssuedToken, request: OAuth2Request) -> None:
        """End the whole family: an access token that stays alive after its refresh token is what nobody expects of signing out."""
        record, desk = token.record, self.server.desk
        if record.family_id is not None and desk.revoke_family(record.account_id, record.family_id):
            desk.write_down(record.account_id, Act.DEVICE_DISCONNECTED, record.family_id, record.name)


class _OurIssuer(IssuerParameter):  # type: ignore[misc]
    def __init__(self, issuer: str) -> None:
        self._issuer = issuer

    def get_issuer(self) -> str:
        return self._issuer


def _access_life_s(client: Client, grant_type: str) -> int:
    return int(ACCESS_LIFE.total_seconds())
