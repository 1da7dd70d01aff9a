"""What a site was allowed to do at all, and how long its answers may be, is held to for every kind of request."""

from dataclasses import replace

import pytest

from satchel.domain.accounts import Principal
from satchel.domain.audio import SpeechRequest, TranscriptionRequest
from satchel.domain.calls import Request
from satchel.domain.chat import ChatRequest, Tool
from satchel.domain.embeddings import EmbeddingRequest
from satchel.domain.errors import CapabilityNotGranted
from satchel.domain.grants import Caveats, narrowed
from satchel.domain.images import ImageRequest

from .house import ACCOUNT, ORIGIN, House, endpoint

TOOL = Tool("look", "Look.", {})


def kinds(house: House) -> dict[str, Request]:
    chat = house.call().request
    assert isinstance(chat, ChatRequest)
    return {
        "chat": chat,
        "tools": replace(chat, tools=(TOOL,)),
        "drawing": replace(chat, modalities=("text", "image")),
        "embedding": EmbeddingRequest("a/m", ("x",)),
        "image": ImageRequest("a/m", "x"),
        "speech": SpeechRequest("a/m", "x"),
        "transcription": TranscriptionRequest("a/m", b"x"),
    }


@pytest.mark.parametrize(
    ("capabilities", "allowed"),
    [
        (None, ("chat", "tools", "drawing", "embedding", "image", "speech", "transcription")),
        (("model:prompt",), ("chat",)),
        (("model:prompt", "model:tools", "model:list"), ("chat", "tools")),
        (("model:embed",), ("embedding",)),
        (("model:image",), ("image",)),
        (("model:speak",), ("speech",)),
        (("model:transcribe",), ("transcription",)),
        (("model:prompt", "model:image"), ("chat", "drawing", "image")),
        (("model:tools",), ()),
    ],
    ids=str,
)
async def test_a_site_does_what_it_was_allowed_and_nothing_else(
    house: House, capabilities: tuple[str, ...] | None, allowed: tuple[str, ...]
) -> None:
    await house.allow(capabilities=capabilities)
    did = set()
    for name, request in kinds(house).items():
        try:
            await house.policy.authorize(house.call().with_request(request))
            did.add(name)
        except CapabilityNotGranted as refused:
            assert refused.details["missing"]
    assert did == set(allowed)


async def test_a_site_sees_models_only_where_it_may_list_them(house: House) -> None:
    site = Principal(ACCOUNT, "tok_1", frozenset({"models"}), origin=ORIGIN)
    await house.allow(capabilities=("model:prompt",))
    assert await house.policy.visible(site, [endpoint("m")]) == []
    await house.allow(capabilities=("model:prompt", "model:list"))
    assert len(await house.policy.visible(site, [endpoint("m")])) == 1


@pytest.mark.parametrize(("asked", "n", "most"), [(None, 1, 100), (50, 1, 50), (500, 1, 100), (None, 4, 25), (None, 200, 1)])
async def test_no_answer_is_longer_than_the_site_may_have(house: House, asked: int | None, n: int, most: int) -> None:
    await house.allow(max_tokens=100)
    call = house.call()
    assert isinstance(call.request, ChatRequest)
    call = call.with_request(replace(call.request, max_output_tokens=asked, n=n))
    held = (await house.policy.authorize(call)).held(call).request
    assert isinstance(held, ChatRequest)
    assert held.max_output_tokens == most


async def test_what_goes_to_the_provider_is_held_to_it(house: House) -> None:
    await house.allow(max_tokens=7)
    await house.collect(house.call(tokens=None))
    assert [request.max_output_tokens for request, _, _ in house.provider.asked] == [7]


def test_a_sites_own_wish_takes_away_and_never_adds() -> None:
    allowed = Caveats(capabilities=("model:prompt", "model:list"), max_tokens=50)
    wish = Caveats(capabilities=("model:prompt", "model:tools"), max_tokens=80)
    assert narrowed(allowed, wish) == Caveats(capabilities=("model:prompt",), max_tokens=50)
    assert narrowed(Caveats(), wish) == wish
    assert narrowed(allowed, Caveats()) == allowed
