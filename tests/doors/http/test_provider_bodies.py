"""What a provider's error body comes to for who asked: its sense, and nothing of whose account it is."""

import json
from collections.abc import Sequence

import pytest

from satchel.domain.keys import Secret
from satchel.domain.tokens import SCOPES
from satchel.doors.http.keys import KeyDesk

from ..canaries import ODD_KEY
from ..served import Served
from ..socket.test_socket import greeted
from ..upstream import EMAIL, ORGANIZATION

MODELS = ("indiscreet", "indiscreet-late")
SAID = "model is closed to organization [hidden] ([hidden], key [key], project [hidden]); you have [hidden] left"


async def add_key(house: Served) -> None:
    """Add a key that has the shape of no provider's: it is known only as what was sent."""
    await KeyDesk(house.house.vault, house.house.rows, house.house.bus).add(
        house.account.id, "custom", house.upstream.url, Secret(ODD_KEY), "odd"
    )


def told(text: str) -> Sequence[str]:
    """Return what a text tells of the account."""
    return [fact for fact in (ORGANIZATION, EMAIL, ODD_KEY, "CanaryZq7", "Canary research", "12.34") if fact in text]


@pytest.mark.parametrize("model", MODELS)
async def test_a8_a_provider_body_reaches_who_asks_over_http_without_what_it_tells_of_the_account(house: Served, model: str) -> None:
    await add_key(house)
    for path, body in (("/v1/chat/completions", {}), ("/v1/messages", {"max_tokens": 9}), ("/v1/responses", {"input": "Hi"})):
        for stream in (False, True):
            asked = {"model": f"odd:{model}", "messages": [{"role": "user", "content": "Hi"}], "stream": stream, **body}
            async with house.http.post(house.url + path, json=asked, headers={"authorization": f"Bearer {house.token}"}) as reply:
                text = await reply.text()
            assert told(text) == []
            assert SAID in text, (path, stream)
    async with house.ask(f"odd:{model}") as reply:
        metadata = (await reply.json())["error"]["metadata"]
    assert metadata["details"]["provider_body"] == {"message": SAID, "type": "invalid_request_error"}
    assert ODD_KEY in house.upstream.asked[-1].headers["authorization"]


@pytest.mark.parametrize("model", MODELS)
async def test_a8_a_provider_body_reaches_a_page_over_the_socket_without_what_it_tells_of_the_account(house: Served, model: str) -> None:
    await add_key(house)
    _, token = await house.new_token(SCOPES)
    async with greeted(house, token) as client:
        first = await client.generate(f"odd:{model}")
        frames = [first] if first["type"] == "failed" else await client.rest()
    assert told(json.dumps(frames)) == []
    details = frames[-1]["error"]["details"]
    assert (details["provider"], details["provider_body"]["message"]) == ("custom", SAID)
