"""The guard at the socket. Nothing here connects: sockets are made by a recorder that refuses, names are looked up in a table."""

import socket
from collections.abc import Sequence

import pytest

from satchel.domain.errors import ProviderUnavailable
from satchel.kit.addresses import is_public
from satchel.transport import AddressInfo, Transport


class Recorder:
    """Make no socket; keep what was asked for."""

    def __init__(self, **names: list[str]) -> None:
        self.asked: list[tuple[object, ...]] = []
        self.names = {name.replace("_", "."): addresses for name, addresses in names.items()}

    def open_socket(self, info: AddressInfo) -> socket.socket:
        self.asked.append(info[4][:2])
        raise ConnectionRefusedError("the recorder makes no sockets")

    async def lookup(self, host: str, port: int) -> Sequence[str]:
        return self.names.get(host, [])

    def transport(self, *, allow_loopback: bool = True, allowed_hosts: frozenset[str] = frozenset()) -> Transport:
        return Transport(allow_loopback=allow_loopback, allowed_hosts=allowed_hosts, lookup=self.lookup, open_socket=self.open_socket)


async def tried(recorder: Recorder, url: str, **options: object) -> tuple[str, list[tuple[object, ...]]]:
    """Ask for `url`; return the error's message and the addresses that a socket was made for."""
    transport = recorder.transport(**options)  # type: ignore[arg-type]
    try:
        with pytest.raises(ProviderUnavailable) as caught:
            await transport.get_json(url, {}, 2.0)
    finally:
        await transport.aclose()
    return caught.value.message, recorder.asked


BYPASSES = [
    "127.0.0.1",
    "localhost",
    "[::1]",
    "[::ffff:169.254.169.254]",
    "[::ffff:7f00:1]",
    "169.254.169.254",
    "2130706433",
    "0177.0.0.1",
    "0x7f.1",
    "127.1",
    "10.0.0.1",
    "192.168.1.1",
    "172.16.0.1",
    "100.64.0.1",
    "0.0.0.0",
    "[64:ff9b::a9fe:a9fe]",
    "[fe80::1%25eth0]",
    "①②⑦.⓪.⓪.①",
    "192.0.0.192",
    "[2002:7f00:1::]",
    "224.0.0.1",
    "168.63.129.16",
    "[2001::1]",
]


@pytest.mark.parametrize("host", BYPASSES)
async def test_e5_no_form_of_a_private_address_gets_a_socket_on_a_hosted_server(host: str) -> None:
    names = {
        "localhost": ["127.0.0.1"],
        "2130706433": ["127.0.0.1"],
        "0177.0.0.1": ["127.0.0.1"],
        "0x7f.1": ["127.0.0.1"],
        "127.1": ["127.0.0.1"],
    }
    recorder = Recorder()
    recorder.names = names
    for scheme in ("https", "http"):
        _, asked = await tried(recorder, f"{scheme}://{host}/v1/models", allow_loopback=False)
        assert asked == []


@pytest.mark.parametrize("host", [host for host in BYPASSES if host not in ("127.0.0.1", "localhost", "[::1]", "[::ffff:7f00:1]")])
async def test_allowing_loopback_allows_nothing_else_and_no_disguise(host: str) -> None:
    recorder = Recorder()
    recorder.names = {name: ["127.0.0.1"] for name in ("2130706433", "0177.0.0.1", "0x7f.1", "127.1")}
    _, asked = await tried(recorder, f"https://{host}/v1/models")
    assert asked == []


@pytest.mark.parametrize("url", ["http://127.0.0.1:11434/x", "http://localhost:11434/x"])
async def test_loopback_is_reached_where_the_operator_allows_it(url: str) -> None:
    _, asked = await tried(Recorder(localhost=["127.0.0.1"]), url)
    assert asked == [("127.0.0.1", 11434)]


async def test_a_public_name_is_reached_at_its_checked_address() -> None:
    _, asked = await tried(Recorder(api_acme_example=["1.1.1.1"]), "https://api.acme.example/v1/models")
    assert asked == [("1.1.1.1", 443)]


@pytest.mark.parametrize("bad", ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1"])
async def test_one_bad_answer_among_good_ones_refuses_the_name(bad: str) -> None:
    message, asked = await tried(Recorder(api_acme_example=["1.1.1.1", bad]), "https://api.acme.example/v1/models")
    assert asked == []
    assert bad in message


async def test_a_localhost_that_leads_elsewhere_is_refused() -> None:
    _, asked = await tried(Recorder(localhost=["1.1.1.1"]), "http://localhost:11434/x")
    assert asked == []


@pytest.mark.parametrize(
    "url",
    [
        "http://api.acme.example/v1",
        "https://api.acme.example:22/v1",
        "https://user@api.acme.example/v1",
        "ftp://api.acme.example/v1",
        "file:///etc/passwd",
        "https:///v1",
        "https://[::bad/v1",
    ],
)
async def test_only_https_at_a_usual_port_goes_out(url: str) -> None:
    _, asked = await tried(Recorder(api_acme_example=["1.1.1.1"]), url)
    assert asked == []


async def test_the_operator_may_name_a_host_and_a_port_exactly() -> None:
    named = frozenset({"box.lan:11434", "192.168.1.9:8080"})
    for url, address in (("http://box.lan:11434/v1", ("192.168.1.5", 11434)), ("http://192.168.1.9:8080/v1", ("192.168.1.9", 8080))):
        recorder = Recorder(box_lan=["192.168.1.5"])
        assert (await tried(recorder, url, allow_loopback=False, allowed_hosts=named))[1] == [address]
    assert (await tried(Recorder(box_lan=["192.168.1.5"]), "http://box.lan:11435/v1", allowed_hosts=named))[1] == []


async def test_a_server_that_we_started_ourselves_is_reached_on_a_hosted_server() -> None:
    recorder = Recorder()
    transport = recorder.transport(allow_loopback=False)
    transport.guard.vouch("127.0.0.1", 40001)
    for port in (40001, 40002):
        with pytest.raises(ProviderUnavailable):
            await transport.get_json(f"http://127.0.0.1:{port}/", {}, 2.0)
    await transport.aclose()
    assert recorder.asked == [("127.0.0.1", 40001)]


async def test_a_name_without_an_address_is_a_clear_error() -> None:
    message, _ = await tried(Recorder(), "https://nowhere.example/v1")
    assert "nowhere.example has no address" in message


@pytest.mark.parametrize("address", ["1.1.1.1", "2606:4700::1111", "8.8.8.8"])
def test_public_addresses_are_public(address: str) -> None:
    assert is_public(address)
