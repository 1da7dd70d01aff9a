"""`/v1/socket` over a real websocket, with a provider behind another."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from satchel.domain.tokens import SCOPES

from ..served import ASK, Served

Frame = dict[str, Any]


class Client:
    """One connection."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket

    async def say(self, kind: str, **fields: object) -> None:
        await self.socket.send(json.dumps({"type": kind, **fields}))

    async def hear(self, *kinds: str) -> Frame:
        """Return the next frame that is one of `kinds`, or any."""
        async with asyncio.timeout(20):
            while True:
                frame = json.loads(await self.socket.recv())
                assert isinstance(frame, dict)
                if not kinds or frame["type"] in kinds:
                    return frame

    async def generate(self, model: str = "lab:hello", ref: str = "1", **fields: object) -> Frame:
        """Start a generation; return its `started`."""
        request = {"model": model, "messages": ASK}
        await self.say("generate", id=ref, request=request, **fields)
        return await self.hear("started", "failed")

    async def rest(self) -> list[Frame]:
        """Return the frames up to an end."""
        frames = [await self.hear()]
        while frames[-1]["type"] not in ("finished", "failed"):
            frames.append(await self.hear())
        return frames

    async def closed(self) -> int:
        """Return the close code, once the server has closed."""
        async with asyncio.timeout(20):
            with pytest.raises(ConnectionClosed) as closed:
                while True:
                    await self.socket.recv()
        assert closed.value.rcvd is not None
        return closed.value.rcvd.code


@asynccontextmanager
async def bare(house: Served, **options: Any) -> AsyncGenerator[Client, None]:
    options = {"subprotocols": ["satchel.v1"], **options}
    async with connect(f"ws://127.0.0.1:{house.port}/v1/socket", max_size=None, **options) as socket:
        yield Client(socket)


@asynccontextmanager
async def greeted(house: Served, token: str | None = None, **options: Any) -> AsyncGenerator[Client, None]:
    async with bare(house, **options) as client:
        await client.say("hello", token=token or house.token, client={"name": "test", "version": "1"})
        assert (await client.hear())["type"] == "welcome"
        yield client


def text_of(frames: list[Frame]) -> str:
    return "".join(frame.get("text", "") for frame in frames if frame["type"] == "delta")


async def test_hello_is_answered_by_welcome(house: Served) -> None:
    async with bare(house) as client:
        assert client.socket.subprotocol == "satchel.v1"
        assert client.socket.protocol.extensions == []
        await client.say("hello", token=house.token)
        welcome = await client.hear()
    assert welcome["account"] == {"id": house.account.id, "email": house.account.email}
    assert welcome["limits"] == {"message_bytes": 10_485_760, "generations": 16, "resume_s": 60}


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ('{"type":"ping"}', 4400),
        ("nonsense", 4400),
        (b'{"type":"hello"}', 4400),
        ('{"type":"hello","token":"sat_wrong"}', 4401),
        ('{"type":"hello","token":""}', 4401),
        ("x" * 11_000_000, 1009),
    ],
)
async def test_a_connection_that_begins_badly_is_closed_with_its_code(house: Served, message: str | bytes, code: int) -> None:
    async with bare(house) as client:
        with suppress(ConnectionClosed):  # it may hang up before it has heard it all
            await client.socket.send(message)
        assert await client.closed() == code


async def test_text_that_is_no_utf8_is_closed_with_1007(house: Served) -> None:
    async with bare(house) as client:
        await client.socket.send(b"\xff\xfe", text=True)
        assert await client.closed() == 1007


async def test_a_token_without_the_scope_does_not_open_the_socket(house: Served) -> None:
    _, token = await house.new_token(frozenset({"models"}))
    async with bare(house) as client:
        await client.say("hello", token=token)
        assert await client.closed() == 4401


async def test_whoever_says_nothing_for_five_seconds_is_sent_away(house: Served) -> None:
    async with bare(house) as client:
        assert await client.closed() == 4408


@pytest.mark.parametrize(
    "origin", ["null", "https://evil.example", "http://127.0.0.1:1", "chrome-extension://abcdefghijklmnopabcdefghijklmnop"]
)
async def test_a_foreign_origin_may_not_open_the_socket(house: Served, origin: str) -> None:
    with pytest.raises(InvalidStatus) as refused:
        async with bare(house, origin=origin):
            pass
    assert refused.value.response.status_code == 403


@pytest.mark.parametrize(
    "origin", ["own", "chrome-extension://obokckflholpogcnmlgdjmncdemhikia", "moz-extension://0b5c2c3e-7f2a-4bde-9c3e-0123456789ab"]
)
async def test_our_own_origin_and_our_extensions_may(house: Served, origin: str) -> None:
    async with greeted(house, origin=house.url if origin == "own" else origin) as client:
        await client.say("ping", nonce="7")
        assert await client.hear() == {"type": "pong", "nonce": "7"}


async def test_a_foreign_host_name_reaches_nothing(house: Served) -> None:
    with pytest.raises(InvalidStatus):
        async with connect(f"ws://127.0.0.1:{house.port}/v1/socket", additional_headers={"Host": "rebound.example"}):
            pass


async def test_a_generation_is_started_numbered_and_finished(house: Served) -> None:
    async with greeted(house) as client:
        started = await client.generate()
        frames = await client.rest()
    assert started == {"type": "started", "id": "1", "generation": started["generation"], "model": "lab:hello"}
    assert text_of(frames) == "Hello!"
    assert [frame["seq"] for frame in frames] == list(range(1, len(frames) + 1))
    end = frames[-1]
    assert (end["reason"], end["model"], end["provider"]) == ("stop", "lab:hello", "custom")
    assert end["usage"] == {"input_tokens": 7, "output_tokens": 3, "reasoning_tokens": 0, "cached_tokens": 0, "estimated": False}
    assert end["cost"] == {"nusd": 0, "known": True}  # a server on this computer costs nothing
    assert (await house.entry(started["generation"]))["status"] == "finished"


async def test_one_connection_carries_many_generations(house: Served) -> None:
    async with greeted(house) as client:
        for number in range(10):
            await client.say("generate", id=f"g{number}", request={"model": "lab:hello", "messages": ASK})
        texts: dict[str, str] = {}
        ended = 0
        while ended < 10:
            frame = await client.hear()
            texts[frame["generation"]] = texts.get(frame["generation"], "") + frame.get("text", "")
            ended += frame["type"] == "finished"
    assert list(texts.values()) == ["Hello!"] * 10


async def test_a_refused_generation_fails_alone(house: Served) -> None:
    async with greeted(house) as client:
        failed = await client.generate("nobody/nothing", ref="bad")
        failed = failed if failed["type"] == "failed" else (await client.rest())[-1]
        assert (failed["id"], failed["error"]["code"]) == ("bad", "unknown_model")
        await client.say("generate", id="worse", request={"messages": []})
        refused = await client.hear()
        assert (refused["type"], refused["id"], refused["error"]["code"]) == ("failed", "worse", "malformed_request")
        assert "generation" not in refused
        await client.generate(ref="good")
        assert text_of(await client.rest()) == "Hello!"


@pytest.mark.parametrize(("model", "code"), [("cut", "stream_broken"), ("garbage", "provider_garbled"), ("mute", "provider_timeout")])
async def test_a_provider_failure_is_a_frame_and_the_connection_stays(house: Served, model: str, code: str) -> None:
    async with greeted(house) as client:
        started = await client.generate(f"lab:{model}")
        frames = await client.rest()
        assert (frames[-1]["type"], frames[-1]["error"]["code"]) == ("failed", code)
        assert frames[-1]["seq"] == len(frames)
        await client.generate(ref="2")
        assert text_of(await client.rest()) == "Hello!"
    assert (await house.entry(started["generation"]))["status"] == "failed"


async def test_cancel_stops_the_provider_and_keeps_the_usage(house: Served) -> None:
    async with greeted(house) as client:
        started = await client.generate("lab:endless")
        for _ in range(5):
            await client.hear("delta")
        await client.say("cancel", generation=started["generation"])
        end = (await client.rest())[-1]
        assert (end["type"], end["reason"]) == ("finished", "cancelled")
        assert end["usage"]["output_tokens"] > 0
        await asyncio.wait_for(house.upstream.asked[-1].closed.wait(), 10)
        await client.say("cancel", generation=started["generation"])
        again = await client.hear()
        assert (again["type"], again["error"]["code"]) == ("failed", "generation_not_found")
    assert (await house.entry(started["generation"]))["status"] == "cancelled"


async def test_cancel_by_the_clients_own_id_works_before_the_first_token(house: Served) -> None:
    async with greeted(house) as client:
        await client.generate("lab:mute", ref="mine")
        await client.say("cancel", id="mine")
        assert (await client.rest())[-1]["reason"] == "cancelled"


async def test_the_same_id_again_attaches_and_never_asks_twice(house: Served) -> None:
    async with greeted(house) as client:
        first = await client.generate(ref="same")
        await client.rest()
        second = await client.generate(ref="same")
        assert second["generation"] == first["generation"]
        assert text_of(await client.rest()) == "Hello!"
    assert len(house.upstream.asked) == 1


async def test_e2_a_cut_connection_re_attaches_and_gets_exactly_what_it_missed(house: Served) -> None:
    async with greeted(house) as client:
        started = await client.generate("lab:endless")
        seen = [await client.hear("delta") for _ in range(5)]
        client.socket.transport.abort()
    await asyncio.sleep(0.1)
    async with greeted(house) as client:
        await client.say("attach", generation=started["generation"], after=seen[-1]["seq"])
        again = await client.hear()
        assert again == started
        more = [await client.hear("delta") for _ in range(20)]
        await client.say("cancel", generation=started["generation"])
        end = (await client.rest())[-1]
    assert [frame["seq"] for frame in seen + more] == list(range(1, 26))
    assert end["reason"] == "cancelled"
    assert len(house.upstream.asked) == 1


async def test_an_ended_generation_can_still_be_read_and_an_unknown_one_cannot(house: Served) -> None:
    async with greeted(house) as client:
        started = await client.generate()
        whole = await client.rest()
    async with greeted(house) as client:
        await client.say("attach", id="1", after=1)
        assert (await client.hear()) == started
        assert await client.rest() == whole[1:]
        await client.say("attach", generation="gen_unknown", after=0)
        failed = await client.hear()
        assert (failed["generation"], failed["error"]["code"]) == ("gen_unknown", "generation_not_found")


async def test_generations_of_others_are_unknown(house: Served) -> None:
    other = await house.house.accounts.create("other@satchel.example", "another long password")
    _, token = await house.new_token(account_id=other.id)
    async with greeted(house) as client, greeted(house, token) as stranger:
        started = await client.generate("lab:endless", ref="mine")
        for target in ({"generation": started["generation"]}, {"id": "mine"}):
            await stranger.say("attach", after=0, **target)
            assert (await stranger.hear())["error"]["code"] == "generation_not_found"
            await stranger.say("cancel", **target)
            assert (await stranger.hear())["error"]["code"] == "generation_not_found"
        await client.say("cancel", id="mine")
        await client.rest()


async def test_an_origin_is_believed_only_from_a_token_that_may_attest_it(house: Served) -> None:
    async with greeted(house) as client:
        await client.generate(origin="https://a.example")
        assert (await client.rest())[-1]["type"] == "finished"
    _, token = await house.new_token(SCOPES)
    async with greeted(house, token) as client:
        await client.generate(ref="2", origin="https://a.example", embedder="https://b.example")
        failed = (await client.rest())[-1]
        assert failed["error"]["code"] == "consent_required"
        assert failed["error"]["details"]["origin"] == "https://a.example"
        assert failed["error"]["details"]["embedder"] == "https://b.example"
        refused = await client.generate(ref="3", origin="http://a.example")
        assert refused["error"]["code"] == "malformed_request"


async def test_consent_given_over_http_opens_the_way_and_is_pushed(house: Served) -> None:
    _, token = await house.new_token(SCOPES)
    async with greeted(house, token) as client:
        grant = {"origin": "https://a.example", "state": "once"}
        assert (await house.call("PUT", "/v1/grants", grant, token=token))[0] == 200
        assert await client.hear("event") == {"type": "event", "event": "grants_changed", "data": {"origin": "https://a.example"}}
        await client.generate(ref="1", origin="https://a.example")
        assert text_of(await client.rest()) == "Hello!"
        await client.generate(ref="2", origin="https://a.example")
        assert (await client.rest())[-1]["error"]["code"] == "consent_required"


async def test_a_new_preferred_model_is_pushed_to_all_connections_of_the_account(house: Served) -> None:
    async with greeted(house) as one, greeted(house) as two:
        assert (await house.call("PATCH", "/v1/account", {"preferred_model": "lab:hello"}))[0] == 200
        for client in (one, two):
            event = await client.hear("event")
            assert (event["event"], event["data"]) == ("model_changed", {"model": "lab:hello"})


async def test_a_revoked_token_closes_its_connections_at_once_and_ends_what_runs(house: Served) -> None:
    token_id, token = await house.new_token()
    async with greeted(house, token) as client, greeted(house) as other:
        started = await client.generate("lab:endless")
        await client.hear("delta")
        await house.house.tokens.revoke(house.account.id, token_id)
        async with asyncio.timeout(1):
            assert await client.closed() == 4401
            await house.upstream.asked[-1].closed.wait()
        await other.say("ping")
        assert (await other.hear("pong"))["nonce"] is None
    assert (await house.entry(started["generation"]))["status"] == "cancelled"


async def test_a_token_that_speaks_for_a_site_is_told_of_that_site_only(house: Served) -> None:
    _, token = await house.new_token(origin="https://a.example")
    async with greeted(house) as ours, bare(house) as client:
        foreign = await ours.generate("lab:endless")
        await client.say("hello", token=token, client={"name": "test", "version": "1"})
        welcome = await client.hear("welcome")
        assert (welcome["account"]["email"], welcome["preferred_model"]) == (None, None)
        for frame in ("attach", "cancel"):
            await client.say(frame, generation=foreign["generation"], after=0)
            assert (await client.hear("failed"))["error"]["code"] == "generation_not_found"
        await client.say("generate", id="1", request={"model": "lab:hello", "messages": [{"role": "user", "content": "Hi"}]})
        assert (await client.hear("failed"))["error"]["code"] == "consent_required"
        await client.say("generate", id="2", origin="https://b.example", request={"model": "lab:hello", "messages": []})
        assert (await client.hear("failed"))["error"]["code"] in ("consent_required", "malformed_request")
        for origin in ("https://b.example", "https://a.example"):
            grant = {"origin": origin, "state": "allowed"}
            assert (await house.call("PUT", "/v1/grants", grant))[0] == 200
        assert (await client.hear("event"))["data"] == {"origin": "https://a.example"}


async def test_a_slow_reader_pauses_the_provider_and_loses_nothing(house: Served) -> None:
    async with greeted(house, max_queue=1) as client:
        started = await client.generate("lab:flood")
        await asyncio.sleep(1.0)
        run = house.house.streams.find(house.account.id, started["generation"])
        assert run is not None
        paused_at = run.seq
        await asyncio.sleep(0.5)
        assert run.seq == paused_at
        assert run.seq < 2_000
        seqs = [(await client.hear("delta"))["seq"] for _ in range(paused_at + 100)]
        assert seqs == list(range(1, paused_at + 101))
        await client.say("cancel", id="1")
        assert (await client.rest())[-1]["reason"] == "cancelled"


async def test_too_many_frames_close_the_connection(house: Served) -> None:
    async with greeted(house) as client:
        for _ in range(130):
            await client.say("ping")
        assert await client.closed() == 4429


async def test_too_many_connections_of_one_account_are_refused(house: Served) -> None:
    async with AsyncExitStack() as stack:
        for _ in range(8):
            await stack.enter_async_context(greeted(house))
        async with bare(house) as ninth:
            await ninth.say("hello", token=house.token)
            await ninth.say("generate", id="pushy", request={"model": "lab:hello", "messages": ASK})
            assert await ninth.closed() == 4429
            assert house.house.streams.live(house.account.id) == []
    async with greeted(house):
        pass


async def test_draining_tells_clients_refuses_new_work_and_lets_the_old_finish(house: Served) -> None:
    async with greeted(house) as client, greeted(house) as idle:
        await client.generate("lab:late-0.8", ref="old")
        house.server.should_exit = True
        assert await client.hear("draining") == {"type": "draining", "retry_after_s": 5.0}
        refused = await client.generate(ref="new")
        assert refused["error"]["code"] == "draining"
        async with house.ask() as reply:
            assert reply.status == 503
            assert (await reply.json())["error"]["metadata"]["satchel_code"] == "draining"
            assert int(reply.headers["retry-after"]) > 0
        assert (await house.call("GET", "/readyz"))[1]["status"] == "draining"
        assert text_of(await client.rest()) == "Hello!"
        assert await client.closed() == 1012
        assert await idle.closed() == 1012
