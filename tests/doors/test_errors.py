"""Every error of the tree has one reply, one body and one heading."""

import re
from pathlib import Path

import orjson
import pytest

from satchel.domain import errors
from satchel.doors.errors import as_ours, error_headers, openai_body, openai_error, reply_to, socket_error

PAGE = Path(__file__).resolve().parents[2] / "docs/reference/errors.md"
KNOWN_TYPES = {
    400: {"context_length_exceeded", "invalid_request", "content_policy_violation", "refusal"},
    401: {"authentication"},
    402: {"payment_required"},
    403: {"permission_denied"},
    404: {"not_found"},
    412: {"precondition_failed"},
    413: {"payload_too_large"},
    429: {"rate_limit_exceeded"},
    499: {"unmapped"},
    500: {"server"},
    502: {"provider_unavailable"},
    503: {"provider_overloaded"},
    504: {"timeout"},
}


def tree(kind: type[errors.SatchelError] = errors.SatchelError) -> list[type[errors.SatchelError]]:
    return [kind, *(below for child in kind.__subclasses__() for below in tree(child))]


CLASSES = [kind for kind in tree() if kind.__module__ == errors.__name__ and kind is not errors.SatchelError]


def make(kind: type[errors.SatchelError]) -> errors.SatchelError:
    if kind is errors.AllRoutesFailed:
        return errors.AllRoutesFailed([errors.ProviderTimeout("too slow", details={"provider": "acme"})])
    return kind("what happened", details={"param": "model"})


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
def test_every_error_has_a_status_whose_type_strict_clients_know(kind: type[errors.SatchelError]) -> None:
    reply = reply_to(kind)
    assert reply.error_type in KNOWN_TYPES[reply.status]


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
def test_every_error_has_a_heading_with_its_status_and_a_remedy(kind: type[errors.SatchelError]) -> None:
    named = [child for child in kind.__subclasses__() if not child.__name__.startswith("_")]
    if named and kind is not errors.InternalError:
        assert f"Family `{kind.code}`" in PAGE.read_text()
        return
    section = re.search(rf"^### `{kind.code}`\n(.+?)(?=^##|\Z)", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    assert section
    assert f"HTTP {reply_to(kind).status}" in section[1]
    assert "**Who acts:**" in section[1] and "**Remedy:**" in section[1]


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
def test_every_body_has_an_integer_code_and_the_stable_word(kind: type[errors.SatchelError]) -> None:
    error = orjson.loads(openai_body(make(kind), "req_1"))["error"]
    assert set(error) == {"code", "message", "type", "param", "metadata"}
    assert isinstance(error["code"], int)
    assert error["metadata"]["satchel_code"] == kind.code
    assert error["metadata"]["request_id"] == "req_1"
    assert socket_error(make(kind))["code"] == kind.code


def test_a_final_refusal_is_never_5xx_because_clients_would_repeat_it_for_an_hour() -> None:
    final = [kind for kind in CLASSES if issubclass(kind, errors.RequestInvalid | errors.Refused | errors.KeyProblem)]
    assert [kind for kind in final if reply_to(kind).status >= 500] == []


def test_only_our_own_credentials_are_answered_401() -> None:
    assert {kind for kind in CLASSES if reply_to(kind).status == 401} == {
        kind for kind in CLASSES if issubclass(kind, errors.Unauthenticated)
    }


def test_an_unexpected_exception_tells_nothing_but_the_request_id() -> None:
    ours = as_ours(RuntimeError("password is hunter2"), "req_7")
    assert b"hunter2" not in openai_body(ours, "req_7")
    assert b"req_7" in openai_body(ours, "req_7")
    assert isinstance(ours.__cause__, RuntimeError)


def test_a_provider_failure_names_the_provider_and_its_own_words() -> None:
    error = errors.ProviderRefused("acme: no cats", details={"provider": "acme", "provider_message": "no cats"})
    body = openai_error(error, "req_1")["error"]
    assert isinstance(body, dict)
    assert body["message"] == "acme: no cats"
    assert body["metadata"]["provider_name"] == "acme"
    assert body["metadata"]["raw"] == "no cats"


def test_waiting_and_signing_in_are_told_in_headers_too() -> None:
    assert error_headers(errors.RateLimited("wait", retry_after_s=2.4)) == [(b"retry-after", b"2")]
    assert error_headers(errors.TokenExpired("over"))[0][0] == b"www-authenticate"
    assert error_headers(errors.UnknownModel("no")) == []
