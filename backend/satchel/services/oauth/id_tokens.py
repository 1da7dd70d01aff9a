"""ID tokens of OpenID Connect: whether one was signed by its authority, for us, for this attempt, just now.

Authlib's claims and joserfc are imported where an ID token is read: an idle server needs neither.
"""

from collections.abc import Mapping
from datetime import datetime

from satchel.domain.authorities import Authority
from satchel.domain.errors import Refused

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "Ed25519")
"""Signatures with a public key only: neither `none` nor a secret that both sides know."""

_LEEWAY_S = 60
_MAX_CHARACTERS = 16 * 1024


class UnknownSigner(Exception):
    """No key of the set signed the token: it may have been rotated since the set was read."""


def claims_of(
    id_token: object, keys: Mapping[str, object], authority: Authority, *, nonce: str, access_token: str | None, now: datetime
) -> Mapping[str, object]:
    """Return the claims of an ID token.

    Args:
        id_token: what the token endpoint answered under that name.
        keys: the authority's JWK set.
        authority: who must have signed it, for our client there.
        nonce: what the attempt asked with.
        access_token: what came along, for `at_hash`.
        now: the time to compare with.

    Raises:
        UnknownSigner: its key is not in the set.
        Refused: it is none, or not for us, or not for this attempt.
    """
    from authlib.oidc.core import CodeIDToken  # noqa: PLC0415 - only where somebody signs in so
    from joserfc import errors, jwt  # noqa: PLC0415 - only where somebody signs in so
    from joserfc.jwk import KeySet  # noqa: PLC0415 - only where somebody signs in so

    if not isinstance(id_token, str) or len(id_token) > _MAX_CHARACTERS:
        raise _wrong(authority, "no ID token")
    try:
        signers = KeySet.import_key_set({"keys": _signing(keys)})  # type: ignore[typeddict-item]
        token = jwt.decode(id_token, signers, algorithms=list(ALGORITHMS))
    except (errors.InvalidKeyIdError, errors.BadSignatureError) as error:
        raise UnknownSigner from error
    except (errors.JoseError, ValueError, TypeError, KeyError) as error:
        raise _wrong(authority, "an ID token that cannot be read") from error
    options = {"iss": {"essential": True, "value": authority.issuer}, "aud": {"essential": True, "value": authority.client_id}}
    parameters = {"nonce": nonce, "client_id": authority.client_id, "access_token": access_token}
    claims = CodeIDToken(token.claims, token.header, options, parameters)
    try:
        claims.validate(now=int(now.timestamp()), leeway=_LEEWAY_S)
    except errors.JoseError as error:
        raise _wrong(authority, "an ID token that is not for this sign-in") from error
    if not isinstance(claims["sub"], str) or not claims["sub"]:
        raise _wrong(authority, "an ID token without a subject")
    return dict(claims)


def _signing(keys: Mapping[str, object]) -> list[object]:
    """Return the public keys of a set that may sign; secrets that both sides know are none."""
    listed = keys.get("keys")
    found = [key for key in listed if isinstance(key, dict)] if isinstance(listed, list) else []
    return [key for key in found if key.get("kty") in ("RSA", "EC", "OKP") and key.get("use", "sig") == "sig"]


def _wrong(authority: Authority, what: str) -> Refused:
    return Refused(f"{authority.name} answered with {what}; nobody was signed in")
