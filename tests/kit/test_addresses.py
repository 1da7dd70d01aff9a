"""For whom a throttle counts an address. Which are public is tested with the transport."""

import pytest

from satchel.kit.addresses import neighbourhood


@pytest.mark.parametrize(
    ("address", "whose"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:DB8:1:2::", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("unknown", "unknown"),
    ],
)
def test_all_of_an_ipv6_subscriber_is_one_caller(address: str, whose: str) -> None:
    assert neighbourhood(address) == whose
