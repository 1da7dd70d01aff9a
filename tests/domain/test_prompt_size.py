import pytest
from tests.recordings.cases import Case, cases
from tests.recordings.replay import each

from satchel.dialects.openai_chat_request import parse_request
from satchel.domain.chat import AudioPart, ChatRequest, FilePart, ImagePart, Message, OutputFormat, Part, ReasoningPart, TextPart, Tool
from satchel.domain.errors import RequestInvalid
from satchel.domain.prompt_size import input_tokens_bound, text_bound, usage_estimate


def asked(*parts: Part, **changes: object) -> ChatRequest:
    return ChatRequest("m", (Message("user", parts),), **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "tokens"),
    [("", 0), ("abcd", 2), ("é", 1), ("愛愛", 3), ("ab愛", 3), ("🙂", 2), ("\ud800", 2)],
)
def test_other_scripts_count_for_more_than_ascii(text: str, tokens: int) -> None:
    assert text_bound(text) == tokens


def test_everything_that_a_provider_reads_is_in_the_bound() -> None:
    plain = input_tokens_bound(asked(TextPart("abc")))
    assert plain == 73
    more = [
        asked(TextPart("abc"), extra) for extra in (ReasoningPart("x"), ImagePart("data:"), FilePart("data:"), AudioPart("A" * 500, "wav"))
    ]
    more += [asked(TextPart("abc"), tools=(Tool("f"),)), asked(TextPart("abc"), output_format=OutputFormat("json_schema", schema={"a": 1}))]
    assert all(input_tokens_bound(request) > plain for request in more)
    assert input_tokens_bound(asked(FilePart("A" * 100_000))) == 25_072
    assert input_tokens_bound(asked(FilePart(file_id="file_1"))) == 3_072


def test_the_guess_is_below_the_bound() -> None:
    request = asked(TextPart("Why do leaves change colour in autumn?"))
    assert 0 < usage_estimate(request, 0, 0, 0).input_tokens < input_tokens_bound(request)


@each([case for case in cases() if case.status == 200 and not case.is_stream and "usage" in case.content["response"]["json"]])
def test_the_bound_is_above_what_providers_counted(case: Case) -> None:
    try:
        request = parse_request(case.content["request"]["json"])
    except RequestInvalid:
        return
    if case.content.get("edits"):
        return  # a large file was replaced by a small one, and counted before that
    assert input_tokens_bound(request) >= case.content["response"]["json"]["usage"]["prompt_tokens"]
