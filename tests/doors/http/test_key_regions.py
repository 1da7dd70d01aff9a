"""The address of a key whose provider has one in each region."""

import json
from typing import Any

import pytest

from satchel.domain.errors import MalformedRequest
from satchel.domain.keys import Secret
from satchel.doors.http.keys import KeyDesk
from satchel.loading import provider_rows


class Kept:
    """A vault and a bus that keep what they are told."""

    def __init__(self) -> None:
        self.base_url = ""

    async def add(
        self, account_id: str, provider: str, base_url: str, secret: Secret, label: str | None, *, client: str | None = None
    ) -> None:
        self.base_url = base_url

    def publish(self, topic: str, message: dict[str, Any]) -> None:
        pass


async def address(secret: str, base_url: str | None = None, region: str | None = None, provider: str = "bedrock") -> str:
    kept = Kept()
    desk = KeyDesk(kept, provider_rows(), kept)  # type: ignore[arg-type]
    await desk.add("acct_1", provider, base_url, Secret(secret), None, region=region)
    return kept.base_url


async def test_the_region_comes_from_beside_the_key_or_from_within() -> None:
    assert await address("ABSK", region="eu-west-1") == "https://bedrock-runtime.eu-west-1.amazonaws.com"
    assert await address(json.dumps({"region": "us-west-2"})) == "https://bedrock-runtime.us-west-2.amazonaws.com"
    assert await address(json.dumps({"region": "us-west-2"}), region="eu-west-1") == "https://bedrock-runtime.eu-west-1.amazonaws.com"


async def test_a_base_url_and_a_provider_of_one_address_need_no_region() -> None:
    assert await address("ABSK", base_url="https://proxy.example") == "https://proxy.example"
    assert await address("sk-1", provider="anthropic") == "https://api.anthropic.com"


@pytest.mark.parametrize("secret", ["ABSK", "{broken", "[1]", '{"region": 7}', '{"region": "evil.example/"}'])
async def test_a_region_that_is_missing_or_none_is_asked_for(secret: str) -> None:
    with pytest.raises(MalformedRequest, match="needs a region") as caught:
        await address(secret)
    assert caught.value.details["param"] == "region"
