"""Our requests against those that were recorded on four hosts and at Converse: the same, after a trip through our own form."""

import json
from typing import Any

import pytest

from satchel.dialects import anthropic_messages_upstream, bedrock_converse_upstream
from satchel.dialects.anthropic_messages_upstream import ANTHROPIC, AZURE, BEDROCK, VERTEX

from .cases import MISSING, Case
from .claude_reading import framed_cases, sse_cases
from .claude_requests import NOT_CARRIED, converse_request_of, one_form, request_of
from .replay import each, endpoint

HOSTS = {"anthropic": ANTHROPIC, "azure-anthropic": AZURE, "vertex-anthropic": VERTEX, "bedrock-invoke": BEDROCK}


def sent(case: Case) -> dict[str, Any]:
    request = case.content["request"]
    body: dict[str, Any] = request.get("json") or json.loads(request["text"])
    return body


def is_ours_to_send(case: Case) -> bool:
    """Leave out what is no request of this format, and tools that the provider runs."""
    body = sent(case)
    return "messages" in body and all("input_schema" in tool for tool in body.get("tools") or ())


MESSAGES = [case for case in [*sse_cases(), *framed_cases("bedrock-invoke")] if is_ours_to_send(case)]
CONVERSE = framed_cases("bedrock-converse")


@each(MESSAGES)
def test_a_request_in_anthropics_format_is_written_as_it_was_recorded(case: Case) -> None:
    recorded = sent(case)
    host = HOSTS[case.surface]
    target = endpoint(native_model=recorded.get("model", "m"))
    ours = json.loads(anthropic_messages_upstream.encode_request(request_of(recorded), target, host))
    assert ours.pop("stream", None) is (True if host.says_stream else None)
    if "effort" in recorded.get("output_config", {}):
        assert ours.pop("thinking") == {"type": "adaptive"}
    assert one_form(ours) == one_form({key: value for key, value in recorded.items() if key != "stream"})


@each(CONVERSE)
def test_a_request_of_converse_is_written_as_it_was_recorded(case: Case) -> None:
    recorded = sent(case)
    ours = json.loads(bedrock_converse_upstream.encode_request(converse_request_of(recorded), endpoint(native_model="m")))
    assert one_form(ours) == one_form(recorded)


def test_what_is_not_carried_stands_in_a_list_with_its_reason() -> None:
    if not CONVERSE:
        pytest.skip(MISSING)
    text = json.dumps([sent(case) for case in [*MESSAGES, *CONVERSE]])
    assert {key for key in NOT_CARRIED if f'"{key}"' not in text} == {"server tools"}
    assert len(MESSAGES) == 30
