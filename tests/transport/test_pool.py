"""What a request looks like on the wire, and which connection the next one has."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from satchel.domain.errors import ProviderUnavailable
from satchel.transport import Peer, Timeouts, Transport

from .servers import serving

PEER = Peer("Acme", {"provider": "acme"})
OK = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}"


@pytest.fixture
async def transport() -> AsyncIterator[Transport]:
    subject = Transport(allow_loopback=True, timeouts=Timeouts(connect_s=5.0, idle_s=5.0))
    yield subject
    await subject.aclose()


async def test_a_request_says_who_asks_in_its_callers_words_first(transport: Transport) -> None:
    async def talk(_: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(OK)

    async with serving(talk) as server:
        await transport.post_json(f"{server.url}/a%20b?c=é", {"Accept": "x/y", "X-Own": "1"}, b"{}", 5, PEER)
        await transport.get_json(server.url, {}, 5)
        posted, got = (request.decode().split("\r\n") for request in server.requests)
        assert posted[0] == "POST /a%20b?c=%C3%A9 HTTP/1.1"
        own = {"accept: x/y", "x-own: 1", "content-length: 2", "user-agent: satchel", "accept-encoding: identity"}
        assert {f"host: 127.0.0.1:{server.port}", *own} == set(posted[1:-2])
        assert got[0] == "GET / HTTP/1.1"
        assert "accept: */*" in got
        assert not any(line.startswith("content-") for line in got)


async def test_a_header_cannot_smuggle_another(transport: Transport) -> None:
    async with serving(lambda *_: asyncio.sleep(0)) as server:
        for bad in ("a\r\nx-other: b", "a\nb", "a\rb", "a\0b"):
            with pytest.raises(ValueError, match="line break"):
                await transport.get_json(server.url, {"x-own": bad}, 5)
        assert not server.requests


async def test_what_is_said_before_the_answer_is_passed_over(transport: Transport) -> None:
    async def talk(_: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n" + OK)

    async with serving(talk) as server:
        for _ in range(2):
            assert (await transport.post_json(server.url, {}, b"{}", 5, PEER)).status == 200
        assert server.connections == 1


async def test_a_question_whose_connection_was_closed_meanwhile_is_asked_once_more_and_an_order_is_not(transport: Transport) -> None:
    async def talk(_: bytes, writer: asyncio.StreamWriter) -> None:
        if len(server.requests) == 2:
            writer.close()
        else:
            writer.write(OK)

    async with serving(talk) as server:
        for _ in range(2):
            assert (await transport.get_json(server.url, {}, 5)).status == 200
        assert (len(server.requests), server.connections) == (3, 2)
    async with serving(talk) as server:
        await transport.post_json(server.url, {}, b"{}", 5, PEER)
        with pytest.raises(ProviderUnavailable, match="closed the connection"):
            await transport.post_json(server.url, {}, b"{}", 5, PEER)
        assert len(server.requests) == 2


async def test_a_connection_whose_request_was_answered_before_its_end_does_not_serve_again(transport: Transport) -> None:
    connections, closed = 0, asyncio.Queue[bool]()

    async def refuse_at_once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 413 Large\r\ncontent-length: 2\r\n\r\n{}")
        await reader.read()  # up to its end: only closing ends it
        writer.close()
        closed.put_nowait(True)

    server = await asyncio.start_server(refuse_at_once, "127.0.0.1", 0, limit=1024)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    for _ in range(2):
        assert (await transport.post_json(url, {}, b"x" * 9_000_000, 5, PEER)).status == 413
        assert await asyncio.wait_for(closed.get(), 10)
    assert connections == 2
    server.close()
