"""Requests whose body takes its time."""

import asyncio

import pytest
from starlette.types import Message

from satchel.domain.errors import MalformedRequest
from satchel.doors.http.exchange import Exchange
from satchel.doors.http.hangup import HANGUP, Hangup

from ..served import Served


async def test_a_body_that_does_not_come_in_time_is_refused_and_its_connection_closed() -> None:
    pieces = [{"type": "http.request", "body": b"{", "more_body": True}]
    sent: list[Message] = []

    async def receive() -> dict[str, object]:
        return pieces.pop() if pieces else await asyncio.get_running_loop().create_future()

    async def send(message: Message) -> None:
        sent.append(message)

    exchange = Exchange({"method": "POST", "headers": [], HANGUP: Hangup()}, receive, send)
    with pytest.raises(MalformedRequest, match=r"did not come within 0\.01 s"):
        await exchange.body(patience_s=0.01)
    await exchange.reply(400, [], b"late")
    assert (b"connection", b"close") in sent[0]["headers"]


@pytest.mark.parametrize("is_signed_out", [True, False])
async def test_a_browser_that_was_signed_out_before_its_body_came_changes_nothing(house: Served, is_signed_out: bool) -> None:
    sign_in, cookie = await house.house.accounts.enter(house.account.id, "a browser")
    body = b'{"preferred_model": "lab:hello"}'
    head = (
        f"PATCH /portal/api/account HTTP/1.1\r\nhost: 127.0.0.1:{house.port}\r\ncookie: satchel_sid={cookie}\r\norigin: {house.url}\r\n"
        f"x-satchel-csrf: 1\r\nsec-fetch-site: same-origin\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    )
    reader, writer = await asyncio.open_connection("127.0.0.1", house.port)
    writer.write(head.encode() + body[:5])
    await asyncio.sleep(1.2)  # it is let in before its body has come
    if is_signed_out:
        assert await house.house.accounts.end_sign_in(house.account.id, sign_in.id)
    writer.write(body[5:])
    async with asyncio.timeout(20):
        status = int((await reader.readline()).split()[1])
    writer.close()
    account = await house.house.accounts.get(house.account.id)
    assert (status, account.preferred_model) == ((401, None) if is_signed_out else (200, "lab:hello"))
