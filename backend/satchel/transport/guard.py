"""Where connections may go. It decides about addresses and looks names up; it connects nothing."""

import asyncio
import re
import socket
from collections.abc import Awaitable, Callable, Sequence

from satchel.kit.addresses import is_loopback, is_metadata, is_public, parse_address

Lookup = Callable[[str, int], Awaitable[Sequence[str]]]

_PUBLIC_PORTS = (443, 8443)
_DEFAULT_PORTS = {"https": 443, "http": 80}
_MAX_PASSED = 1_000
_PLAIN_URL = re.compile(r"(https?)://([a-z0-9._-]+|\[[0-9a-f:.]+\])(?::([1-9][0-9]{0,4}))?(?:[/?][^\s\\]*)?", re.ASCII | re.IGNORECASE)
"""A URL that every parser reads alike: no user, escape, zone, other digits or white space, where the host is looked for."""


class AddressRefused(OSError):
    """The guard does not let a connection go there."""


class EgressGuard:
    """Decide where connections may go: public addresses over https, loopback if allowed, and what the operator named.

    A name is looked up once; every answer must be allowed, and the connection goes to a checked address. The socket is checked again,
    because literals never pass the resolver. `allowed_hosts` are `host:port` texts of the operator, never of an account or a page. A name
    among them may lead into the house, but not to where clouds keep credentials: whoever answers for it need not be the operator.
    """

    def __init__(self, *, allow_loopback: bool, allowed_hosts: frozenset[str] = frozenset(), lookup: Lookup | None = None) -> None:
        self._allow_loopback = allow_loopback
        self._allowed_hosts = frozenset(host.lower() for host in allowed_hosts)
        self._lookup = lookup or _lookup
        self._vouched: set[tuple[str, int]] = set()
        self._pinned: set[tuple[str, int]] = set()
        self._passed: set[str] = set()

    def check_url(self, url: str) -> None:
        """Raise `AddressRefused` unless `url` is https to a usual port, http to an allowed loopback, or named by the operator.

        What passed once passes always: nothing that is allowed is ever taken back. Looking anew was 6 % of a request's time.
        """
        if url in self._passed:
            return
        self._look_at(url)
        if len(self._passed) >= _MAX_PASSED:
            self._passed.clear()
        self._passed.add(url)

    def _look_at(self, url: str) -> None:
        plain = _PLAIN_URL.fullmatch(url)
        if plain is None:  # other parsers may read another host in it: what is checked must be what is reached
            raise AddressRefused("the address is not a plain http or https URL")
        scheme, host = plain[1].lower(), plain[2].lower().strip("[]")
        port = int(plain[3] or _DEFAULT_PORTS[scheme])
        if self._is_named(host, port) or (host, port) in self._vouched:
            return
        if host == "localhost" or is_loopback(host):
            if not self._allow_loopback:
                raise AddressRefused(f"{host} is this server itself; the operator can allow it with SATCHEL_LOCAL_SERVERS=on")
            return
        may = f"; the operator can allow {plain[2].lower()}:{port} in SATCHEL_PROVIDER_HOSTS"
        if parse_address(host) is not None and not is_public(host):
            # nobody is talked into opening where clouds keep their machines' credentials
            raise AddressRefused(f"{host} is not a public address{'' if is_metadata(host) else may}")
        if scheme != "https":
            raise AddressRefused(f"{host} must be reached by https{may}")
        if port not in _PUBLIC_PORTS:
            raise AddressRefused(f"port {port} of {host} is not allowed{may}")

    async def addresses(self, host: str, port: int) -> Sequence[str]:
        """Return the addresses of `host`, all of them checked. Raises `AddressRefused` if one is not allowed."""
        found = await self._lookup(host, port)
        if self._is_named(host, port):
            for address in found:
                if is_metadata(address):
                    raise AddressRefused(f"{host} leads to {address}, where clouds keep their machines' credentials")
            self._pinned.update((address, port) for address in found)
        elif host == "localhost":
            if not self._allow_loopback or not all(is_loopback(address) for address in found):
                raise AddressRefused("localhost is not allowed here")
        else:
            for address in found:
                if not is_public(address):
                    raise AddressRefused(f"{host} leads to {address}, which is not a public address")
        if not found:
            raise AddressRefused(f"{host} has no address")
        return found

    def check_socket(self, address: str, port: int) -> None:
        """Raise `AddressRefused` unless a socket may connect to this address."""
        if is_public(address) or (self._allow_loopback and is_loopback(address)):
            return
        target = (address, port)
        if target not in self._pinned and target not in self._vouched and not self._is_named(address, port):
            raise AddressRefused(f"{address} is not a public address")

    def vouch(self, address: str, port: int) -> None:
        """Let connections go to a server that this process started itself, loopback allowed or not."""
        self._vouched.add((address, port))

    def _is_named(self, host: str, port: int) -> bool:
        return f"{host.lower()}:{port}" in self._allowed_hosts or f"[{host.lower()}]:{port}" in self._allowed_hosts


async def _lookup(host: str, port: int) -> Sequence[str]:
    """Ask the system's resolver, once."""
    infos = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(info[4][0]) for info in infos))
