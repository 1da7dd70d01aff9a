"""Which network addresses are public. Pure; who connects where is decided in `transport.py`."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

_DENIED = tuple(
    ip_network(network)
    for network in (
        "168.63.129.16/32",  # Azure's metadata and DNS, a public address by number
        "192.0.0.0/24",  # older Pythons call it global
        "192.88.99.0/24",  # 6to4 relays
        "64:ff9b::/96",  # NAT64: an IPv4 address inside
        "64:ff9b:1::/48",
        "2001::/32",  # Teredo
        "2002::/16",  # 6to4: an IPv4 address inside
    )
)


def parse_address(text: str) -> IPv4Address | IPv6Address | None:
    """Return `text` as an address, an IPv4 address inside an IPv6 one unwrapped and a zone dropped; None if it is no literal."""
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    inner = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return inner or address


def is_loopback(text: str) -> bool:
    """Tell whether `text` is an address of this machine only."""
    address = parse_address(text)
    return address is not None and address.is_loopback


def is_public(text: str) -> bool:
    """Tell whether `text` is an address that anybody on the internet has: global, no multicast, no tunnel with another address inside."""
    address = parse_address(text)
    if address is None or not address.is_global or address.is_multicast or address.is_reserved:
        return False
    return not any(address.version == network.version and address in network for network in _DENIED)
