"""Tokens that end while they are in use: on the socket, and over HTTP. What runs by a token that is gone, ends; nothing new begins."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from websockets.exceptions import ConnectionClosed

from satchel.domain.grants import GrantState
from satchel.domain.keys import NO_SECRET
from satchel.domain.tokens import SCOPES
from satchel.doors.http.keys import KeyDesk

from ..served import ASK, Served
from .test_socket import bare, greeted, text_of

ELSEWHERE_S = 10.0
"""How long we wait on a slow machine for what takes half a second: to hear what another process revoked."""


async def revoke_elsewhere(house: Served, token_id: str) -> None:
    """Revoke a token as another process does: nothing is told on the bus of this one."""
    async with house.house.database.unit_of_work() as stores:
        assert await stores.tokens.revoke(house.account.id, token_id, house.house.clock.now())


async def test_an_expired_token_starts_nothing_new_on_a_busy_connection_and_its_heir_finds_what_runs(house: Served) -> None:
    ends_at = house.house.clock.now() + timedelta(seconds=3)
    _, token = await house.new_token(expires_at=ends_at, family_id="fam_1")
    _, heir = await house.new_token(family_id="fam_1")
    async with greeted(house, token) as client:
        running = await client.generate("lab:endless", ref="long")
        await client.hear("delta")
        await asyncio.sleep((ends_at - house.house.clock.now()).total_seconds() + 0.05)
        await client.hear("delta")
        await client.say("generate", id="new", request={"model": "lab:hello", "messages": ASK})
        assert await client.closed() == 4401
    assert len(house.upstream.asked) == 1
    async with greeted(house, heir) as client:
        assert (await client.generate("lab:endless", ref="long"))["generation"] == running["generation"]
        await client.say("cancel", id="long")
        assert (await client.hear("finished"))["reason"] == "cancelled"


async def test_a_token_revoked_by_another_process_closes_a_busy_connection_and_ends_what_runs(house: Served) -> None:
    token_id, token = await house.new_token()
    async with greeted(house, token) as client:
        started = await client.generate("lab:endless")
        await client.hear("delta")
        await revoke_elsewhere(house, token_id)
        async with asyncio.timeout(ELSEWHERE_S):
            assert await client.closed() == 4401
            await house.upstream.asked[-1].closed.wait()
    assert (await house.entry(started["generation"]))["status"] == "cancelled"


async def test_a_token_revoked_by_another_process_ends_what_runs_over_http_and_is_known_no_more(house: Served) -> None:
    token_id, token = await house.new_token()
    body, headers = {"model": "lab:endless", "messages": ASK, "stream": True}, {"authorization": f"Bearer {token}"}
    async with house.http.post(f"{house.url}/v1/chat/completions", json=body, headers=headers) as running:
        await running.content.readline()
        await revoke_elsewhere(house, token_id)
        async with asyncio.timeout(ELSEWHERE_S):
            await house.upstream.asked[-1].closed.wait()
            await running.read()
    assert (await house.call("GET", "/v1/models", token=token))[0] == 401


async def test_consent_that_another_process_takes_back_ends_what_the_site_runs(house: Served) -> None:
    _, token = await house.new_token(SCOPES)
    async with greeted(house, token) as client:
        grant = {"origin": "https://a.example", "state": "allowed"}
        assert (await house.call("PUT", "/v1/grants", grant, token=token))[0] == 200
        started = await client.generate("lab:endless", origin="https://a.example")
        await client.hear("delta")
        async with house.house.database.unit_of_work() as stores:
            (kept,) = await stores.grants.list(house.account.id)
            await stores.grants.put(replace(kept, state=GrantState.BLOCKED))
        async with asyncio.timeout(ELSEWHERE_S):
            assert (await client.rest())[-1]["reason"] == "cancelled"  # read meanwhile: one who reads nothing falls behind
            await house.upstream.asked[-1].closed.wait()
        await client.generate(ref="next", origin="https://a.example")
        assert (await client.rest())[-1]["error"]["code"] == "origin_blocked"
    assert (await house.entry(started["generation"]))["status"] == "cancelled"


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize("path", ["/v1/chat/completions", "/v1/messages", "/v1/responses"])
async def test_an_answer_that_a_revocation_cuts_does_not_look_whole(house: Served, path: str, stream: bool) -> None:
    token_id, token = await house.new_token()
    asked = {"input": "Hi"} if path == "/v1/responses" else {"messages": ASK, "max_tokens": 50}
    body, headers = {"model": "lab:endless", "stream": stream, **asked}, {"authorization": f"Bearer {token}"}

    async def ask() -> tuple[int, str]:
        async with house.http.post(house.url + path, json=body, headers=headers) as reply:
            return reply.status, await reply.text()

    asking = asyncio.create_task(ask())
    async with asyncio.timeout(20):
        while not house.upstream.asked:
            await asyncio.sleep(0.01)
        await house.upstream.asked[-1].flowing.wait()
        assert await house.house.tokens.revoke(house.account.id, token_id)
        status, text = await asking
    assert (status, "revoked in the middle of the answer" in text) == (200 if stream else 401, True)
    assert not any(end in text for end in ('"stop"', '"end_turn"', '"completed"'))


@asynccontextmanager
async def slow_list() -> AsyncGenerator[tuple[str, asyncio.Event], None]:
    """Yield the address of a provider that never says which models it has, and what tells that it was asked."""
    asked, over = asyncio.Event(), asyncio.Event()

    async def hold(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        asked.set()
        await over.wait()
        writer.close()

    server = await asyncio.start_server(hold, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1", asked
    finally:
        over.set()
        server.close()


async def test_a_token_revoked_during_its_hello_opens_nothing(house: Served) -> None:
    other = await house.house.accounts.create("other@satchel.example", "another long password")
    token_id, token = await house.new_token(account_id=other.id)
    async with slow_list() as (address, asked):
        await KeyDesk(house.house.vault, house.house.rows, house.house.bus).add(other.id, "custom", address, NO_SECRET, "slow")
        async with bare(house) as client:
            await client.say("hello", token=token)
            await asyncio.wait_for(asked.wait(), 20)  # the hello waits for the list of models
            assert await house.house.tokens.revoke(other.id, token_id)
            with pytest.raises(ConnectionClosed) as closed:
                await asyncio.wait_for(client.socket.recv(), 20)
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == 4401


async def test_a_request_whose_token_is_revoked_before_its_body_came_asks_nobody(house: Served) -> None:
    token_id, token = await house.new_token()
    body = json.dumps({"model": "lab:hello", "messages": ASK}).encode()
    reader, writer = await asyncio.open_connection("127.0.0.1", house.port)
    head = f"POST /v1/chat/completions HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer {token}\r\ncontent-length: {len(body)}\r\n\r\n"
    writer.write(head.encode() + body[:5])
    await writer.drain()
    assert (await house.call("GET", "/v1/models", token=token))[0] == 200
    assert await house.house.tokens.revoke(house.account.id, token_id)
    await asyncio.sleep(0)
    writer.write(body[5:])
    async with asyncio.timeout(20):
        assert b" 401 " in await reader.readline()
    writer.close()
    assert house.upstream.asked == []


async def test_the_ids_that_a_client_chooses_are_its_own(house: Served) -> None:
    (_, one), (_, two) = await house.new_token(family_id="fam_1"), await house.new_token(family_id="fam_2")
    _, refreshed = await house.new_token(family_id="fam_1")
    async with greeted(house, one) as first, greeted(house, two) as second, greeted(house, refreshed) as again:
        started = await first.generate("lab:endless", ref="1")
        await second.say("cancel", id="1")
        assert (await second.hear("failed"))["error"]["code"] == "generation_not_found"
        for stolen in ("1", started["generation"], "fam_1 1"):
            mine = await second.generate(ref=stolen)
            assert mine["generation"] != started["generation"]
            assert text_of(await second.rest()) == "Hello!"
        await second.say("attach", generation=started["generation"], after=0)
        assert (await second.hear("started"))["id"] is None
        await again.say("attach", id="1", after=0)
        assert (await again.hear("started"))["generation"] == started["generation"]
        await again.say("cancel", id="1")
        assert (await first.rest())[-1]["reason"] == "cancelled"
