"""Keys of every provider are hidden wherever they stand; ordinary words are not."""

import pytest

from satchel.kit.key_shapes import HIDDEN, without_keys

REST = "Zx0123456789abcdefGHIJKLMNOPqrstuvwxyz"
KEYS = [
    *(
        f"{prefix}{REST}"
        for prefix in ("sk-", "sk-ant-api03-", "sk-or-v1-", "sk-proj-", "sk-svcacct-", "sk_", "pk-", "rk-", "gsk_", "xai-")
    ),
    *(f"{prefix}{REST}" for prefix in ("AIza", "AQ.", "ya29.", "hf_", "r8_", "nvapi-", "pplx-", "fw_", "fpk_", "tgp_v1_", "csk-", "ABSK")),
    *(f"{prefix}{REST}" for prefix in ("ghp_", "github_pat_", "glpat-", "dop_v1_", "jina_", "pa-", "tvly-", "xoxb-", "lin_api_", "sat_")),
    "bedrock-api-key-" + REST,
    "AKIAIOSFODNN7EXAMPLE",
    "ASIAIOSFODNN7EXAMPLE",
    "dapi0123456789abcdef0123456789abcdef",
    "ms-01234567-89ab-cdef-0123-456789abcdef",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJlLW9mLWl0",
]


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("around", ["{}", "key={}", '{{"key":"{}"}}', "Authorization: Bearer {}", "/v1/{}/x", "('{}',)", "{}\n", "a {}, b"])
def test_a_key_is_hidden_wherever_it_stands(key: str, around: str) -> None:
    text = around.format(key)
    assert key not in without_keys(text)
    assert key[8:] not in without_keys(text)
    assert HIDDEN in without_keys(text)


def test_what_follows_bearer_is_hidden_whatever_it_is() -> None:
    assert without_keys("authorization: bearer abcdef123 sent") == f"authorization: bearer {HIDDEN} sent"


@pytest.mark.parametrize(
    "text",
    [
        "POST /v1/chat/completions 200 12 ms gen_3qXaBcDeFgHiJkLmNoP req_1",
        "key_3qXaBcDeFgHiJkLmNoP of acct_3qXaBcDeFgHiJkLmNoP",
        "GET /v1/models/sk 200",
        "the task-manager-of-yesterday said risk-assessment-of-today",
        "/usr/lib/python3.11/site-packages/uvicorn/protocols/http.py",
        "claude-opus-4-20250514 and meta-llama/llama-3.3-70b-instruct",
    ],
)
def test_ordinary_lines_stay_as_they_are(text: str) -> None:
    assert without_keys(text) == text


def test_a_word_that_is_known_as_a_secret_is_hidden() -> None:
    assert without_keys("it was correct-horse-battery!", lambda word: word == "correct-horse-battery") == f"it was {HIDDEN}!"
