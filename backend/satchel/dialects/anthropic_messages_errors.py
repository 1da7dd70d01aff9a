"""What went wrong at a host of Anthropic Messages, as one of our errors: by the envelope's type first, then by its text.

An answer that is not in Anthropic's envelope comes from the platform in front of it (Azure, Google) and is read as theirs.
Source: recorded errors, Anthropic's error page and the SDK's types, checked 2026-11-23.
"""

import re
from collections.abc import Mapping
from typing import cast

import orjson

from satchel.dialects.openai_chat_delays import retry_after_s
from satchel.dialects.openai_chat_errors import error_from as platform_error
from satchel.dialects.openai_chat_errors import upstream_details
from satchel.dialects.upstream_forbidden import forbidden
from satchel.dialects.upstream_message import message_of
from satchel.dialects.upstream_words import body_of, quoted
from satchel.domain import errors
from satchel.domain.catalog import Endpoint
from satchel.domain.chat import Json
from satchel.domain.errors import SatchelError

_BY_TYPE: Mapping[str, type[SatchelError]] = {
    "authentication_error": errors.KeyRejected,
    "billing_error": errors.KeyExhausted,
    "request_too_large": errors.RequestTooLarge,
    "rate_limit_error": errors.ProviderThrottled,
    "overloaded_error": errors.ProviderUnavailable,
    "api_error": errors.ProviderUnavailable,
    "timeout_error": errors.ProviderTimeout,
}
_STATUSES: Mapping[str, int] = {
    "invalid_request_error": 400,
    "authentication_error": 401,
    "billing_error": 402,
    "permission_error": 403,
    "not_found_error": 404,
    "request_too_large": 413,
    "rate_limit_error": 429,
    "api_error": 500,
    "timeout_error": 504,
    "overloaded_error": 529,
}
_TOO_LONG = (
    "prompt is too long",
    "input is too long",
    "exceed context limit",
    "context window",
    "too many input tokens",
    "too many total text",
)
_NO_CREDIT = ("credit balance", "usage limit", "spend limit")
_UNSUPPORTED = ("not supported", "not support", "n't support", "unsupported")
_PARAM = re.compile(r"([a-z_]+(?:\.[\w.]+)?): ")


def error_from(status: int, headers: Mapping[str, str], body: bytes, endpoint: Endpoint) -> SatchelError:
    """Return the error that an answer with a status other than 200 means. Header names in lower case."""
    try:
        envelope = orjson.loads(body)
    except orjson.JSONDecodeError:
        envelope = None
    match envelope:
        case {"error": {"type": str(), "message": str()} as error} if "code" not in error:
            wait_s = retry_after_s(headers, None) if status in (429, 503, 529) else None
            return _made(status, cast(Json, error), endpoint, wait_s)
        case _:
            return platform_error(status, headers, body, endpoint)


def error_in_stream(event: Json, endpoint: Endpoint) -> SatchelError:
    """Return the error that an `error` event, or a body with status 200, holds."""
    error = event.get("error")
    fields: Json = cast(Json, error) if isinstance(error, Mapping) else {}
    return _made(_STATUSES.get(str(fields.get("type")), 500), fields, endpoint, None)


def bad_request(words: str) -> type[SatchelError]:
    """Return the class of a 400, which says only in words what is wrong."""
    text = words.lower()
    if any(phrase in text for phrase in _TOO_LONG):
        return errors.ContextTooLong
    if any(phrase in text for phrase in _NO_CREDIT):
        return errors.KeyExhausted
    return errors.UnsupportedFeature if any(phrase in text for phrase in _UNSUPPORTED) else errors.MalformedRequest


def _made(status: int, error: Json, endpoint: Endpoint, wait_s: float | None) -> SatchelError:
    code, words = str(error.get("type") or ""), quoted(str(error.get("message") or ""))
    kind = _classify(status, code, words, endpoint)
    details = upstream_details(endpoint, status, words or None)
    details["provider_body"] = body_of(words, error)
    if issubclass(kind, errors.KeyProblem):
        details["key_label"] = endpoint.key_label
    if issubclass(kind, errors.RequestInvalid) and (param := _PARAM.match(words)):
        details["param"] = param[1]
    said = words or f"HTTP status {status} and no reason"
    return kind(message_of(kind, endpoint, said, wait_s), retry_after_s=wait_s, details=details)


def _classify(status: int, code: str, words: str, endpoint: Endpoint) -> type[SatchelError]:
    if code == "authentication_error" and endpoint.key_id is None:
        return errors.KeyMissing
    if (kind := _BY_TYPE.get(code)) is not None:
        return kind
    if code in ("permission_error", "forbidden") or status == 403:
        return forbidden(words, has_key=endpoint.key_id is not None)
    if code == "not_found_error":
        return errors.UnknownModel if words.startswith("model") else errors.ProviderRefused
    if code == "invalid_request_error":
        return bad_request(words)
    return errors.ProviderUnavailable if status >= 500 else errors.ProviderRefused
