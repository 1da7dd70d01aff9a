"""One request and its reply on bare ASGI, without a server."""

import asyncio

import pytest

from satchel.domain.errors import MalformedRequest
from satchel.doors.http.exchange import Exchange
from satchel.doors.http.hangup import HANGUP, Hangup


async def test_a_body_that_does_not_come_in_time_is_refused_and_its_connection_closed() -> None:
    pieces = [{"type": "http.request", "body": b"{", "more_body": True}]
    sent: list[dict[str, object]] = []

    async def receive() -> dict[str, object]:
        return pieces.pop() if pieces else await asyncio.get_running_loop().create_future()

    async def send(message: object) -> None:
        assert isinstance(message, dict)
        sent.append(message)

    exchange = Exchange({"method": "POST", "headers": [], HANGUP: Hangup()}, receive, send)
    with pytest.raises(MalformedRequest, match=r"did not come within 0\.01 s"):
        await exchange.body(patience_s=0.01)
    await exchange.reply(400, [], b"late")
    assert (b"connection", b"close") in sent[0]["headers"]  # type: ignore[operator]
