"""Error answers. The bodies are synthetic, after the documented shapes; recorded ones are in tests/recordings."""

import orjson
import pytest

from satchel.dialects.openai_chat_errors import error_from
from satchel.domain.errors import SatchelError

from .hosts import endpoint


def error(status: int, body: object, **headers: str) -> SatchelError:
    raw = body if isinstance(body, bytes) else orjson.dumps(body)
    return error_from(status, {name.replace("_", "-"): value for name, value in headers.items()}, raw, endpoint())


def openai(message: str, code: str | None = None, kind: str = "invalid_request_error", param: str | None = None) -> dict[str, object]:
    return {"error": {"message": message, "type": kind, "param": param, "code": code}}


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        (401, openai("Incorrect API key", "invalid_api_key"), "key_rejected"),
        (401, {"detail": "Invalid API Key"}, "key_rejected"),
        (400, {"code": "invalid-argument", "error": "Incorrect API key provided"}, "key_rejected"),
        (400, [{"error": {"code": 400, "message": "x", "details": [{"reason": "API_KEY_INVALID"}]}}], "key_rejected"),
        (403, openai("not allowed to sample from this model"), "key_forbidden"),
        (402, openai("Insufficient balance"), "key_exhausted"),
        (429, openai("You exceeded your current quota", "insufficient_quota"), "key_exhausted"),
        (404, openai("The model `x` does not exist", "model_not_found"), "unknown_model"),
        (404, {"error": "model 'x' not found"}, "unknown_model"),
        (404, {"error": {"code": 404, "message": "No endpoints found for a/b."}}, "unknown_model"),
        (404, b"<html>nginx</html>", "provider_refused"),
        (400, openai("too long", "context_length_exceeded"), "context_too_long"),
        (400, {"error": {"code": 400, "message": "the request exceeds it", "type": "exceed_context_size_error"}}, "context_too_long"),
        (400, openai("This model's maximum context length is 5 tokens"), "context_too_long"),
        (400, openai("Unsupported value", "unsupported_value", param="temperature"), "unsupported_feature"),
        (400, openai("'top_k' is not supported", param="top_k"), "unsupported_feature"),
        (400, openai("messages: wrong"), "malformed_request"),
        (422, {"detail": [{"loc": ["body"], "msg": "Input should be a string"}]}, "malformed_request"),
        (422, {"object": "error", "message": {"detail": [{"msg": "Field required"}]}}, "malformed_request"),
        (413, openai("Request too large"), "request_too_large"),
        (413, openai("Limit 6000 tokens per minute", "tokens"), "provider_throttled"),
        (400, openai("blocked", "content_filter"), "content_filtered"),
        (403, openai("Your input was flagged by moderation"), "content_filtered"),
        (429, openai("Slow down", "rate_limit_exceeded"), "provider_throttled"),
        (429, b"", "provider_throttled"),
        (408, b"", "provider_timeout"),
        (504, b"<html>gateway</html>", "provider_timeout"),
        (500, openai("Oops", kind="server_error"), "provider_unavailable"),
        (502, b"<html>Bad gateway</html>", "provider_unavailable"),
        (529, openai("Overloaded", kind="overloaded_error"), "provider_unavailable"),
        (302, b"", "provider_refused"),
    ],
)
def test_an_error_answer_has_the_class_of_who_must_act(status: int, body: object, code: str) -> None:
    found = error(status, body)
    assert found.code == code
    assert found.details["status"] == status
    assert (found.details["provider"], found.details["endpoint"]) == ("acme", "acme:m-1")


def test_a_server_that_wants_a_key_where_none_was_given_says_so() -> None:
    assert error_from(401, {}, b"{}", endpoint(key_id=None)).code == "key_missing"


def test_the_message_names_provider_and_cause() -> None:
    assert error(500, openai("The engine is on fire")).message == "Acme: The engine is on fire"
    assert error(502, b"<html>Bad gateway</html>").message == "Acme: HTTP status 502 and no reason"
    raw = orjson.dumps({"code": "x", "error": "Inner trouble"}).decode()
    wrapped = {"error": {"code": 502, "message": "Provider returned error", "metadata": {"provider_name": "Inner", "raw": raw}}}
    assert error(502, wrapped).message == "Acme: Inner: Inner trouble"


@pytest.mark.parametrize(
    ("status", "label", "message"),
    [
        (401, None, "your key for Acme was refused: No (check the key there, or give Satchel another)"),
        (401, "work", "your key for Acme was refused: No (check the key 'work' there, or give Satchel another)"),
        (402, "work", "your key for Acme has no credit left: No (add credit to the key 'work' there, or give Satchel another)"),
    ],
)
def test_a_key_that_is_at_fault_is_the_person_s_and_what_to_do_is_said(status: int, label: str | None, message: str) -> None:
    assert error_from(status, {}, orjson.dumps(openai("No")), endpoint(key_label=label)).message == message


def test_a_server_that_wants_a_key_says_what_to_do() -> None:
    assert error_from(401, {}, orjson.dumps(openai("No")), endpoint(key_id=None)).message == "Acme wants a key: No (give Satchel one)"


@pytest.mark.parametrize(("wait", "span"), [("0.2", "1 s"), ("30", "30 s"), ("600", "10 minutes"), ("86400", "24 hours")])
def test_how_long_to_wait_is_said_in_words_too(wait: str, span: str) -> None:
    found = error_from(429, {"retry-after": wait}, orjson.dumps(openai("Slow down")), endpoint())
    assert found.message == f"Acme: Slow down (try again in {span})"
    assert found.retry_after_s == float(wait)


def test_the_providers_words_are_cut() -> None:
    words = error(500, openai("x" * 5000)).details["provider_message"]
    assert isinstance(words, str)
    assert len(words) == 300


@pytest.mark.parametrize(
    ("headers", "body", "wait_s"),
    [
        ({"retry_after": "7"}, {}, 7),
        ({"retry_after": "1", "retry_after_ms": "0"}, {}, 1),
        ({"retry_after": "1", "retry_after_ms": "2500"}, {}, 2.5),
        ({"retry_after": "Mon, 23 Nov 2026 12:00:30 GMT", "date": "Mon, 23 Nov 2026 12:00:00 GMT"}, {}, 30),
        ({"retry_after": "soon"}, {}, None),
        ({"x_ratelimit_reset": "1795435210000", "date": "Mon, 23 Nov 2026 12:00:00 GMT"}, {}, 10),
        ({}, {"error": {"message": "x", "details": [{"retryDelay": "48s"}]}}, 48),
        ({}, {}, None),
    ],
)
def test_how_long_to_wait_is_read_wherever_it_stands(headers: dict[str, str], body: object, wait_s: float | None) -> None:
    assert error(429, body, **headers).retry_after_s == wait_s


def test_a_delay_is_believed_only_where_waiting_helps() -> None:
    assert error(400, openai("bad"), retry_after="7").retry_after_s is None
