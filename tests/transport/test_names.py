"""Names that change their minds, over a real resolver. Connections are recorded and refused; where one is made, it is to loopback."""

import asyncio

import pytest

from satchel.domain.errors import ProviderUnavailable
from satchel.transport import Transport

from .name_server import name_server
from .recorder import Recorder, tried
from .servers import serving

NAME = "api.acme.example"
GOOD, ALSO_GOOD = "1.1.1.1", "2606:4700::1111"


async def test_a_name_is_looked_up_once_and_the_connection_goes_to_what_was_checked() -> None:
    async with name_server({NAME: [[GOOD], ["127.0.0.1"]]}) as names:
        _, asked = await tried(Recorder(names.lookup), f"https://{NAME}/v1", allow_loopback=False)
        assert asked == [(GOOD, 443)]
        assert [name for name, _ in names.questions] == [NAME, NAME]  # once for each kind of address


@pytest.mark.parametrize("bad", ["127.0.0.1", "169.254.169.254", "10.0.0.1", "::1", "::ffff:10.0.0.1", "fd00::1"])
async def test_a_name_that_flips_to_a_private_address_gets_no_second_socket(bad: str) -> None:
    async with name_server({NAME: [[GOOD], [bad]]}) as names:
        recorder = Recorder(names.lookup)
        transport = recorder.transport(allow_loopback=True)
        for port in (443, 8443, 443):  # another port is another name for the client's memory
            with pytest.raises(ProviderUnavailable):
                await transport.get_json(f"https://{NAME}:{port}/v1", {}, 20.0)
        await transport.aclose()
        assert set(recorder.asked) == {(GOOD, 443)}


@pytest.mark.parametrize("bad", ["127.0.0.1", "192.168.0.1", "::1", "64:ff9b::7f00:1", "ff02::1"])
@pytest.mark.parametrize("first", [True, False])
async def test_one_bad_address_among_good_ones_refuses_all(bad: str, *, first: bool) -> None:
    answers = [bad, GOOD, ALSO_GOOD] if first else [GOOD, ALSO_GOOD, bad]
    async with name_server({NAME: [answers]}) as names:
        message, asked = await tried(Recorder(names.lookup), f"https://{NAME}/v1")
    assert asked == []
    assert bad in message


async def test_good_addresses_of_both_kinds_are_tried() -> None:
    async with name_server({NAME: [[GOOD, ALSO_GOOD]]}) as names:
        _, asked = await tried(Recorder(names.lookup), f"https://{NAME}/v1", allow_loopback=False)
    assert {address for address, _ in asked} == {GOOD, ALSO_GOOD}


async def test_a_name_of_our_own_that_points_at_loopback_is_refused_though_loopback_is_allowed() -> None:
    async with name_server({NAME: [["127.0.0.1"]]}) as names:
        for scheme in ("https", "http"):
            assert (await tried(Recorder(names.lookup), f"{scheme}://{NAME}:8443/v1"))[1] == []


async def test_the_certificate_is_asked_for_by_name_and_not_by_the_address_looked_up() -> None:
    hello: list[bytes] = []
    heard = asyncio.Event()

    async def listening(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        hello.append(await reader.read(4096))
        heard.set()
        writer.close()

    server = await asyncio.start_server(listening, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with name_server({NAME: [["127.0.0.1"]]}) as names, server:
        transport = Transport(allow_loopback=False, allowed_hosts=frozenset({f"{NAME}:{port}"}), lookup=names.lookup)
        with pytest.raises(ProviderUnavailable):
            await transport.get_json(f"https://{NAME}:{port}/v1", {}, 20.0)
        await transport.aclose()
        await asyncio.wait_for(heard.wait(), 20)
    assert hello[0][0] == 22  # a TLS handshake
    assert NAME.encode() in hello[0]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_an_answer_and_is_not_followed(status: int) -> None:
    async with serving(lambda *_: asyncio.sleep(0)) as elsewhere:

        async def talk(_: bytes, writer: asyncio.StreamWriter) -> None:
            where = f"location: {elsewhere.url}/taken\r\n".encode()
            writer.write(b"HTTP/1.1 %d Away\r\n%scontent-length: 0\r\n\r\n" % (status, where))

        async with serving(talk) as server:
            transport = Transport(allow_loopback=True)
            answer = await transport.get_json(f"{server.url}/v1", {"authorization": "Bearer sk-not-a-real-key"}, 20.0)
            await transport.aclose()
    assert answer.status == status
    assert elsewhere.connections == 0


@pytest.mark.parametrize("name", ["http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"])
async def test_a_proxy_of_the_environment_never_hears_of_a_request(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async with serving(lambda *_: asyncio.sleep(0)) as proxy:
        monkeypatch.setenv(name, proxy.url)
        async with name_server({NAME: [[GOOD]]}) as names:
            _, asked = await tried(Recorder(names.lookup), f"https://{NAME}/v1", allow_loopback=True)
        assert asked == [(GOOD, 443)]
        assert proxy.connections == 0
