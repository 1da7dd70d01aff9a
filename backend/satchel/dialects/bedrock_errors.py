"""What went wrong at Bedrock, as one of our errors: by the name of the exception first, then by its text.

The name stands in a header of an answer, and in a header of a frame within a stream; the body has the message only.
Source: recorded errors and the service's model (botocore 1.44.5), checked 2026-11-23.
"""

from collections.abc import Mapping

import orjson

from satchel.dialects.anthropic_messages_errors import bad_request
from satchel.dialects.bedrock_frames import EXCEPTION
from satchel.dialects.json_fields import text
from satchel.dialects.openai_chat_delays import retry_after_s
from satchel.dialects.openai_chat_errors import upstream_details
from satchel.dialects.upstream_forbidden import forbidden
from satchel.dialects.upstream_message import message_of
from satchel.dialects.upstream_words import body_of, quoted
from satchel.domain import errors
from satchel.domain.catalog import Endpoint
from satchel.domain.chat import Json
from satchel.domain.errors import SatchelError

_BY_NAME: Mapping[str, tuple[int, type[SatchelError]]] = {
    "unrecognizedclient": (403, errors.KeyRejected),
    "expiredtoken": (403, errors.KeyRejected),
    "invalidsignature": (403, errors.KeyRejected),
    "incompletesignature": (403, errors.KeyRejected),
    "missingauthenticationtoken": (403, errors.KeyRejected),
    "resourcenotfound": (404, errors.UnknownModel),
    "throttling": (429, errors.ProviderThrottled),
    "modelnotready": (429, errors.ProviderThrottled),
    "servicequotaexceeded": (400, errors.ProviderThrottled),
    "modeltimeout": (408, errors.ProviderTimeout),
    "modelerror": (424, errors.ProviderUnavailable),
    "modelstreamerror": (424, errors.ProviderUnavailable),
    "internalserver": (500, errors.ProviderUnavailable),
    "serviceunavailable": (503, errors.ProviderUnavailable),
}
_NO_MODEL = ("model identifier is invalid", "on-demand throughput", "model id")
_BY_STATUS: Mapping[int, type[SatchelError]] = {
    401: errors.KeyRejected,
    404: errors.UnknownModel,
    408: errors.ProviderTimeout,
    413: errors.RequestTooLarge,
    429: errors.ProviderThrottled,
}


def error_from(status: int, headers: Mapping[str, str], body: bytes, endpoint: Endpoint) -> SatchelError:
    """Return the error that an answer with a status other than 200 means. Header names in lower case."""
    try:
        answer = orjson.loads(body)
    except orjson.JSONDecodeError:
        answer = None
    fields: Json = answer if isinstance(answer, dict) else {}
    name = headers.get("x-amzn-errortype") or text(fields, "__type").rpartition("#")[2]
    wait_s = retry_after_s(headers, None) if status in (429, 503) else None
    return _made(name.partition(":")[0], status, fields, endpoint, wait_s)


def error_in_stream(kind: str, fields: Json, endpoint: Endpoint) -> SatchelError:
    """Return the error that an exception within a stream is; `kind` as `BedrockFrames` names it."""
    return _made(kind.removeprefix(EXCEPTION), 0, fields, endpoint, None)


def _made(name: str, status: int, fields: Json, endpoint: Endpoint, wait_s: float | None) -> SatchelError:
    words = quoted(text(fields, "originalMessage") or text(fields, "message") or text(fields, "Message"))
    usual_status, kind = _classify(name, status, words, endpoint)
    if kind is errors.KeyRejected and endpoint.key_id is None:
        kind = errors.KeyMissing
    details = upstream_details(endpoint, status or usual_status, words or None)
    details["provider_body"] = body_of(words, {"type": name})
    if issubclass(kind, errors.KeyProblem):
        details["key_label"] = endpoint.key_label
    said = words or name or f"HTTP status {status} and no reason"
    return kind(message_of(kind, endpoint, said, wait_s), retry_after_s=wait_s, details=details)


def _classify(name: str, status: int, words: str, endpoint: Endpoint) -> tuple[int, type[SatchelError]]:
    lowered, short = words.lower(), name.removesuffix("Exception").lower()
    known = _BY_NAME.get(short)
    if known is not None:
        return (known[0], errors.ProviderThrottled) if known[0] == 503 and "throttl" in lowered else known
    if status == 403 or short == "accessdenied":
        return 403, forbidden(words, has_key=endpoint.key_id is not None)
    if status == 400 or name.lower().startswith("validation"):
        return 400, errors.UnknownModel if any(phrase in lowered for phrase in _NO_MODEL) else bad_request(words)
    if (kind := _BY_STATUS.get(status)) is not None:
        return status, kind
    return status or 500, errors.ProviderRefused if 400 <= status < 500 else errors.ProviderUnavailable
