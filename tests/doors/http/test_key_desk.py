"""Keys that cannot be kept as they were asked for, and why."""

import pytest
from tests.doors.http.test_key_regions import Kept

from satchel.domain.errors import MalformedRequest
from satchel.domain.keys import Secret
from satchel.doors.http.keys import KeyDesk
from satchel.loading import provider_rows


async def add(provider: str, label: str | None, base_url: str | None = None) -> str:
    kept = Kept()
    desk = KeyDesk(kept, provider_rows(), kept)  # type: ignore[arg-type]
    await desk.add("acct_1", provider, base_url, Secret("sk-1"), label)
    return kept.base_url


async def test_a_label_never_takes_another_providers_model_ids() -> None:
    with pytest.raises(MalformedRequest, match="openai is a provider's id") as caught:
        await add("custom", "openai", "https://models.example/v1")
    assert caught.value.details["param"] == "label"
    assert await add("openai", "openai")


async def test_the_built_in_model_takes_no_key() -> None:
    with pytest.raises(MalformedRequest, match="needs no key") as caught:
        await add("builtin", "mine", "http://127.0.0.1:9000/v1")
    assert caught.value.details["param"] == "provider"
