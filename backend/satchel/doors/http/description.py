"""The OpenAPI description of the doors: FastAPI's, with the hot doors that it does not know, and the errors as they are."""

from collections.abc import Iterable, Mapping
from typing import Any

Paths = Mapping[str, object]

_ERROR = "Error"
_ERROR_SCHEMA: Mapping[str, object] = {
    "type": "object",
    "title": _ERROR,
    "description": "What went wrong, as docs/reference/errors.md says; doors with a dialect of their own answer in it.",
    "required": ["error"],
    "properties": {"error": {"anyOf": [{"type": "object"}, {"type": "string"}]}},
}
_REFUSAL: Mapping[str, object] = {
    "description": "It was not done; the body says why",
    "content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{_ERROR}"}}},
}
_FRAMEWORKS_OWN = ("HTTPValidationError", "ValidationError")


def description(known: Mapping[str, Any], hot: Paths) -> dict[str, Any]:
    """Return the whole description.

    Args:
        known: what FastAPI says; its own error for what does not fit a schema (422) never leaves us.
        hot: paths of doors that are served elsewhere.
    """
    paths = {**known["paths"], **hot}
    schemas = {name: schema for name, schema in known.get("components", {}).get("schemas", {}).items() if name not in _FRAMEWORKS_OWN}
    return {
        **known,
        "paths": {path: _with_refusals(methods) for path, methods in paths.items()},
        "components": {
            "schemas": {**schemas, _ERROR: _ERROR_SCHEMA},
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer", "description": "A token of ours, `sat_…`"}},
        },
    }


def _with_refusals(methods: Mapping[str, Any]) -> dict[str, Any]:
    return {method: {**said, "responses": _answers(said.get("responses", {}).items())} for method, said in methods.items()}


def _answers(answers: Iterable[tuple[str, object]]) -> dict[str, object]:
    return {**{status: answer for status, answer in answers if status != "422"}, "default": _REFUSAL}
