"""What went wrong at an OpenAI-compatible host, as one of our errors: by structured code first, then status, then text.

The provider's own words come along, short; where an aggregator wraps another provider's answer, the inner words.
Source: recorded errors of ten hosts and their documentation, checked 2026-11-23.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

import orjson

from satchel.dialects.openai_chat_delays import retry_after_s
from satchel.dialects.upstream_forbidden import forbidden
from satchel.dialects.upstream_message import message_of
from satchel.dialects.upstream_words import QUOTE_CHARACTERS, body_of, quoted
from satchel.domain import errors
from satchel.domain.catalog import Endpoint
from satchel.domain.chat import Json
from satchel.domain.errors import SatchelError

_BY_CODE: Mapping[str, type[SatchelError]] = {
    "invalid_api_key": errors.KeyRejected,
    "authentication_error": errors.KeyRejected,
    "api_key_invalid": errors.KeyRejected,
    "insufficient_quota": errors.KeyExhausted,
    "credit_balance_exhausted": errors.KeyExhausted,
    "enforced_spend_limit_reached": errors.KeyExhausted,
    "billing_hard_limit_reached": errors.KeyExhausted,
    "billing_error": errors.KeyExhausted,
    "model_not_found": errors.UnknownModel,
    "model_decommissioned": errors.UnknownModel,
    "deploymentnotfound": errors.UnknownModel,
    "context_length_exceeded": errors.ContextTooLong,
    "exceed_context_size_error": errors.ContextTooLong,
    "too_many_prompt_tokens": errors.ContextTooLong,
    "too_many_tokens": errors.ContextTooLong,
    "string_above_max_length": errors.ContextTooLong,
    "content_filter": errors.ContentFiltered,
    "content_policy_violation": errors.ContentFiltered,
    "unsupported_parameter": errors.UnsupportedFeature,
    "unsupported_value": errors.UnsupportedFeature,
    "rate_limit_exceeded": errors.ProviderThrottled,
    "tool_use_failed": errors.ProviderRefused,
    "server_error": errors.ProviderUnavailable,
    "overloaded_error": errors.ProviderUnavailable,
}
_TOO_LONG = ("maximum context length", "max context length", "context length", "context size", "prompt too long", "prompt is too long")
_TOO_LONG_ALSO = ("input token count", "too many tokens in the prompt")
_NO_MODEL = ("model", "deployment", "no endpoints found")


@dataclass(frozen=True, slots=True)
class _Report:
    """An error body, read."""

    words: str
    codes: tuple[str, ...] = ()
    status: int | None = None
    param: str | None = None
    fields: Json | None = None


def upstream_details(endpoint: Endpoint, status: int | None = None, words: str | None = None) -> dict[str, object]:
    """Return the details that every error about an endpoint carries."""
    return {"provider": endpoint.provider, "endpoint": endpoint.id, "status": status, "provider_message": words}


def error_from(status: int, headers: Mapping[str, str], body: bytes, endpoint: Endpoint) -> SatchelError:
    """Return the error that an answer with a status other than 200 means. Header names in lower case."""
    report = _read(body)
    kind = _classify(status, report, endpoint)
    wait_s = retry_after_s(headers, report.fields) if status in (429, 503, 529) else None
    return _make(kind, status, report, endpoint, wait_s)


def error_in_stream(chunk: Json, endpoint: Endpoint) -> SatchelError:
    """Return the error that a chunk of a stream or a body with status 200 holds."""
    report = _report(chunk)
    status = report.status or 0
    kind = _classify(status, report, endpoint)
    return _make(kind, status or 200, report, endpoint, retry_after_s({}, report.fields))


def _make(kind: type[SatchelError], status: int, report: _Report, endpoint: Endpoint, wait_s: float | None) -> SatchelError:
    details = upstream_details(endpoint, status, report.words or None)
    details["provider_body"] = body_of(report.words, report.fields or {})
    if issubclass(kind, errors.KeyProblem):
        details["key_label"] = endpoint.key_label
    if report.param and issubclass(kind, errors.RequestInvalid):
        details["param"] = quoted(report.param)
    said = report.words or f"HTTP status {status} and no reason"
    return kind(message_of(kind, endpoint, said, wait_s), retry_after_s=wait_s, details=details)


def _classify(status: int, report: _Report, endpoint: Endpoint) -> type[SatchelError]:
    for code in report.codes:
        if (kind := _BY_CODE.get(code.lower())) is not None:
            return kind
    text = report.words.lower()
    if status in (429, 402) or (status == 413 and "tokens per minute" in text):
        return errors.KeyExhausted if status == 402 else errors.ProviderThrottled
    if status == 401:
        return errors.KeyMissing if endpoint.key_id is None else errors.KeyRejected
    if status == 403:
        return forbidden(text, has_key=endpoint.key_id is not None)
    if status == 404:
        return errors.UnknownModel if any(word in text for word in _NO_MODEL) else errors.ProviderRefused
    if status in (400, 413, 422):
        return _bad_request(status, text, report)
    if status in (408, 504, 524):
        return errors.ProviderTimeout
    return errors.ProviderUnavailable if status >= 500 or status == 0 else errors.ProviderRefused


def _bad_request(status: int, text: str, report: _Report) -> type[SatchelError]:
    if any(phrase in text for phrase in _TOO_LONG + _TOO_LONG_ALSO):
        return errors.ContextTooLong
    if "api key" in text:
        return errors.KeyRejected
    if "does not exist" in text and "model" in text:
        return errors.UnknownModel
    if status == 413:
        return errors.RequestTooLarge
    named = report.param is not None and ("unsupported" in text or "not supported" in text)
    return errors.UnsupportedFeature if named else errors.MalformedRequest


def _read(body: bytes) -> _Report:
    """Read a body by its content, whatever its type says. Pages of HTML have no words worth showing."""
    try:
        return _report(orjson.loads(body))
    except orjson.JSONDecodeError:
        text = body[: 4 * QUOTE_CHARACTERS].decode("utf-8", "replace").strip()
        return _Report("" if text.startswith("<") else quoted(text))


def _report(answer: object) -> _Report:
    if isinstance(answer, list):
        answer = answer[0] if answer else {}
    if not isinstance(answer, Mapping):
        return _Report(quoted(str(answer)))
    outer = cast(Json, answer)
    error = outer.get("error")
    fields: Json = cast(Json, error) if isinstance(error, Mapping) else outer
    given = (fields.get("code"), fields.get("type"), fields.get("status"), _reason(fields))
    status = next((value for value in (fields.get("code"), fields.get("status_code")) if isinstance(value, int)), None)
    param = fields.get("param")
    return _Report(
        words=quoted(_inner_words(fields) or _words(error) or _words(outer)),
        codes=tuple(code for code in given if isinstance(code, str) and code and code != "invalid_request_error"),
        status=status if status and 400 <= status < 600 else None,
        param=param if isinstance(param, str) else None,
        fields=fields,
    )


def _reason(fields: Json) -> object:
    """Return the reason inside Google's error details."""
    details = fields.get("details")
    found = (detail.get("reason") for detail in details if isinstance(detail, Mapping)) if isinstance(details, list) else iter(())
    return next((reason for reason in found if reason), None)


def _inner_words(fields: Json) -> str:
    """Return what the provider behind an aggregator said, with its name."""
    metadata = fields.get("metadata")
    raw = metadata.get("raw") if isinstance(metadata, Mapping) else None
    if not isinstance(metadata, Mapping) or not isinstance(raw, str) or not raw:
        return ""
    try:
        said = _report(orjson.loads(raw)).words
    except orjson.JSONDecodeError:
        said = raw
    name = metadata.get("provider_name")
    return f"{name}: {said}" if isinstance(name, str) and said else said


def _words(error: object) -> str:
    """Find the human words in any of the shapes errors have."""
    match error:
        case str():
            return error
        case {"message": str(text)} if text:
            return text
        case {"error": str(text)} if text:
            return text
        case {"detail": str(text)}:
            return text
        case {"message": {"detail": detail}} | {"detail": detail} | {"message": list(detail)}:
            return "; ".join(str(item.get("msg")) for item in detail if isinstance(item, Mapping)) if isinstance(detail, list) else ""
        case _:
            return ""
