"""A real resolver of the test's own: a DNS server on loopback whose answers change with every question, and a client that asks it."""

import asyncio
import itertools
import socket
import struct
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from ipaddress import ip_address
from typing import cast

_HEADER = struct.Struct(">HHHHHH")
_A, _AAAA, _IN = 1, 28, 1
_ANSWERED = 0x8180
_WAIT_S = 30.0


class NameServer(asyncio.DatagramProtocol):
    """Answer questions about the names it knows: the first time with the first list of addresses, then the next, the last for ever."""

    def __init__(self, names: Mapping[str, Sequence[Sequence[str]]]) -> None:
        self.port = 0
        self.questions: list[tuple[str, int]] = []
        self._names = names
        self._wire: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the wire."""
        self._wire = cast(asyncio.DatagramTransport, transport)  # its class says so on some event loops only

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Answer."""
        number = _HEADER.unpack_from(data)[0]
        name, end = _read_name(data, _HEADER.size)
        (kind,) = struct.unpack_from(">H", data, end)
        asked = self.questions.count((name, kind))
        self.questions.append((name, kind))
        rounds = self._names.get(name, [[]])
        version = 4 if kind == _A else 6
        found = [ip_address(text) for text in rounds[min(asked, len(rounds) - 1)] if ip_address(text).version == version]
        records = b"".join(
            b"\xc0\x0c" + struct.pack(">HHIH", kind, _IN, 0, len(address.packed)) + address.packed for address in found
        )  # a time to live of 0: it wants to be asked again
        head = _HEADER.pack(number, _ANSWERED, 1, len(found), 0, 0)
        assert self._wire is not None
        self._wire.sendto(head + data[_HEADER.size : end + 4] + records, addr)

    async def lookup(self, host: str, port: int) -> Sequence[str]:
        """Ask over the network for both kinds of addresses, as the system's resolver does."""
        numbers = itertools.count(4242)
        loop = asyncio.get_running_loop()
        found: list[str] = []
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as wire:
            wire.setblocking(False)
            wire.connect(("127.0.0.1", self.port))
            for kind in (_A, _AAAA):
                number = next(numbers)
                await loop.sock_sendall(wire, _HEADER.pack(number, 0x0100, 1, 0, 0, 0) + _name(host) + struct.pack(">HH", kind, _IN))
                async with asyncio.timeout(_WAIT_S):
                    found += _addresses(await loop.sock_recv(wire, 4096), number)
        return found


@asynccontextmanager
async def name_server(names: Mapping[str, Sequence[Sequence[str]]]) -> AsyncGenerator[NameServer, None]:
    """Run a name server on loopback."""
    wire, server = await asyncio.get_running_loop().create_datagram_endpoint(lambda: NameServer(names), local_addr=("127.0.0.1", 0))
    server.port = wire.get_extra_info("sockname")[1]
    try:
        yield server
    finally:
        wire.close()


def _addresses(answer: bytes, number: int) -> list[str]:
    got, _, _, count, _, _ = _HEADER.unpack_from(answer)
    assert got == number
    at = _read_name(answer, _HEADER.size)[1] + 4
    found = []
    for _ in range(count):
        size = struct.unpack_from(">H", answer, at + 10)[0]
        found.append(str(ip_address(answer[at + 12 : at + 12 + size])))
        at += 12 + size
    return found


def _name(host: str) -> bytes:
    return b"".join(bytes([len(label)]) + label.encode() for label in host.rstrip(".").split(".")) + b"\0"


def _read_name(data: bytes, at: int) -> tuple[str, int]:
    labels = []
    while size := data[at]:
        labels.append(data[at + 1 : at + 1 + size].decode())
        at += 1 + size
    return ".".join(labels), at + 1
