from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from satchel.dialects.openai_chat_request import parse_request, wants_stream
from satchel.dialects.openai_chat_upstream import dropped_parameters, encode_request
from satchel.domain.catalog import PREFERRED, Quirks
from satchel.domain.chat import (
    AudioPart,
    ChatRequest,
    FilePart,
    ImagePart,
    Message,
    OutputFormat,
    ReasoningPart,
    TextPart,
    Tool,
    ToolCallPart,
    ToolChoice,
    Tuning,
)
from satchel.domain.errors import MalformedRequest, UnsupportedFeature

from .hosts import endpoint

HELLO: dict[str, Any] = {"model": "a/b", "messages": [{"role": "user", "content": "Hi"}]}


def sent(request: ChatRequest, **quirks: Any) -> dict[str, Any]:
    body = orjson.loads(encode_request(request, endpoint(quirks=Quirks(**quirks))))
    assert isinstance(body, dict)
    return body


def test_c6_only_what_the_caller_set_is_sent() -> None:
    assert sent(parse_request(HELLO)) == {
        "model": "m-1",
        "messages": [{"role": "user", "content": "Hi"}],
        "stream": True,
        "stream_options": {"include_usage": True},
    }


def test_unknown_fields_and_nulls_are_passed_over() -> None:
    body = {**HELLO, "temperature": None, "tools": None, "stop": None, "n": None, "reasoning": None, "provider": {"sort": "price"}, "x": 1}
    assert parse_request(body) == parse_request(HELLO)


def test_what_is_only_a_hint_or_asks_for_nothing_is_passed_over() -> None:
    idle = {"logprobs": False, "top_logprobs": 0, "functions": [], "web_search_options": None}
    hints = {"service_tier": "auto", "safety_identifier": "u", "prediction": {}, "store": True, "metadata": {"a": "b"}}
    assert parse_request({**HELLO, **idle, **hints}) == parse_request(HELLO)


def test_a_body_without_a_model_asks_for_the_preferred_one() -> None:
    assert parse_request({"messages": HELLO["messages"]}).model == PREFERRED
    assert parse_request({"messages": HELLO["messages"], "models": ["c/d", "e/f"]}).model == "c/d"


def test_the_newer_name_of_the_token_limit_wins() -> None:
    request = parse_request({**HELLO, "max_tokens": 5, "max_completion_tokens": 7})
    assert request.max_output_tokens == 7
    assert sent(request)["max_tokens"] == 7
    assert sent(request, max_tokens_key="max_completion_tokens")["max_completion_tokens"] == 7


FULL: dict[str, Any] = {
    "model": "a/b",
    "messages": [
        {"role": "developer", "content": "Be brief."},
        {
            "role": "user",
            "name": "ann",
            "content": [
                {"type": "text", "text": "Look"},
                {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo=", "detail": "low"}},
                {"type": "input_audio", "input_audio": {"data": "AA==", "format": "wav"}},
                {"type": "file", "file": {"file_data": "data:application/pdf;base64,AA==", "filename": "a.pdf"}},
            ],
        },
        {
            "role": "assistant",
            "content": None,
            "reasoning_details": [{"type": "reasoning.text", "text": "hm", "signature": "s=", "format": "x", "index": 0}],
            "tool_calls": [{"id": "call_12345678", "type": "function", "function": {"name": "f", "arguments": '{"a":1}'}}],
        },
        {"role": "tool", "tool_call_id": "call_12345678", "content": "42"},
    ],
    "tools": [{"type": "function", "function": {"name": "f", "description": "d", "parameters": {"type": "object"}, "strict": True}}],
    "tool_choice": "required",
    "parallel_tool_calls": False,
    "response_format": {"type": "json_schema", "json_schema": {"name": "n", "schema": {"type": "object"}, "strict": True}},
    "temperature": 0.5,
    "seed": 7,
    "stop": "END",
    "n": 2,
    "logit_bias": {"5": -100},
    "reasoning": {"effort": "high"},
    "user": "u",
}


def test_everything_a_body_says_is_understood() -> None:
    request = parse_request(FULL)
    assert request.messages[1].parts == (
        TextPart("Look"),
        ImagePart("data:image/png;base64,iVBORw0KGgo=", "low"),
        AudioPart("AA==", "wav"),
        FilePart("data:application/pdf;base64,AA==", None, "a.pdf"),
    )
    assert request.messages[2].parts == (
        ReasoningPart("hm", "s=", None, FULL["messages"][2]["reasoning_details"][0]),
        ToolCallPart("call_12345678", "f", '{"a":1}'),
    )
    assert request.messages[3] == Message("tool", (TextPart("42"),), tool_call_id="call_12345678")
    assert request.tools == (Tool("f", "d", {"type": "object"}, True),)
    assert request.tool_choice == ToolChoice("required")
    assert request.output_format == OutputFormat("json_schema", "n", {"type": "object"}, True)
    assert request.tuning == Tuning(temperature=0.5, seed=7, logit_bias={"5": -100}, reasoning_effort="high")
    assert (request.stop, request.n, request.parallel_tool_calls, request.user) == (("END",), 2, False, "u")


def test_a_request_goes_on_as_it_came() -> None:
    body = sent(parse_request(FULL), developer_role=True, reasoning_replay="reasoning_details")
    for key in (
        "messages",
        "tools",
        "tool_choice",
        "parallel_tool_calls",
        "response_format",
        "temperature",
        "seed",
        "n",
        "user",
        "logit_bias",
    ):
        assert body[key] == FULL[key], key
    assert (body["stop"], body["reasoning_effort"]) == (["END"], "high")


def test_a_host_gets_the_words_it_knows() -> None:
    quirks: dict[str, Any] = {
        "usage_opt_in": False,
        "seed_key": "random_seed",
        "tool_choice_required": "any",
        "tool_ids": "nine_alphanumerics",
        "unsupported": frozenset({"logit_bias", "n"}),
    }
    body = sent(parse_request(FULL), **quirks)
    assert (body["random_seed"], body["tool_choice"], body["messages"][0]["role"]) == (7, "any", "system")
    assert not {"seed", "stream_options", "logit_bias", "n"} & body.keys()
    made = body["messages"][2]["tool_calls"][0]["id"]
    assert len(made) == 9
    assert made.isalnum()
    assert body["messages"][3]["tool_call_id"] == made
    assert dropped_parameters(parse_request(FULL), endpoint(quirks=Quirks(**quirks))) == ("n", "logit_bias")


@pytest.mark.parametrize(
    ("replay", "found"),
    [
        ("none", {}),
        ("reasoning_content", {"reasoning_content": "hm"}),
        ("reasoning", {"reasoning": "hm"}),
        ("reasoning_details", {"reasoning_details": FULL["messages"][2]["reasoning_details"]}),
    ],
)
def test_reasoning_is_given_back_the_way_the_host_wants_it(replay: str, found: dict[str, object]) -> None:
    turn = sent(parse_request(FULL), reasoning_replay=replay)["messages"][2]
    assert {key: value for key, value in turn.items() if key.startswith("reasoning")} == found


def test_empty_reasoning_is_given_back_beside_tool_calls() -> None:
    body = {**FULL, "messages": [{**FULL["messages"][2], "reasoning_details": None}, FULL["messages"][3]]}
    assert sent(parse_request(body), reasoning_replay="reasoning_content")["messages"][0]["reasoning_content"] == ""


@pytest.mark.parametrize("replay", ["reasoning_content", "reasoning"])
def test_where_nothing_was_thought_nothing_is_given_back(replay: str) -> None:
    (turn,) = sent(parse_request({"messages": [{"role": "assistant", "content": "so"}]}), reasoning_replay=replay)["messages"]
    assert turn == {"role": "assistant", "content": "so"}


def test_pictures_are_asked_for_by_their_name() -> None:
    assert sent(parse_request({**HELLO, "modalities": ["image", "text"]}))["modalities"] == ["image", "text"]


def test_plain_reasoning_of_an_earlier_answer_is_read() -> None:
    turn = {"role": "assistant", "content": "so", "reasoning_content": "why"}
    assert parse_request({**HELLO, "messages": [turn]}).messages[0].parts == (ReasoningPart("why"), TextPart("so"))


def picture(url: str) -> dict[str, object]:
    return {"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": url}}]}]}


@pytest.mark.parametrize(
    ("changes", "param"),
    [
        ({"messages": None}, "messages"),
        ({"messages": []}, "messages"),
        ({"messages": ["Hi"]}, "messages[0]"),
        ({"messages": [{"role": "robot", "content": "x"}]}, "messages[0].role"),
        ({"messages": [{"role": "user"}]}, "messages[0].content"),
        ({"messages": [{"role": "user", "content": 5}]}, "messages[0].content"),
        ({"messages": [{"role": "user", "content": [{"type": "smell"}]}]}, "messages[0].content[0].type"),
        ({"messages": [{"role": "user", "content": [{"type": "text"}]}]}, "messages[0].content[0].text"),
        (
            {"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "ftp://x"}}]}]},
            "messages[0].content[0].image_url.url",
        ),
        ({"messages": [{"role": "tool", "content": "x"}]}, "messages[0].tool_call_id"),
        ({"messages": [{"role": "tool", "content": "x", "tool_call_id": "call_1"}]}, "messages[0].tool_call_id"),
        (picture("data:image/png;base64,bm8gaW1hZ2U="), "messages[0].content[0].image_url.url"),
        (picture("data:image/png;base64,no image"), "messages[0].content[0].image_url.url"),
        (picture("data:image/png,no"), "messages[0].content[0].image_url.url"),
        (picture("data:text/plain;base64,bm8="), "messages[0].content[0].image_url.url"),
        ({"messages": [{"role": "assistant", "images": {}}]}, "messages[0].images"),
        ({"messages": [{"role": "assistant", "images": [{"type": "text", "text": "a cat"}]}]}, "messages[0].images"),
        ({"messages": [{"role": "assistant", "tool_calls": [{}]}]}, "messages[0].tool_calls[0].function"),
        ({"model": 5}, "model"),
        ({"temperature": 3}, "temperature"),
        ({"temperature": "hot"}, "temperature"),
        ({"temperature": True}, "temperature"),
        ({"top_p": -0.1}, "top_p"),
        ({"max_tokens": 0}, "max_tokens"),
        ({"max_tokens": 1.5}, "max_tokens"),
        ({"n": 0}, "n"),
        ({"stop": ["a", "b", "c", "d", "e"]}, "stop"),
        ({"stop": [""]}, "stop"),
        ({"tools": {}}, "tools"),
        ({"tools": [{"type": "function", "function": {}}]}, "tools[0].function.name"),
        ({"tools": [{"type": "function", "function": {"name": "f", "parameters": []}}]}, "tools[0].function.parameters"),
        ({"tool_choice": "maybe"}, "tool_choice"),
        ({"tool_choice": {"type": "function"}}, "tool_choice.function"),
        ({"response_format": {"type": "xml"}}, "response_format.type"),
        ({"response_format": {"type": "json_schema"}}, "response_format.json_schema"),
        ({"logit_bias": {"5": 1000}}, "logit_bias.5"),
        ({"reasoning_effort": "low", "reasoning": {"effort": "high"}}, "reasoning_effort"),
        ({"user": 5}, "user"),
        ({"logprobs": True}, "logprobs"),
        ({"top_logprobs": 2}, "top_logprobs"),
        ({"functions": [{"name": "f"}]}, "functions"),
        ({"web_search_options": {}}, "web_search_options"),
    ],
)
def test_a_complaint_names_the_field(changes: dict[str, object], param: str) -> None:
    with pytest.raises(MalformedRequest) as caught:
        parse_request({**HELLO, **changes})
    assert caught.value.details == {"param": param}
    assert caught.value.message.startswith(param)


@pytest.mark.parametrize(
    "changes",
    [
        {"tools": [{"type": "web_search"}]},
        {"messages": [{"role": "user", "content": [{"type": "video_url", "video_url": {"url": "https://x.example"}}]}]},
    ],
)
def test_what_we_know_and_cannot_do_is_refused_by_name(changes: dict[str, object]) -> None:
    with pytest.raises(UnsupportedFeature):
        parse_request({**HELLO, **changes})


def test_streaming_is_asked_for_with_a_boolean() -> None:
    assert (wants_stream({}), wants_stream({"stream": None}), wants_stream({"stream": True})) == (False, False, True)
    with pytest.raises(MalformedRequest, match="stream must be true or false"):
        wants_stream({"stream": "yes"})


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["role", "content", "type", "function", "name", "url"]), inner, max_size=3)
    ),
    max_leaves=8,
)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(st.sampled_from([*FULL, "stream", "reasoning_effort"]), JSON))
def test_nonsense_is_a_complaint_and_never_a_crash(body: dict[str, Any]) -> None:
    try:
        parse_request({"messages": HELLO["messages"], **body})
    except (MalformedRequest, UnsupportedFeature) as error:
        assert error.details["param"]


TURNS = st.one_of(
    st.builds(lambda role, words: Message(role, (TextPart(words),)), st.sampled_from(["system", "user", "developer"]), st.text(min_size=1)),
    st.builds(
        lambda words, arguments: Message("assistant", (ReasoningPart("r"), TextPart(words), ToolCallPart("call_1", "f", arguments))),
        st.text(min_size=1),
        st.sampled_from(["{}", '{"a":1}']),
    ),
    st.builds(lambda words: Message("tool", (TextPart(words),), tool_call_id="call_1"), st.text(min_size=1)),
)
CALLING = Message("assistant", (ReasoningPart("r"), ToolCallPart("call_1", "f", "{}")))
REQUESTS = st.builds(
    ChatRequest,
    model=st.just("m-1"),
    messages=st.lists(TURNS, max_size=4).map(lambda turns: (CALLING, *turns)),
    max_output_tokens=st.none() | st.integers(1, 10**6),
    stop=st.lists(st.text(min_size=1), max_size=4).map(tuple),
    n=st.integers(1, 4),
    tools=st.lists(
        st.builds(Tool, st.text("ab_", min_size=1), st.none() | st.text(), st.none() | st.just({"type": "object"})), max_size=2
    ).map(tuple),
    tool_choice=st.none() | st.sampled_from([ToolChoice("auto"), ToolChoice("none"), ToolChoice("named", "f")]),
    tuning=st.builds(Tuning, temperature=st.none() | st.floats(0, 2), top_k=st.none() | st.integers(0, 99)),
    user=st.none() | st.text(),
)


@given(REQUESTS)
def test_what_is_sent_upstream_reads_back_as_the_same_request(request: ChatRequest) -> None:
    assert parse_request(sent(request, developer_role=True, reasoning_replay="reasoning_content")) == request
