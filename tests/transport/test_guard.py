"""The guard at the socket. Nothing here connects: sockets are made by a recorder that refuses, names are looked up in a table."""

import pytest

from satchel.domain.errors import ProviderUnavailable
from satchel.kit.addresses import is_public

from .address_forms import FORMS, METADATA, PLAIN_LOOPBACK, RESERVED_V4, RESERVED_V6
from .recorder import Recorder, tried

GOOD = "1.1.1.1"


async def reached(authority: str, *, allow_loopback: bool, answers: list[str]) -> list[str]:
    """Return the sockets that were asked for on the way to `authority`, whatever name in it is looked up leading to `answers`."""

    async def gullible(host: str, port: int) -> list[str]:
        return answers

    found = []
    for scheme in ("https", "http"):
        recorder = Recorder(gullible)
        _, asked = await tried(recorder, f"{scheme}://{authority}/v1/models", allow_loopback=allow_loopback)
        found += [f"{scheme}://{authority} reached {target}" for target in asked]
    return found


def test_the_corpus_is_as_large_as_promised() -> None:
    assert len(FORMS) >= 300


async def test_e5_no_form_of_a_private_address_gets_a_socket_on_a_hosted_server() -> None:
    found = []
    for authority, target in FORMS.items():
        found += await reached(authority, allow_loopback=False, answers=[target])
    assert found == []


async def test_allowing_loopback_allows_nothing_else_and_no_disguise() -> None:
    found = []
    for authority, target in FORMS.items():
        host = authority if authority.startswith("[") else authority.removesuffix(":443").removesuffix(":80")
        if host not in PLAIN_LOOPBACK:
            found += await reached(authority, allow_loopback=True, answers=[target])
    assert found == []


async def test_plain_loopback_is_in_the_corpus_and_is_reached_where_it_is_allowed() -> None:
    assert FORMS.keys() >= PLAIN_LOOPBACK
    for authority in PLAIN_LOOPBACK:
        assert len(await reached(authority, allow_loopback=True, answers=[])) == 2


async def test_what_parsers_read_differently_is_refused_even_where_it_leads_to_a_public_address() -> None:
    odd = [authority for authority in FORMS if not authority.isascii() or not authority.isprintable() or set(authority) & set("@\\%# ")]
    assert len(odd) >= 200
    found = []
    for authority in odd:
        found += await reached(authority, allow_loopback=True, answers=[GOOD])
    assert found == []


@pytest.mark.parametrize("address", [*RESERVED_V4, *RESERVED_V6])
def test_reserved_addresses_are_not_public(address: str) -> None:
    assert not is_public(address)


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


@pytest.mark.parametrize("bad", METADATA)
async def test_a_named_host_does_not_lead_to_a_clouds_metadata_whatever_else_it_leads_to(bad: str) -> None:
    named = frozenset({"models.partner.example:8080"})
    for answers in ([bad], ["192.168.1.5", bad]):
        recorder = Recorder(models_partner_example=answers)
        message, asked = await tried(recorder, "http://models.partner.example:8080/v1", allow_loopback=False, allowed_hosts=named)
        assert asked == []
        assert "where clouds keep their machines' credentials" in message


@pytest.mark.parametrize("address", ["10.0.0.1", "100.64.0.1", "127.0.0.1", "fd00::a", "64:ff9b::101:101", "64:ff9b::a00:1", "1.1.1.1"])
async def test_a_named_host_may_lead_anywhere_else(address: str) -> None:
    recorder = Recorder(lab_lan=[address])
    named = frozenset({"lab.lan:8080"})
    assert (await tried(recorder, "http://lab.lan:8080/v1", allow_loopback=False, allowed_hosts=named))[1] == [(address, 8080)]


async def test_a_link_local_address_is_reached_where_the_operator_wrote_it_himself() -> None:
    named = frozenset({"169.254.10.1:8080"})
    _, asked = await tried(Recorder(), "http://169.254.10.1:8080/v1", allow_loopback=False, allowed_hosts=named)
    assert asked == [("169.254.10.1", 8080)]


async def test_a_named_hosts_address_does_not_open_for_other_names() -> None:
    recorder = Recorder(box_lan=["192.168.1.5"], evil_example=["192.168.1.5"])
    transport = recorder.transport(allow_loopback=False, allowed_hosts=frozenset({"box.lan:443"}))
    for url in ("https://box.lan/v1", "https://192.168.1.5/v1", "https://evil.example/v1"):
        with pytest.raises(ProviderUnavailable):
            await transport.get_json(url, {}, 20.0)
    await transport.aclose()
    assert recorder.asked == [("192.168.1.5", 443)]


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
