"""Authlib's device flow over our records (RFC 8628): the device's request, and its polling until somebody has decided elsewhere."""

import base64

from authlib.oauth2.rfc6749 import AccessDeniedError, InvalidGrantError, InvalidScopeError, OAuth2Request, UnauthorizedClientError
from authlib.oauth2.rfc8628 import DEVICE_CODE_GRANT_TYPE, DeviceAuthorizationEndpoint, DeviceCodeGrant
from authlib.oauth2.rfc8628.errors import AuthorizationPendingError, ExpiredTokenError, SlowDownError

from satchel.domain.audit import Act
from satchel.domain.pairings import PAIRING_LIFE, POLL_INTERVAL_S, Pairing, PairingState, typed_code, user_code
from satchel.domain.tokens import secret_hash
from satchel.services.oauth.desk import Desk
from satchel.services.oauth.metadata import DEVICE_PATH
from satchel.services.oauth.records import Client, scope_text, scopes_of

_SLOWER_S = 5


class DevicePairing:
    """A pairing as Authlib's device credential."""

    def __init__(self, record: Pairing) -> None:
        self.record = record

    def get_client_id(self) -> str:
        """Return whom its codes were given to."""
        return self.record.client_id

    def get_scope(self) -> str:
        """Return the scopes asked for."""
        return scope_text(self.record.scopes)


class DeviceAuthorization(DeviceAuthorizationEndpoint):  # type: ignore[misc]
    """Give a device its two codes. There is no address with the code in it: whoever lets a device in has read its code from it."""

    CLIENT_AUTH_METHODS = ("none",)
    EXPIRES_IN = int(PAIRING_LIFE.total_seconds())
    INTERVAL = POLL_INTERVAL_S

    @property
    def _desk(self) -> Desk:
        desk: Desk = self.server.desk
        return desk

    def create_endpoint_response(self, request: OAuth2Request) -> tuple[int, dict[str, object], object]:
        """Return the answer without `verification_uri_complete`."""
        status, body, headers = super().create_endpoint_response(request)
        return status, {name: value for name, value in body.items() if name != "verification_uri_complete"}, headers

    def authenticate_client(self, request: OAuth2Request) -> Client:
        """Return the client, if it may pair devices and asks for scopes of its own."""
        client: Client = super().authenticate_client(request)
        if not client.check_grant_type(DEVICE_CODE_GRANT_TYPE):
            raise UnauthorizedClientError()
        if client.get_allowed_scope(request.payload.scope) is None:
            raise InvalidScopeError()
        return client

    def get_verification_uri(self) -> str:
        """Return where the person types the code."""
        return self._desk.issuer + DEVICE_PATH

    def generate_user_code(self) -> str:
        """Return a new code to type."""
        return user_code(self._desk.ids.secret_bytes)

    def generate_device_code(self) -> str:
        """Return a new code to poll with."""
        return base64.urlsafe_b64encode(self._desk.ids.secret_bytes(32)).rstrip(b"=").decode()

    def save_device_credential(self, client_id: str, scope: str, data: dict[str, str]) -> None:
        """Keep the pairing."""
        desk = self._desk
        desk.records.pairings.add(
            Pairing(
                device_hash=secret_hash(data["device_code"]),
                user_hash=secret_hash(typed_code(data["user_code"])),
                client_id=client_id,
                scopes=scopes_of(scope),
                created_at=desk.now,
                expires_at=desk.now + PAIRING_LIFE,
                family_id=desk.ids.new("fam"),
                address=desk.caller,
                origin=desk.app.origin if desk.app else None,
            )
        )


class DeviceGrant(DeviceCodeGrant):  # type: ignore[misc]
    """Answer a device that polls."""

    TOKEN_ENDPOINT_AUTH_METHODS = ("none",)

    @property
    def _desk(self) -> Desk:
        desk: Desk = self.server.desk
        return desk

    def query_device_credential(self, device_code: str) -> DevicePairing:
        """Return the pairing of a code; an unknown one, or another client's, is no grant."""
        record = self._desk.records.pairings.by_device_code(secret_hash(device_code), self.request.payload.client_id)
        if record is None:
            raise InvalidGrantError("Invalid 'device_code' in request.")
        return DevicePairing(record)

    def validate_device_credential(self, credential: DevicePairing) -> str | None:
        """Return the account that let the device in, using the pairing up; a second use ends what the first one got."""
        desk, record = self._desk, credential.record
        if record.state is PairingState.ALLOWED and record.expires_at > desk.now:
            if desk.records.pairings.claim(record.device_hash):
                return record.account_id
            record = desk.records.pairings.by_device_code(record.device_hash, record.client_id) or record  # somebody was quicker
        if record.state is not PairingState.USED and record.expires_at <= desk.now:
            raise ExpiredTokenError()
        if record.state is PairingState.DENIED:
            raise AccessDeniedError()
        if record.state is not PairingState.PENDING:
            if record.account_id is not None and desk.revoke_family(record.account_id, record.family_id):
                desk.write_down(record.account_id, Act.CODE_REUSED, record.family_id)
            raise InvalidGrantError("This 'device_code' was used before.")
        too_soon = record.is_too_soon(desk.now)
        desk.records.pairings.note_poll(record.device_hash, desk.now, record.interval_s + (_SLOWER_S if too_soon else 0))
        raise SlowDownError() if too_soon else AuthorizationPendingError()
