"""One table: which reply each error gets, and its body on our doors. The tree itself is `domain/errors.py`.

A status is chosen for what strict clients do with it: a final refusal is never 5xx (the OpenRouter SDK repeats those for an hour), and
an upstream 401 is never ours (clients throw their own token away). See `docs/reference/errors.md`.
"""

from collections.abc import Mapping
from typing import NamedTuple

import orjson

from satchel.domain import errors
from satchel.domain.errors import SatchelError

Headers = list[tuple[bytes, bytes]]


class Reply(NamedTuple):
    """An HTTP status, and the `error_type` that OpenRouter-shaped clients know."""

    status: int
    error_type: str


_REPLIES: Mapping[type[SatchelError], Reply] = {
    errors.RequestInvalid: Reply(400, "invalid_request"),
    errors.RequestTooLarge: Reply(413, "payload_too_large"),
    errors.UnsupportedFeature: Reply(404, "not_found"),
    errors.ContextTooLong: Reply(400, "context_length_exceeded"),
    errors.GenerationNotFound: Reply(404, "not_found"),
    errors.StreamGap: Reply(412, "precondition_failed"),
    errors.NotFound: Reply(404, "not_found"),
    errors.Unauthenticated: Reply(401, "authentication"),
    errors.Refused: Reply(403, "permission_denied"),
    errors.BudgetExceeded: Reply(402, "payment_required"),
    errors.Throttled: Reply(429, "rate_limit_exceeded"),
    errors.Draining: Reply(503, "provider_overloaded"),
    errors.KeyProblem: Reply(403, "permission_denied"),
    errors.KeyMissing: Reply(404, "not_found"),
    errors.KeyGone: Reply(404, "not_found"),
    errors.KeyExhausted: Reply(402, "payment_required"),
    errors.UpstreamError: Reply(502, "provider_unavailable"),
    errors.ProviderTimeout: Reply(504, "timeout"),
    errors.ProviderThrottled: Reply(429, "rate_limit_exceeded"),
    errors.ProviderRefused: Reply(400, "refusal"),
    errors.ContentFiltered: Reply(400, "content_policy_violation"),
    errors.AllRoutesFailed: Reply(503, "provider_overloaded"),
    errors.Cancelled: Reply(499, "unmapped"),
    errors.InternalError: Reply(500, "server"),
    errors.NotReady: Reply(503, "provider_overloaded"),
}
_PROOF = b'DPoP realm="satchel", error="invalid_dpop_proof", algs="ES256 Ed25519 PS256 RS256 ES384"'
_GENERIC = "something went wrong here; it was logged under this request id"


def reply_to(kind: type[SatchelError]) -> Reply:
    """Return the reply to an error class: its own, or that of the nearest class above it."""
    return next((_REPLIES[above] for above in kind.__mro__ if above in _REPLIES), Reply(500, "server"))


def as_ours(error: BaseException, request_id: str) -> SatchelError:
    """Return `error` itself if it is one of ours, else an `InternalError` that says nothing of it but the request id."""
    if isinstance(error, SatchelError):
        return error
    ours = errors.InternalError(f"{_GENERIC}: {request_id}", details={"request_id": request_id})
    ours.__cause__ = error
    return ours


def error_metadata(error: SatchelError, request_id: str) -> dict[str, object]:
    """Return what every dialect's error body holds beside its message, under names of ours and of OpenRouter's."""
    metadata: dict[str, object] = {
        "error_type": reply_to(type(error)).error_type,
        "satchel_code": error.code,
        "retryable": error.retryable,
        "retry_after_s": error.retry_after_s,
        "request_id": request_id,
        "docs": f"docs/reference/errors.md#{error.code}",
        "details": error.details,
    }
    provider, its_message = error.details.get("provider"), error.details.get("provider_message")
    if isinstance(error, errors.UpstreamError | errors.KeyProblem) and provider is not None:
        metadata["provider_name"] = provider
        metadata["raw"] = its_message if its_message is not None else error.message
    return metadata


def openai_error(error: SatchelError, request_id: str) -> dict[str, object]:
    """Return the error body that OpenAI and OpenRouter clients read; `code` is an integer, or the latter break on it."""
    reply = reply_to(type(error))
    body = {
        "code": reply.status,
        "message": error.message,
        "type": reply.error_type,
        "param": error.details.get("param"),
        "metadata": error_metadata(error, request_id),
    }
    return {"error": body}


def openai_body(error: SatchelError, request_id: str) -> bytes:
    """Return `openai_error` as JSON."""
    return orjson.dumps(openai_error(error, request_id), default=str)


def error_headers(error: SatchelError) -> Headers:
    """Return the headers that belong to an error: how long to wait, how to authenticate."""
    headers: Headers = []
    if error.retry_after_s is not None:
        headers.append((b"retry-after", str(max(1, round(error.retry_after_s))).encode()))
    if isinstance(error, errors.Unauthenticated):
        if isinstance(error, errors.ProofInvalid):
            headers.append((b"www-authenticate", _PROOF))
        problem = b"" if isinstance(error, errors.TokenMissing) else b', error="invalid_token"'
        headers.append((b"www-authenticate", b'Bearer realm="satchel"' + problem))
    if isinstance(error, errors.ScopeMissing):  # RFC 6750 §3.1; what no scope opens is named `*`
        scope = error.details.get("scope", "*")
        named = f', scope="{scope}"' if scope != "*" else ""
        headers.append((b"www-authenticate", f'Bearer realm="satchel", error="insufficient_scope"{named}'.encode()))
    return headers


def socket_error(error: SatchelError) -> dict[str, object]:
    """Return the `error` object of a `failed` frame."""
    return {
        "code": error.code,
        "message": error.message,
        "retryable": error.retryable,
        "retry_after_s": error.retry_after_s,
        "details": error.details,
    }
