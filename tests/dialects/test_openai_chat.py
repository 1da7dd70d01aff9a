import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.yardstick import cost_us

from satchel.dialects.openai_chat_reply import JsonEncoder, StreamEncoder
from satchel.dialects.openai_chat_thinking import ThinkSplitter
from satchel.domain.errors import ContentFiltered, ContextTooLong, ProviderGarbled, ProviderRefused, ProviderUnavailable, StreamBroken
from satchel.domain.events import Event, Finished, FinishReason, ReasoningDelta, Started, TextDelta, ToolCallDelta
from satchel.domain.usage import Cost, Usage

from .hosts import DONE, chunk, decoded, decoder

USAGE = {"prompt_tokens": 9, "completion_tokens": 5, "total_tokens": 14}


def end(events: list[Event]) -> Finished:
    assert isinstance(events[-1], Finished)
    return events[-1]


def text(events: list[Event]) -> str:
    return "".join(event.text for event in events if isinstance(event, TextDelta))


def reasoning(events: list[Event]) -> str:
    return "".join(event.text for event in events if isinstance(event, ReasoningDelta))


def test_started_comes_with_the_first_word_and_not_before() -> None:
    subject = decoder()
    assert subject.feed(chunk({"role": "assistant", "content": ""})) == []
    assert subject.feed(chunk({"content": "Hi"})) == [Started("m-1", "chatcmpl-1"), TextDelta("Hi")]


@pytest.mark.parametrize(
    "chunks",
    [
        [chunk({"content": "a"}), chunk(finish="stop"), b'data: {"choices":[],"usage":%s}\n\n' % orjson.dumps(USAGE), DONE],
        [chunk({"content": "a"}), chunk(finish="stop", usage=USAGE), DONE],
        [chunk({"content": "a"}), chunk(finish="stop"), chunk({"content": ""}, usage=USAGE), DONE],
        [chunk({"content": "a"}, usage={**USAGE, "completion_tokens": 1}), chunk(finish="stop", usage=USAGE)],
        [chunk({"content": "a"}), chunk(finish="stop", x_groq={"usage": USAGE}), DONE],
        [chunk({"content": "a"}, usage=None), chunk(finish="stop", usage=USAGE), chunk(usage=None), DONE],
    ],
    ids=["empty choices", "with the finish", "after the finish", "cumulative", "x_groq", "a later null"],
)
def test_usage_is_found_wherever_it_sits_and_the_last_report_wins(chunks: list[bytes]) -> None:
    assert end(decoded(*chunks)) == Finished(FinishReason.STOP, "stop", Usage(9, 5))


def test_no_report_is_no_usage() -> None:
    assert end(decoded(chunk({"content": "a"}), chunk(finish="stop"), DONE)).usage is None


def test_reasoning_tokens_outside_the_output_are_added() -> None:
    report = {**USAGE, "completion_tokens_details": {"reasoning_tokens": 7}}
    usage = end(decoded(chunk({"content": "a"}, "stop", usage=report), reasoning_tokens="outside")).usage
    assert usage == Usage(9, 12, reasoning_tokens=7)


def test_no_part_of_the_usage_is_larger_than_its_whole() -> None:
    report = {**USAGE, "completion_tokens_details": {"reasoning_tokens": 6}, "prompt_tokens_details": {"cached_tokens": 20}}
    assert end(decoded(chunk({"content": "a"}, "stop", usage=report))).usage == Usage(9, 5, 5, 9)


@pytest.mark.parametrize(
    "deltas",
    [
        [{"reasoning_content": "why"}],
        [{"reasoning": "why"}],
        [{"thinking": "why"}],
        [{"reasoning": "why", "reasoning_details": [{"type": "reasoning.text", "text": "why"}]}],
        [{"reasoning_details": [{"type": "reasoning.summary", "summary": "why"}]}],
        [{"content": [{"type": "thinking", "thinking": [{"type": "text", "text": "why"}]}]}],
        [{"content": [{"type": "thinking", "thinking": "why"}]}],
        [{"content": "<think>why</think>"}],
        [{"content": "\n<th"}, {"content": "ink>wh"}, {"content": "y</thi"}, {"content": "nk>"}],
    ],
)
def test_reasoning_in_any_shape_is_reasoning(deltas: list[dict[str, object]]) -> None:
    events = decoded(*(chunk(delta) for delta in deltas), chunk({"content": "so"}), chunk(finish="stop"), DONE)
    assert (reasoning(events), text(events)) == ("why", "so")


def test_opaque_reasoning_details_come_out_as_they_went_in() -> None:
    details = [{"type": "reasoning.encrypted", "data": "gA==", "id": "rs_1", "format": "openai-responses-v1", "index": 0}]
    events = decoded(chunk({"reasoning_details": details}), chunk({"content": "so"}, "stop"), DONE)
    assert events[1] == ReasoningDelta("", details=tuple(details))
    assert orjson.dumps(details[0]) in StreamEncoder("gen_1", "m", 1).event(events[1])


def test_an_answer_that_talks_about_the_tag_is_text() -> None:
    events = decoded(chunk({"content": "Write <think>"}), chunk({"content": "a</think>"}), chunk(finish="stop"), DONE)
    assert (reasoning(events), text(events)) == ("", "Write <think>a</think>")


def test_after_words_a_tag_is_text() -> None:
    assert split(["Hi", " <think>a</think>"]) == ("", "Hi <think>a</think>")


def test_text_that_only_began_like_the_tag_is_not_lost() -> None:
    assert text(decoded(chunk({"content": "<thi"}), chunk(finish="stop"), DONE)) == "<thi"


@given(st.text("<>/think a", max_size=40), st.data())
def test_any_split_of_a_text_gives_the_same_reasoning(words: str, data: st.DataObject) -> None:
    for whole in (words, "<think>" + words, " <think>" + words + "</think>" + words):
        cuts = sorted(data.draw(st.sets(st.integers(0, len(whole)))))
        pieces = [whole[start:stop] for start, stop in zip([0, *cuts], [*cuts, len(whole)], strict=True)]
        assert split(pieces) == split([whole])


def split(pieces: list[str]) -> tuple[str, str]:
    splitter = ThinkSplitter()
    parts = [splitter.feed(piece) for piece in pieces] + [splitter.close()]
    return "".join(part[0] for part in parts), "".join(part[1] for part in parts)


def tools(*pieces: list[dict[str, object]]) -> list[ToolCallDelta]:
    events = decoded(*(chunk({"tool_calls": piece}) for piece in pieces), chunk(finish="stop"), DONE)
    assert end(events).reason is FinishReason.TOOL_CALLS
    return [event for event in events if isinstance(event, ToolCallDelta)]


def call(index: int | None = None, call_id: str | None = None, name: str | None = None, arguments: object = "") -> dict[str, object]:
    function = {"name": name, "arguments": arguments} if name else {"arguments": arguments}
    return {key: value for key, value in {"index": index, "id": call_id, "function": function}.items() if value is not None}


def test_tool_calls_are_told_apart_by_their_index() -> None:
    found = tools([call(0, "c_a", "f", '{"a'), call(1, "c_b", "g")], [call(1, None, None, "{}"), call(0, None, None, '":1}')])
    assert found == [
        ToolCallDelta(0, '{"a', "c_a", "f"),
        ToolCallDelta(1, "", "c_b", "g"),
        ToolCallDelta(1, "{}"),
        ToolCallDelta(0, '":1}'),
    ]


def test_tool_calls_without_an_index_are_told_apart_by_id_and_then_by_position() -> None:
    assert [one.id for one in tools([call(None, "c_a", "f", "{}"), call(None, "c_b", "f", "{}")])] == ["c_a", "c_b"]
    assert [one.call for one in tools([call(None, None, "f", "{")], [call(None, None, None, "}")])] == [0, 0]


def test_calls_that_share_an_index_but_not_an_id_are_two() -> None:
    assert [(one.call, one.id) for one in tools([call(0, "c_a", "f", "{}")], [call(0, "c_b", "g", "{}")])] == [(0, "c_a"), (1, "c_b")]


def test_an_id_that_changes_on_the_way_is_still_the_same_call() -> None:
    assert [one.call for one in tools([call(0, "c_a", "f", "{")], [call(0, "c_x", None, "}")])] == [0, 0]


def test_missing_and_double_ids_are_minted() -> None:
    ids = [
        one.id for one in tools([call(0, "", "f", "{}"), call(1, None, "g", "{}"), call(2, "same", "h", "{}"), call(3, "same", "i", "{}")])
    ]
    assert ids == ["call_minted1", "call_minted2", "same", "call_minted3"]


@pytest.mark.parametrize("nothing", ["", "null", None])
def test_no_arguments_are_an_empty_object(nothing: str | None) -> None:
    assert "".join(one.arguments for one in tools([call(0, "c", "f", nothing)])) == "{}"


def test_nothing_after_nothing_is_still_nothing() -> None:
    assert (
        "".join(one.arguments for one in tools([call(0, "c", "f", "")], [call(0, None, None, "")], [call(0, None, None, "null")])) == "{}"
    )


def test_the_call_of_a_function_of_old_is_a_call() -> None:
    events = decoded(chunk({"function_call": {"name": "f", "arguments": "{}"}}), chunk(finish="function_call"), DONE)
    assert [(event.name, event.arguments) for event in events if isinstance(event, ToolCallDelta)] == [("f", "{}")]
    assert end(events).reason is FinishReason.TOOL_CALLS


def test_null_inside_arguments_stays() -> None:
    assert (
        "".join(one.arguments for one in tools([call(0, "c", "f", '{"a":')], [call(0, None, None, "null")], [call(0, None, None, "}")]))
        == '{"a":null}'
    )


def test_several_choices_keep_their_texts_and_their_ends() -> None:
    events = decoded(chunk({"content": "a"}), chunk({"content": "b"}, index=1), chunk(finish="stop"), chunk(finish="length", index=1), DONE)
    assert events[1:3] == [TextDelta("a"), TextDelta("b", 1)]
    assert end(events).choices == ((FinishReason.STOP, "stop"), (FinishReason.LENGTH, "length"))


@pytest.mark.parametrize(
    ("native", "reason"),
    [
        ("eos", "stop"),
        ("model_length", "length"),
        ("tool_call", "tool_calls"),
        ("insufficient_system_resource", "error"),
        ("novel", "stop"),
    ],
)
def test_finish_reasons_are_normalised_and_kept(native: str, reason: str) -> None:
    assert end(decoded(chunk({"content": "a"}, native), DONE)) == Finished(FinishReason(reason), native)


def test_an_answer_without_words_and_with_an_unknown_reason_is_an_error() -> None:
    assert end(decoded(chunk({}, "novel"), DONE)).reason is FinishReason.ERROR


@pytest.mark.parametrize(
    ("bad", "kind"),
    [
        (b'event: error\ndata: {"error":{"message":"no","code":"tool_use_failed","status_code":400}}\n\n', ProviderRefused),
        (b'data: {"error":{"message":"Overloaded","code":503}}\n\n', ProviderUnavailable),
        (b'data: {"error":"out of memory"}\n\n', ProviderUnavailable),
        (b'event: error\ndata: {"message":"out of memory"}\n\n', ProviderUnavailable),
        (chunk({"content": ""}, "stop", error={"code": 502, "message": "Upstream died"}), ProviderUnavailable),
        (b'data: {"error":{"message":"the maximum context length is 5","code":400}}\n\n', ContextTooLong),
        (b"data: {not json\n\n", ProviderGarbled),
    ],
)
def test_an_error_inside_a_stream_comes_out_after_the_words_before_it(bad: bytes, kind: type[Exception]) -> None:
    subject = decoder()
    assert text(subject.feed(chunk({"content": "Hel"}) + bad + chunk({"content": "lo"}))) == "Hel"
    assert subject.ended
    with pytest.raises(kind) as caught:
        subject.close()
    assert caught.value.details["provider"] == "acme"  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "pieces", [[], [b": waiting\n\n"], [chunk({"content": "a"})], [chunk({"content": "a"}), b'data: {"choices":[{"in']]
)
def test_a_stream_that_just_ends_is_broken(pieces: list[bytes]) -> None:
    with pytest.raises((StreamBroken, ProviderGarbled)):
        decoded(*pieces)


def test_a_stream_that_ends_after_a_reason_is_complete() -> None:
    assert end(decoded(chunk({"content": "a"}), chunk(finish="length"))).reason is FinishReason.LENGTH
    assert end(decoded(chunk({"content": "a"}), DONE)).reason is FinishReason.STOP
    assert text(decoded(chunk({"content": "a"}), chunk({"content": "b"}, "stop").rstrip(b"\n"))) == "ab"


def test_one_of_two_choices_without_an_end_is_broken() -> None:
    with pytest.raises(StreamBroken):
        decoded(chunk({"content": "a"}, "stop"), chunk({"content": "b"}, index=1))


def test_a_page_of_html_is_garbled() -> None:
    with pytest.raises(ProviderGarbled):
        decoded(b"<html><body>Log in to the hotel's network</body></html>")


def test_a_refusal_is_shown_in_the_providers_words() -> None:
    with pytest.raises(ContentFiltered, match="I cannot help"):
        decoded(chunk({"refusal": "I cannot "}), chunk({"refusal": "help"}), chunk(finish="stop"), DONE)


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b"<html>", b'{"choices":[]}', b'{"error":{"message":"no"}}'])
def test_a_json_answer_that_is_none_is_an_error(body: bytes) -> None:
    with pytest.raises((ProviderGarbled, ProviderUnavailable)):
        decoder().decode_json(body)


def test_a_refusal_by_status_has_the_class_of_its_cause() -> None:
    assert decoder().refused(429, {}, b'{"error":{"message":"slow down"}}').code == "provider_throttled"


WORDS = st.text(st.characters(codec="utf-8", exclude_characters="<"), min_size=1, max_size=12)
DELTAS = st.one_of(WORDS.map(TextDelta), WORDS.map(ReasoningDelta))
COUNTS = st.integers(0, 10_000)


@st.composite
def answers(draw: st.DrawFn) -> list[Event]:
    deltas: list[Event] = list(draw(st.lists(DELTAS, max_size=8)))
    names = draw(st.lists(st.text("abc_", min_size=1, max_size=6), max_size=3))
    for number, name in enumerate(names):
        deltas.append(ToolCallDelta(number, "", f"call_{number}", name))
        pieces = draw(st.lists(st.sampled_from(['{"a":', "1", "null", "}"]), min_size=1, max_size=3))
        deltas += [ToolCallDelta(number, piece) for piece in (["{", *pieces])]
    usage = Usage(draw(COUNTS), draw(COUNTS))
    reason = FinishReason.TOOL_CALLS if names else draw(st.sampled_from([FinishReason.STOP, FinishReason.LENGTH]))
    return [Started("a/b", "gen_1"), *deltas, Finished(reason, reason.value, usage, Cost())]


@given(answers(), st.data())
def test_what_the_door_encodes_the_decoder_reads(answer: list[Event], data: st.DataObject) -> None:
    encoder = StreamEncoder("gen_1", "a/b", 1)
    wire = b"".join(encoder.event(event) for event in answer)
    cuts = sorted(data.draw(st.sets(st.integers(0, len(wire)), max_size=8)))
    pieces = [wire[start:stop] for start, stop in zip([0, *cuts], [*cuts, len(wire)], strict=True)]
    events = decoded(*pieces)
    assert merged(events) == merged(answer)


@given(answers())
def test_a_whole_body_says_what_the_stream_says(answer: list[Event]) -> None:
    encoder = JsonEncoder("gen_1", "a/b", 1)
    for event in answer:
        encoder.add(event)
    events = decoder().decode_json(encoder.body())
    assert (text(events), reasoning(events)) == (text(answer), reasoning(answer))
    assert [event.id for event in events if isinstance(event, ToolCallDelta) and event.id] == [
        event.id for event in answer if isinstance(event, ToolCallDelta) and event.id
    ]
    assert (end(events).reason, end(events).usage) == (end(answer).reason, end(answer).usage)


def merged(events: list[Event]) -> list[object]:
    """Return the events with neighbouring deltas of a kind joined, details and cost left out."""
    result: list[object] = []
    for event in events:
        match event:
            case TextDelta() | ReasoningDelta():
                if result and isinstance(result[-1], tuple) and result[-1][0] is type(event):
                    result[-1] = (type(event), result[-1][1] + event.text)
                else:
                    result.append((type(event), event.text))
            case Finished():
                result.append((event.reason, event.native_reason, event.usage))
            case ToolCallDelta(arguments="", id=None):
                pass
            case _:
                result.append(event)
    return result


def test_a_delta_of_plain_text_costs_microseconds() -> None:
    line = chunk({"content": "a word"}, object="chat.completion.chunk", created=1790000000, system_fingerprint="fp_1")
    subject, encoder = decoder(), StreamEncoder("gen_1", "a/b", 1, "Acme")

    def once() -> None:
        for event in subject.feed(line):
            encoder.event(event)

    assert cost_us(once) < 15


def test_a_word_of_the_model_s_own_beside_a_normal_reason_changes_nothing() -> None:
    choice = {"index": 0, "delta": {}, "finish_reason": "length", "native_finish_reason": "max_output_tokens"}
    cut_off = b"data: " + orjson.dumps({"id": "gen-1", "model": "m-1", "choices": [choice]}) + b"\n\n"
    end = decoded(chunk({"content": "Hi"}), cut_off, DONE)[-1]
    assert isinstance(end, Finished)
    assert (end.reason, end.native_reason) == (FinishReason.LENGTH, "max_output_tokens")
