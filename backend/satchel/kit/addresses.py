"""Which network addresses are public. Pure; who connects where is decided in `transport.py`."""

import re
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

_GLOBAL_UNICAST = ip_network("2000::/3")
"""All of IPv6 that is handed out. What lies outside is no network's, or an IPv4 address in disguise."""

_DENIED = tuple(
    ip_network(network)
    for network in (
        "168.63.129.16/32",  # Azure's metadata and DNS, a public address by number
        "192.0.0.0/24",  # older Pythons call it global
        "192.31.196.0/24",  # AS112, answered by whatever network one is in; so are the next two
        "192.52.193.0/24",
        "192.175.48.0/24",
        "192.88.99.0/24",  # 6to4 relays
        "2001::/23",  # protocols' own: Teredo, ORCHID, benchmarks, anycast
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4: an IPv4 address inside
        "2620:4f:8000::/48",  # AS112
        "3fff::/20",  # documentation; older Pythons call it global
    )
)
"""Source: IANA's special-purpose address registries, 2026-11-23."""

_METADATA = tuple(
    ip_network(network)
    for network in (
        "168.63.129.16/32",  # Azure
        "100.100.100.200/32",  # Alibaba Cloud, in the space that carriers and VPNs share
        "192.0.0.192/32",  # Oracle Cloud, classic
        "fd00:ec2::/32",  # AWS: metadata, EKS pod identity, DNS, time
        "fd20:ce::254/128",  # Google Cloud
        "fd00:c1::a9fe:a9fe/128",  # Oracle Cloud
        "fd00:42::42/128",  # Scaleway
        "fd00:a9fe:a9fe::1/128",  # Linode
        "fd00:100::100:200/128",  # Alibaba Cloud
    )
)
"""Where clouds tell their machines what they are, link-local addresses aside. Source: clouds' documentation and clients, 2026-11-30."""

_NAT64 = ip_network("64:ff9b::/96")


_HOST_AND_PORT = re.compile(r"(?:[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?")


def is_plain_host(host_and_port: str) -> bool:
    """Tell whether this is a name or an address with or without a port, and nothing that has a meaning elsewhere, as in a policy."""
    return _HOST_AND_PORT.fullmatch(host_and_port) is not None


def parse_address(text: str) -> IPv4Address | IPv6Address | None:
    """Return `text` as an address, an IPv4 address inside an IPv6 one unwrapped and a zone dropped; None if it is no literal."""
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    inner = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return inner or address


def neighbourhood(text: str) -> str:
    """Return whom a throttle counts a caller's address for: of an IPv6 address its /64, all of which is one subscriber's."""
    address = parse_address(text)
    if isinstance(address, IPv6Address):
        return str(IPv6Network((address, 64), strict=False))
    return text if address is None else str(address)


def is_loopback(text: str) -> bool:
    """Tell whether `text` is an address of this machine only."""
    address = parse_address(text)
    return address is not None and address.is_loopback


def is_metadata(text: str) -> bool:
    """Tell whether machines ask at this address for what they are, their credentials included: a link-local one, or a cloud's own."""
    address = parse_address(text)
    if isinstance(address, IPv6Address):
        address = address.sixtofour or (IPv4Address(address.packed[-4:]) if address in _NAT64 else address)
    if address is None:
        return False
    return address.is_link_local or any(address.version == network.version and address in network for network in _METADATA)


def is_public(text: str) -> bool:
    """Tell whether `text` is an address that anybody on the internet has: global, no multicast, no tunnel with another address inside."""
    address = parse_address(text)
    if address is None or not address.is_global or address.is_multicast or address.is_reserved:
        return False
    if isinstance(address, IPv6Address) and address not in _GLOBAL_UNICAST:
        return False
    return not any(address.version == network.version and address in network for network in _DENIED)
