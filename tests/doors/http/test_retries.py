"""What a provider's bad moment comes to for the caller: over real sockets on both sides, through everything between them."""

import asyncio

from satchel.domain.keys import NO_SECRET
from satchel.doors.http.keys import KeyDesk

from ..served import Served


async def test_c3_a_busy_provider_is_asked_again_after_what_its_retry_after_says(house: Served) -> None:
    async with house.ask("lab:busy-once") as reply:
        answer = await reply.json()
    assert (reply.status, answer["choices"][0]["message"]["content"]) == (200, "Hello!")
    first, second = house.upstream.asked
    assert second.at_s - first.at_s >= 1.0
    entry = await house.entry(answer["id"])
    assert (entry["status"], entry["attempts"]) == ("finished", 2)


async def test_c3_a_provider_that_asks_for_more_patience_than_a_call_has_is_named_with_its_wait(house: Served) -> None:
    async with house.ask("lab:throttles") as reply:
        assert (await reply.json())["error"]["metadata"]["retry_after_s"] is None
    async with house.ask("lab:busy-long") as reply:
        error = (await reply.json())["error"]
    assert (reply.status, reply.headers["retry-after"], error["metadata"]["retry_after_s"]) == (429, "60", 60)
    assert [asked.body["model"] for asked in house.upstream.asked].count("busy-long") == 1


async def test_c3_a_timeout_closes_the_providers_socket_before_another_is_asked(house: Served) -> None:
    await KeyDesk(house.house.vault, house.house.rows, house.house.bus).add(
        house.account.id, "custom", house.upstream.url, NO_SECRET, "twin"
    )
    async with house.ask("custom:quiet-once") as reply:
        answer = await reply.json()
    assert (reply.status, answer["choices"][0]["message"]["content"]) == (200, "Hello!")
    first, second = house.upstream.asked
    await asyncio.wait_for(first.closed.wait(), 10)
    assert second.at_s - first.at_s >= 1.3  # the house's patience with silence
    entry = await house.entry(answer["id"])
    assert [(each["code"], each["provider"]) for each in entry["failed_attempts"]] == [("provider_timeout", "custom")]


async def test_c3_a_connection_that_is_reset_before_an_answer_is_made_anew(house: Served) -> None:
    async with house.ask("lab:resets-once") as reply:
        answer = await reply.json()
    assert (reply.status, answer["choices"][0]["message"]["content"]) == (200, "Hello!")
    first, second = house.upstream.asked
    assert second.at_s - first.at_s >= 0.2
    entry = await house.entry(answer["id"])
    assert (entry["attempts"], [each["code"] for each in entry["failed_attempts"]]) == (2, ["provider_unavailable"])


async def test_c3_a_provider_that_goes_on_resetting_is_given_up(house: Served) -> None:
    async with house.ask("lab:resets") as reply:
        error = (await reply.json())["error"]
    assert (reply.status, error["metadata"]["satchel_code"]) == (502, "provider_unavailable")
    assert len(house.upstream.asked) == 2


async def test_c3_silence_is_hung_up_on_and_asked_again_where_that_costs_nothing(house: Served) -> None:
    async with house.ask("lab:quiet-once") as reply:
        answer = await reply.json()
    assert (reply.status, answer["choices"][0]["message"]["content"]) == (200, "Hello!")
    first, second = house.upstream.asked
    await asyncio.wait_for(first.closed.wait(), 10)
    assert second.at_s - first.at_s >= 1.5
    entry = await house.entry(answer["id"])
    assert [each["code"] for each in entry["failed_attempts"]] == ["provider_timeout"]
