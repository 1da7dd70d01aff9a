import asyncio
import contextlib
import itertools
import socket
import struct
import time
from collections.abc import AsyncIterator

import pytest

from satchel.dialects.openai_chat import Decoder
from satchel.domain.catalog import Endpoint
from satchel.domain.errors import Lost, ProviderGarbled, ProviderTimeout, ProviderUnavailable, SatchelError, StreamBroken, UpstreamError
from satchel.domain.events import Event, Finished, TextDelta
from satchel.transport import Peer, Timeouts, Transport

from .servers import HEAD, LAST, framed, serving

PEER = Peer("Acme", {"provider": "acme", "endpoint": "acme:m"})
WORD = b'data: {"choices":[{"index":0,"delta":{"content":"a"},"finish_reason":null}]}\n\n'
END = b'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n'


@pytest.fixture
async def transport() -> AsyncIterator[Transport]:
    subject = Transport(allow_loopback=True, timeouts=Timeouts(connect_s=2.0, idle_s=0.4))
    yield subject
    await subject.aclose()
    await subject.aclose()


def decoder() -> Decoder:
    numbers = itertools.count()
    return Decoder(Endpoint("acme:m", "acme:m", "acme", "m", "", "M", "Acme", key_id="k"), lambda: f"call_{next(numbers)}")


async def events_of(transport: Transport, url: str) -> list[Event]:
    return [event async for event in transport.stream(f"{url}/chat", {}, b"{}", PEER, decoder())]


async def test_a_stream_becomes_events_and_its_connection_serves_again(transport: Transport) -> None:
    async def talk(_: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(HEAD + framed(WORD) + framed(END) + LAST)

    async with serving(talk) as server:
        for _ in range(3):
            events = await events_of(transport, server.url)
            assert [type(event) for event in events[1:]] == [TextDelta, Finished]
        assert server.connections == 1


async def test_d1_closing_the_generator_closes_the_connection_within_milliseconds(transport: Transport) -> None:
    async def talk(_: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(HEAD)
        while True:
            writer.write(framed(WORD))
            await asyncio.sleep(0.01)

    late: list[float] = []
    for _ in range(10):
        async with serving(talk) as server:
            events = transport.stream(f"{server.url}/chat", {}, b"{}", PEER, decoder())
            await anext(events)
            closed_at = time.perf_counter()
            await events.aclose()
            await asyncio.wait_for(server.gone.wait(), 10)
            assert server.left_at is not None
            late.append(server.left_at - closed_at)
    assert sorted(late)[3] < 0.002  # the machine itself may be late


async def test_cancelling_before_the_first_byte_closes_the_connection(transport: Transport) -> None:
    async def talk(_: bytes, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(10)

    async with serving(talk) as server:
        asking = asyncio.create_task(events_of(transport, server.url))
        while not server.requests:
            await asyncio.sleep(0.001)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        await asyncio.wait_for(server.gone.wait(), 10)


async def test_c3_silence_before_and_inside_an_answer_is_a_timeout_that_closes_the_connection(transport: Transport) -> None:
    async def mute(_: bytes, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(10)

    async def stalling(_: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(HEAD + framed(WORD))
        await asyncio.sleep(10)

    for talk in (mute, stalling):
        async with serving(talk) as server:
            with pytest.raises(ProviderTimeout) as caught:
                await events_of(transport, server.url)
            assert caught.value.details["provider"] == "acme"
            await asyncio.wait_for(server.gone.wait(), 10)  # the server talks on for ten seconds: it was not it that hung up


@pytest.mark.parametrize(
    ("sent", "kind"),
    [
        (b"", ProviderUnavailable),
        (b"SSH-2.0-OpenSSH\r\n\r\n", ProviderGarbled),
        (HEAD + framed(WORD), StreamBroken),
        (HEAD + framed(WORD) + LAST, StreamBroken),
        (HEAD + framed(WORD)[:-20], StreamBroken),
        (HEAD + LAST, StreamBroken),
        (HEAD.replace(b"text/event-stream", b"text/html") + framed(b"<html>") + LAST, ProviderGarbled),
        (b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 1\r\n\r\n{", ProviderGarbled),
        (b"HTTP/1.1 503 Busy\r\ncontent-length: 0\r\n\r\n", ProviderUnavailable),
        (b"HTTP/1.1 302 Away\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n", SatchelError),
    ],
    ids=["nothing", "no http", "cut", "unfinished", "cut chunk", "empty", "html", "half json", "busy", "redirect"],
)
async def test_every_bad_end_has_its_error(transport: Transport, sent: bytes, kind: type[SatchelError]) -> None:
    async def talk(_: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(sent)
        await writer.drain()
        writer.close()

    async with serving(talk) as server:
        with pytest.raises(kind) as caught:
            await events_of(transport, server.url)
        assert caught.value.message.startswith("Acme")
        assert len(server.requests) == 1


async def test_a_json_answer_to_a_wish_for_a_stream_is_read_too(transport: Transport) -> None:
    body = b'{"choices":[{"index":0,"message":{"role":"assistant","content":"hey"},"finish_reason":"stop"}]}'

    async def talk(_: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%s" % (len(body), body))

    async with serving(talk) as server:
        assert (await events_of(transport, server.url))[1] == TextDelta("hey")


async def test_nobody_listening_is_unavailable(transport: Transport) -> None:
    async with serving(lambda *_: asyncio.sleep(0)) as server:
        url = server.url
    with pytest.raises(ProviderUnavailable, match="Acme does not answer"):
        await events_of(transport, url)


async def test_c3_a_failure_before_the_head_of_an_answer_says_how_far_the_request_got(transport: Transport) -> None:
    async def resetting(_: bytes, writer: asyncio.StreamWriter) -> None:
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()

    async def hanging_up(_: bytes, writer: asyncio.StreamWriter) -> None:
        writer.close()

    async def mute(_: bytes, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(10)

    async def lost_at(url: str) -> Lost | None:
        with pytest.raises(UpstreamError) as caught:
            await events_of(transport, url)
        return caught.value.lost

    for talk, how in ((resetting, "cut"), (hanging_up, "cut"), (mute, "silent")):
        async with serving(talk) as server:
            assert await lost_at(server.url) == how
            assert len(server.requests) == 1
    assert await lost_at(server.url) == "unsent"  # nobody listens there any more


async def test_c3_a_connection_that_is_never_made_was_not_sent_anything() -> None:
    with contextlib.ExitStack() as sockets:
        listener = sockets.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        for _ in range(2):  # the queue is full: who comes now is not let in
            waiting = sockets.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(listener.getsockname())
        subject = Transport(allow_loopback=True, timeouts=Timeouts(connect_s=0.2, idle_s=10.0))
        with pytest.raises(ProviderTimeout) as caught:
            await events_of(subject, f"http://127.0.0.1:{listener.getsockname()[1]}")
        await subject.aclose()
    assert caught.value.lost == "unsent"


async def test_c3_what_is_the_same_when_it_is_sent_anew_was_not_lost(transport: Transport) -> None:
    async def no_http(_: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(b"SSH-2.0-OpenSSH\r\n\r\n")

    async def half(_: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(HEAD + framed(WORD))
        writer.close()

    for talk in (no_http, half):
        async with serving(talk) as server:
            with pytest.raises(UpstreamError) as caught:
                await events_of(transport, server.url)
            assert caught.value.lost is None
    for url in ("http://10.0.0.1", "http://192.168.0.1:11434"):
        with pytest.raises(UpstreamError, match="does not connect there") as caught:
            await events_of(Transport(allow_loopback=False), url)
        assert caught.value.lost is None


async def test_a_large_request_arrives_whole(transport: Transport) -> None:
    async def talk(_: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(HEAD + framed(WORD + END) + LAST)

    async with serving(talk) as server:
        body = b"x" * 3_000_000
        async for _ in transport.stream(f"{server.url}/chat", {}, body, PEER, decoder()):
            pass
        assert server.requests[0].endswith(body)


async def test_an_endless_body_is_cut_off(transport: Transport) -> None:
    async def talk(_: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(HEAD.replace(b"text/event-stream", b"application/json"))
        while True:
            writer.write(framed(b" " * 1_000_000))
            await writer.drain()

    async with serving(talk) as server:
        with pytest.raises(ProviderGarbled, match="more than"):
            await events_of(transport, server.url)
        await asyncio.wait_for(server.gone.wait(), 10)


async def test_proxies_of_the_environment_are_ignored(transport: Transport, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")

    async def talk(_: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}")

    async with serving(talk) as server:
        assert (await transport.get_json(server.url, {}, 1)).body == {}


async def test_reading_json_takes_no_longer_than_it_may(transport: Transport) -> None:
    async def talk(_: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n")
        while True:
            writer.write(b" ")
            await asyncio.sleep(0.02)

    async with serving(talk) as server:
        begun = time.perf_counter()
        with pytest.raises(ProviderTimeout):
            await transport.get_json(server.url, {}, 0.2)
        assert time.perf_counter() - begun < 15  # the whole body would take 20 s
