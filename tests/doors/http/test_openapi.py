"""The OpenAPI description against the server: what it says is what happens, and nothing that is sent breaks anything."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from tests.stage import EMAIL, Satchel, running

EXAMPLES = 10
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


@pytest.fixture(scope="module")
def satchel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Satchel]:
    """A Satchel of its own, which may come to harm."""
    with running(tmp_path_factory.mktemp("openapi"), SATCHEL_BUILTIN_MODEL="off") as server:
        yield server


def test_nothing_that_the_description_allows_or_forbids_breaks_a_door(satchel: Satchel) -> None:
    document: dict[str, Any] = json.loads(satchel.command("openapi"))
    token = satchel.command("token", "create", "--account", EMAIL, "--name", "all", "--manage")
    schema = schemathesis.openapi.from_dict(document)
    found: dict[str, str] = {}
    operations = [operation.ok() for operation in schema.get_all_operations()]
    assert len(operations) > 50
    for operation in operations:
        try:
            _attempts(operation, satchel.url, token)()
        except (Failure, FailureGroup) as failure:
            found[operation.label] = str(failure)
    assert found == {}
    assert "Traceback" not in satchel.log


def test_what_a_door_answers_to_a_good_request_is_as_described(satchel: Satchel) -> None:
    document: dict[str, Any] = json.loads(satchel.command("openapi"))
    satchel.add_server(satchel.url + "/nothing/v1", "lab")
    token = satchel.command("token", "create", "--account", EMAIL, "--name", "all", "--manage")
    schema = schemathesis.openapi.from_dict(document)
    grant = satchel.call(token, "PUT", "/v1/grants", {"origin": "https://a.example", "state": "allowed"})["id"]
    key = satchel.call(token, "GET", "/v1/keys")["data"][0]["id"]
    hashed = satchel.call(token, "GET", "/v1/tokens")["data"][0]["hash"]
    budget = {"budget": {"cap_nusd": 1_000_000_000, "period": "day"}}
    good: list[tuple[str, str, dict[str, str], object]] = [
        ("PUT", "/v1/grants", {}, {"origin": "https://a.example", "state": "allowed", "caveats": budget}),
        ("GET", "/v1/grants", {}, None),
        ("GET", "/v1/models/{model}", {"model": "lab:hello"}, None),
        ("GET", "/v1/models/{model}/endpoints", {"model": "lab:hello"}, None),
        ("PUT", "/v1/keys/{key_id}", {"key_id": key}, {"secret": "sk-0123456789abcdef"}),
        ("POST", "/v1/keys/{key_id}/check", {"key_id": key}, None),
        ("GET", "/v1/keys", {}, None),
        ("GET", "/v1/tokens/{hashed}", {"hashed": hashed}, None),
        ("PATCH", "/v1/tokens/{hashed}", {"hashed": hashed}, {"name": "renamed", "limit": 5}),
        ("POST", "/v1/tokens", {}, {"name": "laptop", "limit": 1.5, "limit_reset": "daily"}),
        ("PATCH", "/v1/account", {}, {"preferred_model": "lab:hello"}),
        ("POST", "/v1/vault/lock", {}, None),
        ("GET", "/v1/audit", {}, None),
        ("DELETE", "/v1/grants/{grant_id}", {"grant_id": grant}, None),
        ("DELETE", "/v1/keys/{key_id}", {"key_id": key}, None),
    ]
    for method, path, named, body in good:
        sent: dict[str, Any] = {} if body is None else {"body": body, "media_type": "application/json"}
        case = schema[path][method].Case(path_parameters=named, **sent)
        answer = case.call_and_validate(base_url=satchel.url, headers={"authorization": f"Bearer {token}"}, checks=CHECKS)
        assert answer.status_code < 300, (method, path, answer.text)


def _attempts(operation: Any, url: str, token: str) -> Any:
    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        deadline=None,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def attempt(case: Any) -> None:
        headers = {"authorization": f"Bearer {token}"}
        case.call_and_validate(base_url=url, headers=headers, checks=CHECKS, timeout=20)

    return attempt
