"""Whatever a caller says in one dialect reaches the provider in another, and the answer comes back whole: for what both sides can say."""

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from satchel.dialects import (
    anthropic_messages,
    anthropic_messages_reply,
    anthropic_messages_request,
    anthropic_messages_upstream,
    gemini_request,
    openai_chat,
    openai_chat_reply,
    openai_chat_request,
    openai_chat_upstream,
    openai_responses,
    openai_responses_reply,
    openai_responses_request,
    openai_responses_upstream,
)
from satchel.domain.catalog import Endpoint, Quirks
from satchel.domain.chat import ChatRequest, ImagePart, Json, Message, OutputFormat, Part, TextPart, Tool, ToolCallPart, ToolChoice, Tuning
from satchel.domain.errors import RequestInvalid
from satchel.domain.events import Event, Finished, FinishReason, ReasoningDelta, Started, TextDelta, ToolCallDelta
from satchel.domain.usage import Usage

from .hosts import endpoint

PIXEL = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
HOST = endpoint(native_model="claude-3-5-haiku", quirks=Quirks(developer_role=True, reasoning_replay="reasoning_details"))
SOON = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@dataclass(frozen=True)
class Dialect:
    """One dialect on both of its sides. `says` leaves of a request what the dialect can say."""

    name: str
    encode: Callable[[ChatRequest, Endpoint], bytes]
    parse: Callable[[Json], ChatRequest]
    stream: Callable[[], Any]
    whole: Callable[[], Any]
    decoder: Callable[[Endpoint, Callable[[], str]], Any]
    turn: Callable[[Any], Sequence[Json]]
    conversation: str
    says: Callable[[ChatRequest], ChatRequest]

    def carried(self, request: ChatRequest) -> ChatRequest:
        """Say a request to a host, and read what the host reads."""
        return self.parse(orjson.loads(self.encode(request, HOST)))

    def answered(self, events: Sequence[Event], *, streams: bool, step: int) -> list[Event]:
        """Say an answer to a caller, and read what the caller reads, `step` bytes at a time."""
        encoder, decoder = (self.stream if streams else self.whole)(), self.decoder(HOST, minted())
        if not streams:
            for event in events:
                encoder.add(event)
            found: list[Event] = decoder.decode_json(encoder.body())
            return found
        data = b"".join(encoder.event(event) for event in events)
        pieces = [decoder.feed(data[at : at + step]) for at in range(0, len(data), step)]
        return [event for piece in [*pieces, decoder.close()] for event in piece]


def minted() -> Callable[[], str]:
    numbers = itertools.count()
    return lambda: f"call_minted{next(numbers)}"


def anthropic_says(request: ChatRequest) -> ChatRequest:
    strict = tuple(replace(tool, strict=tool.strict or None) for tool in request.tools)
    wanted = request.output_format and replace(request.output_format, name="answer", strict=True)
    choice = request.tool_choice if request.tools else None
    if choice is None and request.tools and request.parallel_tool_calls is False:
        choice = ToolChoice("auto")
    says_parallel = request.tools and request.parallel_tool_calls is False and choice is not None and choice.mode != "none"
    return replace(
        request,
        tools=strict,
        output_format=wanted,
        tool_choice=choice,
        parallel_tool_calls=False if says_parallel else None,
        tuning=Tuning(temperature=request.tuning.temperature, top_p=request.tuning.top_p),
    )


def responses_says(request: ChatRequest) -> ChatRequest:
    return replace(request, stop=(), tools=tuple(replace(tool, strict=bool(tool.strict)) for tool in request.tools))


CHAT = Dialect(
    "chat",
    openai_chat_upstream.encode_request,
    openai_chat_request.parse_request,
    lambda: openai_chat_reply.StreamEncoder("gen_1", "m-1", 1),
    lambda: openai_chat_reply.JsonEncoder("gen_1", "m-1", 1),
    openai_chat.Decoder,
    lambda body: [body["choices"][0]["message"]],
    "messages",
    lambda request: request,
)
MESSAGES = Dialect(
    "messages",
    anthropic_messages_upstream.encode_request,
    anthropic_messages_request.parse_request,
    lambda: anthropic_messages_reply.StreamEncoder("gen_1", "m-1"),
    lambda: anthropic_messages_reply.JsonEncoder("gen_1", "m-1"),
    anthropic_messages.Decoder,
    lambda body: [{"role": "assistant", "content": body["content"]}],
    "messages",
    anthropic_says,
)
RESPONSES = Dialect(
    "responses",
    openai_responses_upstream.encode_request,
    openai_responses_request.parse_request,
    lambda: openai_responses_reply.StreamEncoder("gen_1", ChatRequest("m-1", ()), 1, lambda: 2),
    lambda: openai_responses_reply.JsonEncoder("gen_1", ChatRequest("m-1", ()), 1, lambda: 2),
    openai_responses.Decoder,
    lambda body: body["output"],
    "input",
    responses_says,
)
DIALECTS = (CHAT, MESSAGES, RESPONSES)
PAIRS = pytest.mark.parametrize(("door", "host"), tuple(itertools.product(DIALECTS, DIALECTS)), ids=lambda dialect: dialect.name)

WORDS = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=8)
ARGUMENTS = st.dictionaries(WORDS, st.one_of(st.integers(-9, 9), WORDS, st.booleans(), st.none()), max_size=3)
TOOLS = (
    Tool("weather", "the weather", {"type": "object", "properties": {"city": {"type": "string"}}}, True),
    Tool("time", "the time", {"type": "object"}, False),
)


@st.composite
def turns(draw: st.DrawFn, number: int) -> list[Message]:
    """Draw a user's turn, what the assistant made of it, and the results of its calls."""
    pictures: list[Part] = [ImagePart(PIXEL)] if draw(st.booleans()) else []
    said: list[Part] = [TextPart(draw(WORDS))] if draw(st.booleans()) else []
    calls = [ToolCallPart(f"call_{number}_{at}", "weather", dumped(draw(ARGUMENTS))) for at in range(draw(st.integers(0, 2)))]
    made = (*said, *calls) or (TextPart("ok"),)
    results = [Message("tool", (TextPart(draw(WORDS)),), tool_call_id=call.id) for call in calls]
    return [Message("user", (TextPart(draw(WORDS)), *pictures)), Message("assistant", made), *results]


@st.composite
def requests(draw: st.DrawFn) -> ChatRequest:
    """Draw a request that every dialect can say, but for the samplers and switches that `says` knows of."""
    told = [Message("system", (TextPart(draw(WORDS)),))] if draw(st.booleans()) else []
    spoken = [message for number in range(draw(st.integers(0, 2))) for message in draw(turns(number))]
    tools = draw(st.sampled_from([(), TOOLS]))
    modes = [None, *(ToolChoice(mode) for mode in ("none", "auto", "required")), ToolChoice("named", "time")]  # type: ignore[arg-type]
    return ChatRequest(
        "m-1" if draw(st.booleans()) else HOST.native_model,
        (*told, *spoken, Message("user", (TextPart(draw(WORDS)),))),
        max_output_tokens=draw(st.integers(1, 9_999)),
        stop=draw(st.sampled_from([(), ("END",), ("a", "b")])),
        tools=tools,
        tool_choice=draw(st.sampled_from(modes)) if tools else None,
        parallel_tool_calls=draw(st.sampled_from([None, False])) if tools else None,
        output_format=draw(st.sampled_from([None, OutputFormat("json_schema", "answer", {"type": "object"}, True)])),
        tuning=Tuning(temperature=draw(st.sampled_from([None, 0.5, 1.0])), top_p=draw(st.sampled_from([None, 0.25]))),
        user=draw(st.sampled_from([None, "somebody"])),
    )


def dumped(arguments: Json) -> str:
    return orjson.dumps(arguments).decode()


@PAIRS
@SOON
@given(request=requests())
def test_a_request_reaches_the_host_whole(door: Dialect, host: Dialect, request: ChatRequest) -> None:
    asked = door.carried(request)
    assert asked == replace(door.says(request), model=HOST.native_model)
    assert host.carried(asked) == host.says(asked)


@st.composite
def answers(draw: st.DrawFn) -> list[Event]:
    """Draw an answer: thoughts, words, calls in pieces, an end that fits."""
    thoughts = [ReasoningDelta(word) for word in draw(st.lists(WORDS, max_size=2))]
    words = [TextDelta(word) for word in draw(st.lists(WORDS, max_size=3))]
    calls: list[Event] = []
    for number in range(draw(st.integers(0, 2))):
        arguments, cut = dumped(draw(ARGUMENTS)), draw(st.integers(0, 9))
        calls += [ToolCallDelta(number, arguments[:cut], f"call_{number}", "weather")]
        calls += [ToolCallDelta(number, arguments[cut:])] if arguments[cut:] else []
    ends = [FinishReason.TOOL_CALLS] if calls else [FinishReason.STOP, FinishReason.LENGTH]
    usage = Usage(draw(st.integers(20, 99)), draw(st.integers(10, 99)), 0, draw(st.integers(0, 9)), draw(st.integers(0, 9)))
    body = [*thoughts, *(words or ([] if calls else [TextDelta("ok")])), *calls]
    return [Started("m-1"), *body, Finished(draw(st.sampled_from(ends)), usage=usage)]


def told(events: Sequence[Event]) -> dict[str, Any]:
    """Return what a list of events says, however it is cut."""
    calls: dict[int, list[str]] = {}
    for event in events:
        if isinstance(event, ToolCallDelta):
            call = calls.setdefault(event.call, [event.id or "", event.name or "", ""])
            call[2] += event.arguments
    end = events[-1]
    assert isinstance(end, Finished)
    return {
        "thoughts": "".join(event.text for event in events if isinstance(event, ReasoningDelta)),
        "words": "".join(event.text for event in events if isinstance(event, TextDelta)),
        "calls": [(call_id, name, orjson.loads(arguments)) for call_id, name, arguments in calls.values()],
        "end": end.reason,
        "usage": end.usage,
    }


@PAIRS
@SOON
@given(events=answers(), streams=st.booleans(), step=st.integers(1, 999))
def test_an_answer_reaches_the_caller_whole(door: Dialect, host: Dialect, events: list[Event], streams: bool, step: int) -> None:
    heard = host.answered(events, streams=True, step=step)
    assert told(heard) == told(events)
    assert told(door.answered(heard, streams=streams, step=step)) == told(events)


CLAUDE = [
    anthropic_messages.thinking_delta(0, "Hm", None),
    anthropic_messages.thinking_delta(0, "m", "c2ln"),
    anthropic_messages.redacted_delta(1, "c2VjcmV0"),
]
GPT: Json = {"type": "reasoning.encrypted", "data": "gAAA", "id": "rs_1", "format": "openai-responses-v1", "index": 0}
GEMINI: Json = {"type": "reasoning.encrypted", "data": "Z2VtaW5p", "id": "call_a", "format": "google-gemini-v1", "index": 0}


@pytest.mark.parametrize("streams", [True, False])
@pytest.mark.parametrize("door", DIALECTS, ids=lambda dialect: dialect.name)
def test_thinking_goes_back_to_its_maker_byte_for_byte_by_every_door(door: Dialect, streams: bool) -> None:
    def back(*thoughts: Event) -> ChatRequest:
        end = [ToolCallDelta(0, "{}", "call_a", "weather"), *thoughts[1:], Finished(FinishReason.TOOL_CALLS)]
        turn = given_back(door, [Started("m"), *thoughts[:1], *end] if len(thoughts) < 3 else [*thoughts, end[0], end[-1]], streams)
        return door.parse({"model": "m", "max_tokens": 9, door.conversation: [{"role": "user", "content": "Hi"}, *turn]})

    sent = orjson.loads(anthropic_messages_upstream.encode_request(back(*CLAUDE), HOST))
    assert sent["messages"][1]["content"][:2] == [
        {"type": "thinking", "thinking": "Hmm", "signature": "c2ln"},
        {"type": "redacted_thinking", "data": "c2VjcmV0"},
    ]
    sent = orjson.loads(openai_responses_upstream.encode_request(back(ReasoningDelta("", details=(GPT,))), HOST))
    assert sent["input"][1] == {"type": "reasoning", "summary": [], "encrypted_content": "gAAA"}
    sent = orjson.loads(gemini_request.encode_request(back(ReasoningDelta("Hm"), ReasoningDelta("", details=(GEMINI,))), HOST))
    assert sent["contents"][1]["parts"][-1]["thoughtSignature"] == "Z2VtaW5p"


def given_back(door: Dialect, events: Sequence[Event], streams: bool) -> Sequence[Json]:
    """Return the turn that a caller gives back, from a whole answer or put together from a stream."""
    if not streams:
        encoder = door.whole()
        for event in events:
            encoder.add(event)
        return door.turn(orjson.loads(encoder.body()))
    encoder = door.stream()
    lines = b"".join(encoder.event(event) for event in events).decode().split("\n\n")
    chunks = [orjson.loads(line.rpartition("data: ")[2]) for line in lines if line and not line.endswith("[DONE]")]
    if door is RESPONSES:
        return door.turn(chunks[-1]["response"])
    return [put_together(chunks)] if door is CHAT else [{"role": "assistant", "content": blocks_of(chunks)}]


def put_together(chunks: Sequence[Any]) -> Json:
    deltas = [chunk["choices"][0]["delta"] for chunk in chunks]
    details = [detail for delta in deltas for detail in delta.get("reasoning_details", ())]
    calls = [call for delta in deltas for call in delta.get("tool_calls", ())]
    return {"role": "assistant", "content": None, "reasoning_details": details, "tool_calls": calls}


def blocks_of(chunks: Sequence[Any]) -> list[dict[str, Any]]:
    blocks: dict[int, dict[str, Any]] = {}
    for chunk in chunks:
        match chunk:
            case {"type": "content_block_start", "index": index, "content_block": block}:
                blocks[index] = {**block}
            case {"type": "content_block_delta", "index": index, "delta": {"type": "thinking_delta", "thinking": words}}:
                blocks[index]["thinking"] += words
            case {"type": "content_block_delta", "index": index, "delta": {"type": "signature_delta", "signature": signature}}:
                blocks[index]["signature"] = signature
    return list(blocks.values())


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.sampled_from(["", "user", "assistant", "function_call", "text", PIXEL]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["type", "role", "content", "text", "call_id"]), inner),
    max_leaves=8,
)
FIELDS = ("model", "max_tokens", "tools", "tool_choice", "text", "thinking", "reasoning", "output_config", "temperature", "stop")


@pytest.mark.parametrize("door", DIALECTS, ids=lambda dialect: dialect.name)
@SOON
@given(spoken=JSON, more=st.dictionaries(st.sampled_from(FIELDS), JSON, max_size=3))
def test_nonsense_is_a_complaint_and_never_a_crash(door: Dialect, spoken: object, more: dict[str, object]) -> None:
    try:
        door.parse({"model": "m", "max_tokens": 9, door.conversation: spoken, **more})
    except RequestInvalid as refused:
        assert refused.details["param"]
