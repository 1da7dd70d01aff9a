"""Window AI's local servers, after its README and its two examples: bodies are synthetic."""

from typing import Any

import orjson
import pytest

from satchel.dialects.openai_surfaces import PLAIN, asked, dropped
from satchel.dialects.plain_completions import DIALECT, UNNAMED, Decoder, is_answer, named_model
from satchel.domain.catalog import Endpoint, Quirks
from satchel.domain.chat import ChatRequest, ImagePart, Message, ReasoningPart, Role, TextPart, Tuning
from satchel.domain.errors import ProviderGarbled, ProviderUnavailable, StreamBroken, UnsupportedFeature
from satchel.domain.events import Event, Finished, FinishReason, Started, TextDelta
from satchel.domain.usage import Usage

from .hosts import endpoint

HI = Message("user", (TextPart("Hi"),))


def server(**changes: Any) -> Endpoint:
    return endpoint(base_url="http://127.0.0.1:8000", dialect=DIALECT, **changes)


def sent(*messages: Message, to: Endpoint | None = None, **changes: Any) -> Any:
    going = asked(ChatRequest("a/b", messages, **changes), to or server(), str)
    assert (going.url, going.accept) == ("http://127.0.0.1:8000/completions", "text/event-stream")
    return orjson.loads(going.body)


def chunk(text: str, **more: Any) -> bytes:
    return b"data: " + orjson.dumps({"choices": [{"text": text, **more}]}) + b"\n\n"


def decoded(*pieces: bytes) -> list[Event]:
    subject = Decoder(server(), str)
    return [event for piece in pieces for event in subject.feed(piece)] + subject.close()


def test_c4_one_question_is_the_prompt_as_it_is_and_nothing_is_sent_that_was_not_set() -> None:
    assert sent(HI) == {"prompt": "Hi", "stream": True, "model": "m-1"}
    assert sent(HI, to=server(native_model=UNNAMED)) == {"prompt": "Hi", "stream": True}


def test_c4_a_conversation_says_who_speaks_the_system_included() -> None:
    turns: list[tuple[Role, str]] = [("system", "Be brief."), ("developer", "Rhyme."), ("user", "Hi")]
    turns += [("assistant", "Hello."), ("tool", "12"), ("user", "Now?")]
    messages = [Message(role, (ReasoningPart("hm"), TextPart(text[:2]), TextPart(text[2:]))) for role, text in turns]
    said = "System: Be brief.\n\nSystem: Rhyme.\n\nUser: Hi\n\nAssistant: Hello.\n\nTool: 12\n\nUser: Now?\n\nAssistant:"
    assert sent(*messages)["prompt"] == said
    assert sent(Message("system", (TextPart("Be brief."),)))["prompt"] == "System: Be brief.\n\nAssistant:"


def test_c4_parameters_go_by_the_originals_names_and_others_are_dropped_by_name() -> None:
    tuning = Tuning(temperature=0.5, top_p=0.9, frequency_penalty=1, presence_penalty=2, seed=3)
    wanted: dict[str, Any] = {"max_output_tokens": 9, "stop": ("x",), "n": 2, "tuning": tuning}
    body = sent(HI, **wanted)
    for key, value in {"max_tokens": 9, "stop_sequences": ["x"], "num_generations": 2, "temperature": 0.5, "top_p": 0.9}.items():
        assert body.pop(key) == value
    assert body == {"prompt": "Hi", "stream": True, "model": "m-1", "frequency_penalty": 1, "presence_penalty": 2}
    assert dropped(ChatRequest("a/b", (HI,), **wanted), server()) == ("seed",)
    assert dropped(ChatRequest("a/b", (HI,), **wanted), server(quirks=Quirks(unsupported=frozenset({"n"})))) == ("n", "seed")


def test_c4_a_picture_is_refused() -> None:
    with pytest.raises(UnsupportedFeature, match="Acme does not take anything but text"):
        PLAIN.encode(ChatRequest("a/b", (Message("user", (TextPart("See"), ImagePart("data:image/png;base64,AA=="))),)), server())


@pytest.mark.parametrize("end", [b"", b"data: [DONE]\n\n", b"data: [DONE]"])
def test_c4_a_stream_ends_with_or_without_its_end_mark(end: bytes) -> None:
    said = [Started("m-1"), TextDelta("He"), TextDelta("llo"), Finished(FinishReason.STOP)]
    assert decoded(b": begun\n\n", chunk("He"), chunk(""), chunk("llo"), end) == said


def test_c4_a_last_event_without_its_blank_line_counts_and_half_a_one_is_a_broken_answer() -> None:
    assert decoded(chunk("He"), chunk("llo")[:-2])[2] == TextDelta("llo")
    with pytest.raises(StreamBroken, match="broke off"):
        decoded(chunk("He"), chunk("llo")[:-8])
    with pytest.raises(StreamBroken, match="broke off"):
        decoded(b"")
    with pytest.raises(ProviderGarbled, match="no answer"):
        decoded(b"data: 7\n\n")
    assert decoded(b"data: [DONE]\n\n")[-1] == Finished(FinishReason.STOP)


def test_c4_what_a_server_says_beyond_its_texts_is_kept() -> None:
    head = b'data: {"id":"c1","model":"llama","choices":[{"text":"a"}]}\n\n'
    last = b'data: {"choices":[{"text":"b","finish_reason":"length"}],"usage":{"prompt_tokens":3,"completion_tokens":2}}\n\n'
    assert decoded(head, last, b"data: {}\n\n") == [
        Started("llama", "c1"),
        TextDelta("a"),
        TextDelta("b"),
        Finished(FinishReason.LENGTH, "length", Usage(3, 2)),
    ]


def test_c4_several_answers_go_by_their_index_or_their_place() -> None:
    both = orjson.dumps({"choices": [{"text": "a"}, {"text": "b", "index": 1, "finish_reason": "length"}, {"text": "c", "index": -1}]})
    events = Decoder(server(), str).decode_json(both)
    assert events[1:4] == [TextDelta("a", 0), TextDelta("b", 1), TextDelta("c", 2)]
    ends = ((FinishReason.STOP, None), (FinishReason.LENGTH, "length"), (FinishReason.STOP, None))
    assert events[-1] == Finished(FinishReason.STOP, None, choices=ends)


@pytest.mark.parametrize("error", [{"message": "no more memory"}, "no more memory"])
def test_c4_an_error_object_in_a_good_answer_is_an_error(error: object) -> None:
    body = orjson.dumps({"error": error})
    with pytest.raises(ProviderUnavailable, match="no more memory"):
        Decoder(server(), str).decode_json(body)
    with pytest.raises(ProviderUnavailable, match="no more memory"):
        decoded(chunk("He"), b"data: " + body + b"\n\n")
    assert Decoder(server(), str).decode_json(b'{"error":null,"choices":[{"text":"a"}]}')[1] == TextDelta("a")


def test_c4_a_server_is_known_by_what_it_answers() -> None:
    assert [named_model(body) for body in ({"id": "llama"}, {"id": ""}, {"id": 7}, ["id"], None)] == ["llama", None, None, None, None]
    assert is_answer({"choices": [{"text": ""}]})
    assert not any(is_answer(body) for body in ({"choices": [{"message": {}}]}, {"choices": []}, {"error": "x"}, [], None))
