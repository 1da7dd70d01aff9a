"""Where our server's endpoints are, and what it says of itself."""

from authlib.oauth2.rfc8628 import DEVICE_CODE_GRANT_TYPE

from satchel.domain.tokens import SCOPES
from satchel.services.oauth.documents import DOCUMENT_SCOPES
from satchel.services.oauth.key_proofs import ALGORITHMS

AUTHORIZE_PATH = "/oauth/authorize"
TOKEN_PATH = "/oauth/token"  # noqa: S105 - an address
REVOKE_PATH = "/oauth/revoke"
INTROSPECT_PATH = "/oauth/introspect"
DEVICE_AUTHORIZATION_PATH = "/oauth/device_authorization"
DEVICE_PATH = "/device"
PUSH_PATH = "/oauth/par"
REGISTER_PATH = "/oauth/register"


def server_metadata(issuer: str, *, registers: bool = False) -> dict[str, object]:
    """Return the server's own description (RFC 8414); `registers`: apps may register themselves."""
    return {
        "issuer": issuer,
        "authorization_endpoint": issuer + AUTHORIZE_PATH,
        "token_endpoint": issuer + TOKEN_PATH,
        "revocation_endpoint": issuer + REVOKE_PATH,
        "introspection_endpoint": issuer + INTROSPECT_PATH,
        "device_authorization_endpoint": issuer + DEVICE_AUTHORIZATION_PATH,
        "pushed_authorization_request_endpoint": issuer + PUSH_PATH,
        "require_pushed_authorization_requests": False,
        "dpop_signing_alg_values_supported": list(ALGORITHMS),
        "protected_resources": [issuer],
        "scopes_supported": sorted(SCOPES),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token", DEVICE_CODE_GRANT_TYPE],
        "token_endpoint_auth_methods_supported": ["none"],
        "revocation_endpoint_auth_methods_supported": ["none"],
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": True,
        "client_id_metadata_document_supported": True,
        **({"registration_endpoint": issuer + REGISTER_PATH} if registers else {}),
    }


def resource_metadata(issuer: str) -> dict[str, object]:
    """Return the description of what our tokens open (RFC 9728)."""
    return {
        "resource": issuer,
        "authorization_servers": [issuer],
        "scopes_supported": sorted(DOCUMENT_SCOPES),  # strict clients ask for all of these: what any app may have
        "bearer_methods_supported": ["header"],
        "dpop_signing_alg_values_supported": list(ALGORITHMS),
        "dpop_bound_access_tokens_required": False,
        "resource_name": "Satchel",
    }
