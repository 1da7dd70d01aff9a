"""Hanging up on a provider, by its own rule, with a real server behind a real socket that knows who hung up."""

import asyncio

from tests.e2e.counting_server import CountingServer, serving

from satchel.domain.keys import Secret
from satchel.doors.http.keys import KeyDesk

from ..served import ASK, Served


async def hang_up(house: Served, model: str) -> str:
    """Hang up after the first words; return the generation's id."""
    body, headers = {"model": model, "messages": ASK, "stream": True}, {"authorization": f"Bearer {house.token}"}
    async with house.http.post(f"{house.url}/v1/chat/completions", json=body, headers=headers) as reply:
        await reply.content.readuntil(b"content")
        reply.close()
        return reply.headers["x-generation-id"]


async def idle(server: CountingServer) -> None:
    async with asyncio.timeout(10):
        while server.running:
            await asyncio.sleep(0.01)


async def test_a_provider_that_bills_whole_is_heard_out_and_any_other_is_stopped(house: Served) -> None:
    with serving() as server:
        desk = KeyDesk(house.house.vault, house.house.rows, house.house.bus)
        await desk.add(house.account.id, "groq", server.base_url, Secret("k"), "whole")
        await desk.add(house.account.id, "openai", server.base_url, Secret("k"), "stops")
        generation_id = await hang_up(house, "whole:count-40-10")
        entry = await house.entry(generation_id)
        assert (server.running, server.served, server.hung_up) == (0, ["count-40-10"], [])
        assert (entry["status"], entry["usage"]["output_tokens"], entry["usage"]["estimated"]) == ("cancelled", 40, False)
        generation_id = await hang_up(house, "stops:count-300-20")
        await idle(server)
        assert server.hung_up == ["count-300-20"]
        entry = await house.entry(generation_id)
        assert (entry["status"], entry["usage"]["estimated"]) == ("cancelled", True)
