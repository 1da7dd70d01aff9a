"""A connector that makes no socket: it keeps what was asked for and refuses, so that a guard that fails cannot send a packet either."""

import socket
from collections.abc import Sequence

import pytest

from satchel.domain.errors import ProviderUnavailable
from satchel.transport import Transport
from satchel.transport.guard import Lookup
from satchel.transport.pool import AddressInfo


class Recorder:
    """Make no socket; keep what was asked for. Names are looked up in a table, or by `lookup`."""

    def __init__(self, lookup: Lookup | None = None, **names: list[str]) -> None:
        self.asked: list[tuple[object, ...]] = []
        self.names = {name.replace("_", "."): addresses for name, addresses in names.items()}
        self._lookup = lookup

    def open_socket(self, info: AddressInfo) -> socket.socket:
        """Refuse, and keep the address."""
        self.asked.append(info[4][:2])
        raise ConnectionRefusedError("the recorder makes no sockets")

    async def lookup(self, host: str, port: int) -> Sequence[str]:
        """Return what the table says."""
        return await self._lookup(host, port) if self._lookup else self.names.get(host, [])

    def transport(self, *, allow_loopback: bool = True, allowed_hosts: frozenset[str] = frozenset()) -> Transport:
        """Return a transport that cannot connect."""
        return Transport(allow_loopback=allow_loopback, allowed_hosts=allowed_hosts, lookup=self.lookup, open_socket=self.open_socket)


async def tried(recorder: Recorder, url: str, **options: object) -> tuple[str, list[tuple[object, ...]]]:
    """Ask for `url`; return the error's message and the addresses that a socket was made for."""
    transport = recorder.transport(**options)  # type: ignore[arg-type]
    try:
        with pytest.raises(ProviderUnavailable) as caught:
            await transport.get_json(url, {}, 20.0)
    finally:
        await transport.aclose()
    return caught.value.message, recorder.asked
