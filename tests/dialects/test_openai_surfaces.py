import pytest

from satchel.dialects.openai_surfaces import CHAT, OLLAMA, RESPONSES, Surface, asked, dropped, list_url, surface_of
from satchel.domain.audio import SpeechRequest, TranscriptionRequest
from satchel.domain.calls import Request
from satchel.domain.catalog import Quirks
from satchel.domain.chat import ChatRequest, Message, TextPart, Tuning
from satchel.domain.embeddings import EmbeddingRequest
from satchel.domain.images import ImageRequest

from .hosts import endpoint

OLLAMAS = Quirks(bare_dialect="ollama")
OPENAIS = Quirks(responses_only=("o1-pro*", "gpt-*-pro"))


@pytest.mark.parametrize(
    ("base_url", "model", "quirks", "surface", "url"),
    [
        ("https://a.example/v1", "m", Quirks(), CHAT, "https://a.example/v1/chat/completions"),
        ("https://a.example/v1/responses", "m", Quirks(), RESPONSES, "https://a.example/v1/responses"),
        ("https://a.example/v1", "gpt-5-pro", OPENAIS, RESPONSES, "https://a.example/v1/responses"),
        ("https://a.example/v1", "gpt-5", OPENAIS, CHAT, "https://a.example/v1/chat/completions"),
        ("http://127.0.0.1:11434", "m", OLLAMAS, OLLAMA, "http://127.0.0.1:11434/api/chat"),
        ("http://127.0.0.1:11434/v1", "m", OLLAMAS, CHAT, "http://127.0.0.1:11434/v1/chat/completions"),
    ],
)
def test_the_address_and_the_model_say_which_surface_is_asked(
    base_url: str, model: str, quirks: Quirks, surface: Surface, url: str
) -> None:
    found = surface_of(endpoint(base_url=base_url, native_model=model, quirks=quirks))
    assert found is surface
    assert found.url(base_url) == url


@pytest.mark.parametrize(
    ("base_url", "quirks", "url"),
    [
        ("https://a.example/v1/", Quirks(), "https://a.example/v1/models"),
        ("https://a.example/v1/responses", Quirks(), "https://a.example/v1/models"),
        ("http://127.0.0.1:11434", OLLAMAS, "http://127.0.0.1:11434/v1/models"),
    ],
)
def test_models_are_listed_beside_the_surface(base_url: str, quirks: Quirks, url: str) -> None:
    assert list_url(base_url, quirks) == url


CHATS = ChatRequest("m", (Message("user", (TextPart("x"),)),), tuning=Tuning(seed=7))
OF_EACH_KIND: list[tuple[Request, str, str, tuple[str, ...]]] = [
    (CHATS, "/chat/completions", "text/event-stream", ("seed",)),
    (EmbeddingRequest("m", ("x",), input_type="query"), "/embeddings", "application/json", ("input_type",)),
    (ImageRequest("m", "x", details={"seed": 7}), "/images/generations", "application/json", ("seed",)),
    (SpeechRequest("m", "x"), "/audio/speech", "*/*", ()),
    (TranscriptionRequest("m", b"RIFF"), "/audio/transcriptions", "application/json", ()),
]


@pytest.mark.parametrize(("request_", "path", "accept", "lost"), OF_EACH_KIND, ids=["chat", "embed", "draw", "speak", "write_down"])
def test_each_kind_of_request_has_its_path_and_says_what_it_loses(request_: Request, path: str, accept: str, lost: tuple[str, ...]) -> None:
    target = endpoint(quirks=Quirks(unsupported=frozenset({"seed"})))
    outgoing = asked(request_, target, str)
    assert (outgoing.url, outgoing.accept) == (target.base_url + path, accept)
    assert outgoing.body
    assert dropped(request_, target) == lost
