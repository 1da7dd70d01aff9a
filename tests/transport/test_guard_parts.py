"""Each question that the guard answers, asked by itself: what is not refused at one of them must be at another. Nothing here connects."""

import pytest

from satchel.kit.addresses import is_loopback, parse_address
from satchel.transport import guard as guard_module
from satchel.transport.guard import AddressRefused, EgressGuard

PRIVATE = ("10.0.0.1", "192.168.1.1", "169.254.169.254", "fd00::1")
OWN = ("127.0.0.1", "::1")


@pytest.mark.parametrize("allow_loopback", [False, True])
def test_a_socket_is_checked_as_an_address_is(allow_loopback: bool) -> None:
    guard = EgressGuard(allow_loopback=allow_loopback)
    guard.check_socket("93.184.215.14", 443)
    for address in PRIVATE:
        with pytest.raises(AddressRefused):
            guard.check_socket(address, 443)
    for address in OWN:
        if allow_loopback:
            guard.check_socket(address, 443)
            continue
        with pytest.raises(AddressRefused):
            guard.check_socket(address, 443)
        guard.vouch(address, 443)
        guard.check_socket(address, 443)
        with pytest.raises(AddressRefused):
            guard.check_socket(address, 444)


async def test_a_name_is_looked_up_for_the_port_that_is_reached() -> None:
    asked: list[tuple[str, int]] = []

    async def lookup(host: str, port: int) -> list[str]:
        asked.append((host, port))
        return ["10.0.0.1"]

    guard = EgressGuard(allow_loopback=False, allowed_hosts=frozenset({"LAB.example:8443"}), lookup=lookup)
    assert await guard.addresses("lab.example", 8443) == ["10.0.0.1"]
    guard.check_socket("10.0.0.1", 8443)
    for port in (443, 8444):
        with pytest.raises(AddressRefused):
            guard.check_socket("10.0.0.1", port)
    with pytest.raises(AddressRefused):
        await guard.addresses("lab.example", 443)
    assert asked == [("lab.example", 8443), ("lab.example", 443)]


def test_an_operator_names_an_ipv6_address_in_brackets() -> None:
    guard = EgressGuard(allow_loopback=False, allowed_hosts=frozenset({"[FD00::a]:8080"}))
    guard.check_url("http://[fd00::A]:8080/v1")
    guard.check_socket("fd00::a", 8080)
    with pytest.raises(AddressRefused):
        guard.check_socket("fd00::b", 8080)


def test_a_refusal_says_how_a_host_of_ones_own_is_allowed_but_not_how_a_clouds_metadata_is() -> None:
    guard = EgressGuard(allow_loopback=False)
    for url, host in (
        ("http://10.0.0.1:11434/api", "10.0.0.1:11434"),
        ("http://lab.lan/v1", "lab.lan:80"),
        ("https://[fd00::a]/", "[fd00::a]:443"),
    ):
        with pytest.raises(AddressRefused, match="the operator can allow") as refused:
            guard.check_url(url)
        assert f"{host} in SATCHEL_PROVIDER_HOSTS" in str(refused.value)
        EgressGuard(allow_loopback=False, allowed_hosts=frozenset({host})).check_url(url)
    with pytest.raises(AddressRefused, match="the operator can allow it with SATCHEL_LOCAL_SERVERS=on"):
        guard.check_url("http://127.0.0.1:11434/api")
    metadata = ("169.254.169.254", "[::ffff:169.254.169.254]", "[fe80::1]", "100.100.100.200", "168.63.129.16", "[fd00:ec2::254]")
    for url in (f"https://{host}/latest" for host in metadata):
        with pytest.raises(AddressRefused, match=r"not a public address$"):
            guard.check_url(url)


async def test_the_systems_own_resolver_knows_this_computer() -> None:
    found = await EgressGuard(allow_loopback=True).addresses("localhost", 80)
    assert set(found) <= {"127.0.0.1", "::1"}
    assert found
    with pytest.raises(AddressRefused):
        await EgressGuard(allow_loopback=False).addresses("localhost", 80)


def test_what_passed_is_remembered_and_never_without_end() -> None:
    guard = EgressGuard(allow_loopback=False)
    urls = [f"https://a{number}.example/v1" for number in range(guard_module._MAX_PASSED + 1)]
    for url in urls[:-1]:
        guard.check_url(url)
    assert guard._passed == set(urls[:-1])
    guard.check_url(urls[-1])
    assert guard._passed == {urls[-1]}


def test_a_zone_does_not_hide_what_an_address_is() -> None:
    assert str(parse_address("fe80::1%eth0")) == "fe80::1"
    assert is_loopback("::1%lo")
