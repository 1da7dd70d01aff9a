"""What OpenAPI says of the OAuth doors, which read forms and write answers by the RFCs, so that FastAPI knows neither."""

from collections.abc import Mapping, Sequence
from typing import Any

from satchel.services.oauth.metadata import (
    DEVICE_AUTHORIZATION_PATH,
    INTROSPECT_PATH,
    PUSH_PATH,
    REGISTER_PATH,
    REVOKE_PATH,
    TOKEN_PATH,
)

METADATA_PATH = "/.well-known/oauth-authorization-server"
RESOURCE_PATH = "/.well-known/oauth-protected-resource"

Schema = Mapping[str, Any]

_TEXT: Schema = {"type": "string"}
_NUMBER: Schema = {"type": "integer"}
_TEXTS: Schema = {"type": "array", "items": _TEXT, "minItems": 1}


def described(path: str) -> dict[str, Any]:
    """Return what `add_api_route` is to be told of the door at a path, beyond its summary."""
    status, answer = _ANSWERS[path]
    said = {"description": "It is done", "content": {"application/json": {"schema": answer}}}
    body = {"required": True, "content": _BODIES[path]} if path in _BODIES else None
    return {"status_code": status, "responses": {status: said}, "openapi_extra": {"requestBody": body} if body else None}


def _object(required: Sequence[str], properties: Mapping[str, Schema]) -> Schema:
    return {"type": "object", "required": list(required), "properties": dict(properties)}


def _form(required: Sequence[str], *more: str, **known: Schema) -> Mapping[str, Any]:
    """Return the body of a form; fields are texts but for those that are `known` better."""
    fields = {name: known.get(name, _TEXT) for name in (*required, *more)}
    return {"application/x-www-form-urlencoded": {"schema": _object(required, fields)}}


_GRANTS = ["authorization_code", "refresh_token", "urn:ietf:params:oauth:grant-type:device_code"]
_TOKEN_TYPES = ["Bearer", "DPoP"]
_PUSHED = ("client_id", "redirect_uri", "code_challenge", "code_challenge_method", "response_type")

_BODIES: Mapping[str, Mapping[str, Any]] = {
    TOKEN_PATH: _form(
        ("grant_type", "client_id"),
        *("code", "redirect_uri", "code_verifier", "refresh_token", "device_code", "scope", "resource"),
        grant_type={"type": "string", "enum": _GRANTS},
    ),
    PUSH_PATH: _form(
        _PUSHED,
        *("scope", "state", "resource", "dpop_jkt", "prompt"),
        response_type={"type": "string", "enum": ["code"]},
        code_challenge_method={"type": "string", "enum": ["S256"]},
    ),
    REVOKE_PATH: _form(("token", "client_id"), "token_type_hint"),
    INTROSPECT_PATH: _form(("token",), "token_type_hint"),
    DEVICE_AUTHORIZATION_PATH: _form(("client_id",), "scope", "resource"),
    REGISTER_PATH: {
        "application/json": {
            "schema": _object(
                ["redirect_uris"],
                {
                    **{"redirect_uris": _TEXTS, "client_name": _TEXT, "scope": _TEXT, "grant_types": _TEXTS, "response_types": _TEXTS},
                    "dpop_bound_access_tokens": {"type": "boolean"},
                },
            )
        }
    },
}

_TOKENS = _object(
    ["access_token", "token_type", "expires_in", "scope"],
    {
        "access_token": {"type": "string", "pattern": "^sat_"},
        "token_type": {"type": "string", "enum": _TOKEN_TYPES},
        "expires_in": _NUMBER,
        "refresh_token": _TEXT,
        "scope": _TEXT,
    },
)
_KNOWN = {
    "scope": _TEXT,
    "token_type": {"type": "string", "enum": _TOKEN_TYPES},
    "sub": _TEXT,
    "jti": _TEXT,
    "iat": _NUMBER,
    "exp": _NUMBER,
}
_ENDPOINTS = ("authorization_endpoint", "token_endpoint", "revocation_endpoint", "device_authorization_endpoint")
_LISTS = ("scopes_supported", "response_types_supported", "grant_types_supported", "code_challenge_methods_supported")

_ANSWERS: Mapping[str, tuple[int, Schema]] = {
    TOKEN_PATH: (200, _TOKENS),
    PUSH_PATH: (201, _object(["request_uri", "expires_in"], {"request_uri": _TEXT, "expires_in": _NUMBER})),
    REVOKE_PATH: (200, {"type": "object", "maxProperties": 0}),
    INTROSPECT_PATH: (200, _object(["active"], {"active": {"type": "boolean"}, "client_id": _TEXT, "cnf": {"type": "object"}, **_KNOWN})),
    DEVICE_AUTHORIZATION_PATH: (
        200,
        _object(
            ["device_code", "user_code", "verification_uri", "expires_in"],
            {"device_code": _TEXT, "user_code": _TEXT, "verification_uri": _TEXT, "expires_in": _NUMBER, "interval": _NUMBER},
        ),
    ),
    REGISTER_PATH: (
        201,
        _object(
            ["client_id", "client_id_issued_at", "redirect_uris", "token_endpoint_auth_method"],
            {
                "client_id": _TEXT,
                "client_id_issued_at": _NUMBER,
                "redirect_uris": _TEXTS,
                "token_endpoint_auth_method": {"type": "string", "enum": ["none"]},
                "client_name": _TEXT,
            },
        ),
    ),
    METADATA_PATH: (
        200,
        _object(["issuer", *_ENDPOINTS, *_LISTS], {"issuer": _TEXT, **dict.fromkeys(_ENDPOINTS, _TEXT), **dict.fromkeys(_LISTS, _TEXTS)}),
    ),
    RESOURCE_PATH: (
        200,
        _object(["resource", "authorization_servers"], {"resource": _TEXT, "authorization_servers": _TEXTS, "scopes_supported": _TEXTS}),
    ),
}
