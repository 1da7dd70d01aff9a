"""Who calls, where a proxy stands before us: by its word alone, and by its last word."""

from pathlib import Path

import pytest

from ..served import Served, served

ASKING = {"client_id": "satchel-terminal", "scope": "generate models"}
CALLS = 20
"""How many codes for devices one caller may ask for in five minutes."""


async def ask(house: Served, forwarded: str) -> int:
    headers = {"x-forwarded-for": forwarded}
    async with house.http.post(f"{house.url}/oauth/device_authorization", data=ASKING, headers=headers) as reply:
        return reply.status


@pytest.mark.parametrize("trusted", ["127.0.0.1", "127.0.0.0/8"])
async def test_every_caller_behind_a_trusted_proxy_has_a_throttle_of_their_own(tmp_path: Path, trusted: str) -> None:
    async with served(tmp_path, trusted_proxies=trusted) as house:
        assert [await ask(house, "203.0.113.9") for _ in range(CALLS + 1)] == [200] * CALLS + [429]
        assert await ask(house, "198.51.100.7") == 200
        assert await ask(house, "203.0.113.9, 198.51.100.7") == 200, "what a caller writes before the proxy's word does not count"
        assert await ask(house, "198.51.100.7, 203.0.113.9") == 429
        assert await ask(house, "203.0.113.9, 127.0.0.1") == 429, "a proxy of ours is passed over"


async def test_nobody_elses_word_says_who_calls(tmp_path: Path) -> None:
    for number, trusted in enumerate(("", "10.0.0.0/8")):
        async with served(tmp_path / str(number), trusted_proxies=trusted) as house:
            statuses = [await ask(house, f"203.0.113.{last}") for last in range(CALLS + 1)]
        assert statuses == [200] * CALLS + [429]
