"""One run over the OpenAPI description: what is sent, what came back to which operation, and what was not as described."""

import json
import urllib.error
import urllib.request
from collections import defaultdict
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

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
from tests.stage import EMAIL, PASSWORD, Satchel

EXAMPLES = 10
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
PORTAL = "/portal/api"

Document = Mapping[str, Any]


def labels_of(document: Document) -> set[str]:
    """Return every operation of a description, as `GET /v1/models`."""
    return {f"{method.upper()} {path}" for path, methods in document["paths"].items() for method in methods}


def in_the_portal(document: Document) -> Document:
    """Return the description of the same doors as the portal's pages reach them; those for completions are not among them."""
    paths = {
        PORTAL + path.removeprefix("/v1"): methods
        for path, methods in document["paths"].items()
        if path.startswith("/v1/") and all(said["tags"] != ["completions"] for said in methods.values())
    }
    return {**document, "paths": paths}


class Run:
    """Requests to one server by one description; `statuses` has what came back, by operation."""

    def __init__(self, document: Document, url: str, headers: Mapping[str, str]) -> None:
        self.schema = schemathesis.openapi.from_dict(dict(document))
        self.url = url
        self.headers = dict(headers)
        self.statuses: dict[str, set[int]] = defaultdict(set)
        self.found: dict[str, str] = {}

    def try_all(self) -> None:
        """Send made-up requests to every operation; a new password is the last."""
        operations = [operation.ok() for operation in self.schema.get_all_operations()]
        for operation in sorted(operations, key=lambda each: each.label.endswith("/password")):
            try:
                self._attempts(operation)()
            except (Failure, FailureGroup) as failure:
                self.found[operation.label] = str(failure)

    def tell(self, method: str, path: str, body: object = None, *, named: Mapping[str, str] | None = None, **more: Any) -> Any:
        """Send one good request; it must be answered as described, and not be refused. Return the answer's JSON."""
        sent = {} if body is None else {"body": body, "media_type": more.pop("media_type", "application/json")}
        case = self.schema[path][method].Case(path_parameters=dict(named or {}), **sent, **more)
        answer = case.call_and_validate(base_url=self.url, headers=self._headers_of(path), checks=CHECKS)
        assert answer.status_code < 300, (method, path, answer.text)
        self.statuses[f"{method} {path}"].add(answer.status_code)
        return json.loads(answer.content) if answer.content and "json" in str(answer.headers.get("content-type")) else answer

    def tell_form(self, path: str, form: Mapping[str, str]) -> Any:
        """Send one good form."""
        return self.tell("POST", path, dict(form), media_type="application/x-www-form-urlencoded")

    def _headers_of(self, path: str) -> dict[str, str]:
        """Return the headers of a request: apps are public at the OAuth doors, and whoever sends a credential there is refused."""
        is_app = path.startswith("/oauth/") and path != "/oauth/introspect"
        return {} if is_app else self.headers

    def _attempts(self, operation: Any) -> Any:
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
            answer = case.call(base_url=self.url, headers=self._headers_of(operation.path), timeout=20)
            self.statuses[operation.label].add(answer.status_code)
            case.validate_response(answer, checks=CHECKS)

        return attempt


class _StayHere(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        """Follow no redirect: the cookie is on it."""


def portal_headers(satchel: Satchel, url: str) -> dict[str, str]:
    """Sign a browser in; return what its own pages send."""
    ours = {"origin": url, "sec-fetch-site": "same-origin"}
    form = urlencode({"email": EMAIL, "password": PASSWORD}).encode()
    opener = urllib.request.build_opener(_StayHere)
    try:
        raise AssertionError(opener.open(urllib.request.Request(f"{url}/sign-in", form, ours), timeout=20).read())
    except urllib.error.HTTPError as away:
        with away:
            assert away.code == 303, satchel.log[-2000:]
            cookie = away.headers["set-cookie"].partition(";")[0]
    return {**ours, "cookie": cookie, "x-satchel-csrf": "1"}
