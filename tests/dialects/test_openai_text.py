"""Legacy text completions, the door's side; the unmodified client asks in tests/doors/http/test_text_completions.py."""

from typing import Any

import orjson
import pytest

from satchel.dialects.openai_text import JsonEncoder, StreamEncoder, parse_request
from satchel.domain.chat import Message, TextPart
from satchel.domain.errors import MalformedRequest, StreamBroken, UnsupportedFeature
from satchel.domain.events import Event, Finished, FinishReason, Image, ReasoningDelta, Sound, Started, TextDelta, ToolCallDelta
from satchel.domain.usage import Cost, Usage

END = Finished(FinishReason.STOP, "stop", Usage(7, 3), Cost(5), "a/b", "acme")
UNSAYABLE: list[Event] = [ToolCallDelta(0, "{}", "call_1", "f"), Sound(b"x", "audio/mpeg")]
CAT = Image("https://a.example/cat.png", 1)


@pytest.mark.parametrize("prompt", ["Once", ["Once"]])
def test_a_prompt_is_one_message_of_the_user(prompt: object) -> None:
    asked = parse_request({"model": "a/b", "prompt": prompt, "max_tokens": 9, "tools": "not looked at"})
    assert (asked.messages, asked.max_output_tokens, asked.tools) == ((Message("user", (TextPart("Once"),)),), 9, ())


@pytest.mark.parametrize(
    "body", [{"prompt": ["a", "b"]}, {"prompt": [[1, 2]]}, {"echo": True}, {"suffix": "x"}, {"best_of": 2}, {"logprobs": 3}]
)
def test_what_only_old_models_did_is_refused_by_name(body: dict[str, object]) -> None:
    with pytest.raises(UnsupportedFeature) as refused:
        parse_request({"model": "a/b", "prompt": "Once", **body})
    assert refused.value.details["param"] == next(iter(body))


@pytest.mark.parametrize("prompt", [None, "", [], 7, [7], {"a": 1}])
def test_a_prompt_that_is_none_is_named(prompt: object) -> None:
    with pytest.raises(MalformedRequest) as refused:
        parse_request({"prompt": prompt})
    assert refused.value.details["param"] == "prompt"


def test_a_stream_says_text_and_reasoning_and_ends_with_its_usage() -> None:
    subject = StreamEncoder("gen_1", "asked/for", 1)
    assert [subject.event(event) for event in (Started("a/b"), ReasoningDelta(""), *UNSAYABLE)] == [b""] * 4
    assert chunk(subject.event(CAT))["choices"][0]["text"] == "![picture](https://a.example/cat.png)"
    text, reasoning, last = (subject.event(event) for event in (TextDelta("Hi", 1), ReasoningDelta("hm"), END))
    assert chunk(text)["choices"] == [{"index": 1, "text": "Hi", "logprobs": None, "finish_reason": None}]
    assert chunk(reasoning)["choices"][0]["reasoning"] == "hm"
    assert last.endswith(b"\n\ndata: [DONE]\n\n")
    end = chunk(last.removesuffix(b"data: [DONE]\n\n"))
    assert (end["model"], end["choices"][0]["finish_reason"], end["usage"]["total_tokens"]) == ("a/b", "stop", 10)


def test_an_end_without_a_model_keeps_the_one_that_started() -> None:
    subject = StreamEncoder("gen_1", "asked/for", 1)
    assert b'"model":"asked/for"' in subject.event(Finished(FinishReason.STOP))


def test_a_failure_is_a_last_chunk() -> None:
    last = StreamEncoder("gen_1", "a/b", 1).failure(StreamBroken("Acme broke off"), 502)
    end = chunk(last.removesuffix(b"data: [DONE]\n\n"))
    assert (end["error"]["message"], end["error"]["code"], end["choices"][0]["finish_reason"]) == ("Acme broke off", 502, "error")


def test_every_choice_has_its_own_text_and_end() -> None:
    subject = JsonEncoder("gen_1", "a/b", 1)
    for event in (Started("a/b"), *UNSAYABLE, TextDelta("a"), TextDelta("b", 1), CAT, ReasoningDelta("hm", index=1), END):
        subject.add(event)
    body = orjson.loads(subject.body())
    assert [(one["text"], one["finish_reason"], one.get("reasoning")) for one in body["choices"]] == [
        ("a", "stop", None),
        ("b![picture](https://a.example/cat.png)", "stop", "hm"),
    ]
    assert orjson.loads(JsonEncoder("gen_1", "a/b", 1).body())["choices"][0]["finish_reason"] == "error"


def chunk(line: bytes) -> Any:
    return orjson.loads(line.removeprefix(b"data: "))
