"""What providers say of an account is hidden in their own sentences, and what a developer needs of them stays."""

import timeit

import pytest

from satchel.kit.account_facts import without_account_facts

SENTENCES = [
    # what a provider says (quoted in public issues, with other names), what must not stay, what must
    (
        "Rate limit reached for gpt-4 in organization org-AbCdEf1234567890 on tokens per min. Limit: 10000 / min. Please try again in 6ms.",
        ["org-AbCdEf1234567890"],
        ["Rate limit reached for gpt-4", "Limit: 10000 / min", "in 6ms"],
    ),
    ("Incorrect API key provided: sk-proj-Ab1*****************************z9Q.", ["sk-proj", "Ab1", "z9Q"], ["Incorrect API key"]),
    ("Project `proj_Zx81kQ9aPq` does not have access to model `gpt-5`", ["proj_Zx81kQ9aPq"], ["does not have access to model `gpt-5`"]),
    (
        "Rate limit reached for model `llama-3.3-70b` in organization `org_01j8x2y3z4` service tier `on_demand`",
        ["org_01j8x2y3z4"],
        ["llama-3.3-70b", "on_demand"],
    ),
    (
        "Generative Language API has not been used in project 123456789012 before. "
        "Enable it by visiting https://console.developers.google.com/apis/api/x/overview?project=my-private-project then retry.",
        ["123456789012", "my-private-project"],
        ["has not been used in project", "https://console.developers.google.com/apis/api/x/overview", "then retry"],
    ),
    ("Permission denied on resource projects/my-private-project/locations/eu", ["my-private-project"], ["Permission denied"]),
    (
        "User: arn:aws:iam::123456789012:user/jane.doe is not authorized to perform: bedrock:InvokeModel on resource: "
        "arn:aws:bedrock:us-east-1::foundation-model/x because no policy allows it",
        ["123456789012", "jane.doe"],
        ["is not authorized to perform: bedrock:InvokeModel", "because no policy allows it"],
    ),
    (
        "This request would exceed your organization's rate limit (org: 6f3c1b1e-0000-4000-8000-1234567890ab, model: claude-x)",
        ["6f3c1b1e"],
        ["would exceed your organization's rate limit", "model: claude-x"],
    ),
    ("The account jane.doe+ai@mail.example.org was disabled", ["jane", "mail.example"], ["was disabled"]),
    ("You have $3.27 left, and 12.50 USD are needed", ["3.27", "12.50"], ["left, and", "are needed"]),
    ("The originating IP address of the call (203.0.113.7) violates this restriction", ["203.0.113"], ["violates this restriction"]),
    ("from 2001:db8:85a3::8a2e:370:7334 refused", ["2001", "7334"], ["refused"]),
    ("Workspace 'Acme research' has reached its limit", ["Acme"], ["has reached its limit"]),
    ("cannot open /ho" + "me/jane/models/x.gguf", ["jane"], ["/models/x.gguf"]),
    (r"cannot open C:\Users\jane\x.gguf", ["jane"], ["x.gguf"]),
]


@pytest.mark.parametrize(("said", "gone", "left"), SENTENCES, ids=[sentence[0][:30] for sentence in SENTENCES])
def test_a8_a_sentence_about_an_account_loses_its_names_and_keeps_its_sense(said: str, gone: list[str], left: list[str]) -> None:
    shown = without_account_facts(said)
    assert [word for word in gone if word in shown] == []
    assert [word for word in left if word not in shown] == []


@pytest.mark.parametrize(
    "said",
    [
        "This model's maximum context length is 8192 tokens. However, your messages resulted in 9001 tokens.",
        "Unsupported value: 'temperature' does not support 0.2 with this model. Only the default (1) value is supported.",
        "messages.1.content.0.type: Input should be 'text' or 'image'",
        "Invalid 'tools[0].function.name': string does not match pattern. Expected a string that matches '^[a-zA-Z0-9_-]+$'.",
        "model 'llama3:8b' not found",
        "The user message must come first; user: is no role; team_member is a field, key_type too",
        "claude-sonnet-4-5-20250929 was retired on 2026-01-31 at 12:30:45",
        "your account is not active, please check your billing details; see https://platform.example.com/docs/guides/errors",
        "all organization members, the project owner and each subscription level may call it",
    ],
)
def test_a8_a_sentence_about_a_request_stays_as_it_is(said: str) -> None:
    assert without_account_facts(said) == said


@pytest.mark.parametrize("piece", ["a", "a@", "a@a.", "1.", "*", "-", "org-", "0:", "project ", "https://a?", "$1,"])
def test_a8_a_hostile_text_of_the_length_that_is_read_takes_milliseconds(piece: str) -> None:
    took_s = min(timeit.repeat(lambda: without_account_facts((piece * 1_200)[:1_200]), number=1, repeat=3))
    assert took_s < 0.1
