"""What we ask authenticators for, and whether their answers are right: WebAuthn (W3C, level 3), by the library of that name.

It brings cryptography's X.509 along, so it is loaded at the first passkey, in the thread that checks it.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from satchel.domain.errors import TokenInvalid
from satchel.domain.passkeys import CEREMONY_LIFE, Passkey, RelyingParty

Json = dict[str, object]
T = TypeVar("T")

CHALLENGE_BYTES = 32
NOT_ACCEPTED = "this passkey was not accepted; try again, and if it stays so, it may have been removed from your account"
"""What is said of every answer that opens nothing, so that nobody learns which passkeys there are."""
_TIMEOUT_MS = int(CEREMONY_LIFE.total_seconds() * 1000)
_MAX_CREDENTIAL_BYTES = 1023
_MAX_TRANSPORTS = 8


@dataclass(frozen=True, slots=True)
class NewCredential:
    """What an authenticator made."""

    credential_id: bytes
    public_key: bytes = field(repr=False)
    sign_count: int
    prf: bool
    synced: bool
    transports: tuple[str, ...]


def creation_options(party: RelyingParty, account_id: str, email: str, challenge: bytes, known: Sequence[Passkey]) -> Json:
    """Return what `navigator.credentials.create` is asked for: a discoverable passkey, its holder verified, and whether it has PRF."""
    from webauthn import generate_registration_options  # noqa: PLC0415 - see above
    from webauthn.helpers import options_to_json_dict  # noqa: PLC0415
    from webauthn.helpers.structs import (  # noqa: PLC0415
        AuthenticatorSelectionCriteria,
        PublicKeyCredentialDescriptor,
        ResidentKeyRequirement,
        UserVerificationRequirement,
    )

    wanted = AuthenticatorSelectionCriteria(
        resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
    )
    options = generate_registration_options(
        rp_id=party.id,
        rp_name="Satchel",
        user_id=account_id.encode(),
        user_name=email,
        user_display_name=email,
        challenge=challenge,
        timeout=_TIMEOUT_MS,
        authenticator_selection=wanted,
        exclude_credentials=[PublicKeyCredentialDescriptor(id=passkey.credential_id) for passkey in known],
    )
    return {**options_to_json_dict(options), "extensions": {"credProps": True, "prf": {}}}


def request_options(party: RelyingParty, challenge: bytes, known: Sequence[Passkey] = ()) -> Json:
    """Return what `navigator.credentials.get` is asked for: one of `known`, or whichever passkey the person picks."""
    from webauthn import generate_authentication_options  # noqa: PLC0415 - see above
    from webauthn.helpers import options_to_json_dict  # noqa: PLC0415
    from webauthn.helpers.structs import PublicKeyCredentialDescriptor, UserVerificationRequirement  # noqa: PLC0415

    options = generate_authentication_options(
        rp_id=party.id,
        challenge=challenge,
        timeout=_TIMEOUT_MS,
        allow_credentials=[PublicKeyCredentialDescriptor(id=passkey.credential_id) for passkey in known],
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return dict(options_to_json_dict(options))


async def check_new(credential: Json, challenge: bytes, party: RelyingParty) -> NewCredential:
    """Return what an authenticator made. Raises `TokenInvalid` unless it answered this challenge, for us, its holder verified."""

    def check() -> NewCredential:
        from webauthn import verify_registration_response  # noqa: PLC0415 - see above

        found = verify_registration_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=party.id,
            expected_origin=party.origin,
            require_user_verification=True,
        )
        if not 1 <= len(found.credential_id) <= _MAX_CREDENTIAL_BYTES:
            raise ValueError("a credential's id has 1 to 1023 bytes")
        synced = found.credential_backed_up
        return NewCredential(
            found.credential_id, found.credential_public_key, found.sign_count, _has_prf(credential), synced, _transports(credential)
        )

    return await _checked(check, "that passkey could not be added; try again")


async def check_used(credential: Json, challenge: bytes, party: RelyingParty, passkey: Passkey) -> Passkey:
    """Return the passkey with its new count. Raises `TokenInvalid` unless it signed this challenge, for us, its holder verified."""

    def check() -> Passkey:
        from webauthn import verify_authentication_response  # noqa: PLC0415 - see above

        found = verify_authentication_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=party.id,
            expected_origin=party.origin,
            credential_public_key=passkey.public_key,
            credential_current_sign_count=passkey.sign_count,
            require_user_verification=True,
        )
        return replace(passkey, sign_count=found.new_sign_count, synced=found.credential_backed_up)

    return await _checked(check, NOT_ACCEPTED)


def credential_id_of(credential: Json) -> bytes:
    """Return the authenticator's name for the passkey that it used. Raises `TokenInvalid` where there is none."""
    from webauthn.helpers import base64url_to_bytes  # noqa: PLC0415 - see above

    text = credential.get("id")
    try:
        return base64url_to_bytes(text) if isinstance(text, str) and text.isascii() else b""
    except ValueError as error:
        raise TokenInvalid("that is no passkey") from error


async def _checked(check: Callable[[], T], refusal: str) -> T:
    def run() -> T:
        from webauthn.helpers.exceptions import WebAuthnException  # noqa: PLC0415 - see above

        try:
            return check()
        except (WebAuthnException, ValueError, TypeError, LookupError, AttributeError) as error:  # it trips over odd CBOR in all these ways
            raise TokenInvalid(refusal) from error

    return await asyncio.to_thread(run)


def _has_prf(credential: Json) -> bool:
    """Tell what the browser said of it; a lie here locks out nobody but its teller."""
    match credential.get("clientExtensionResults"):
        case {"prf": {"enabled": True}}:
            return True
    return False


def _transports(credential: Json) -> tuple[str, ...]:
    match credential.get("response"):
        case {"transports": list() as named}:
            words = [word for word in named if isinstance(word, str) and word.replace("-", "").isalnum() and len(word) <= 20]
            return tuple(words[:_MAX_TRANSPORTS])
    return ()
