"""Which endpoints are asked, and with which key."""

import pytest

from satchel.domain.errors import KeyMissing, KeyRejected, ProviderTimeout, ProviderUnavailable, UnknownModel
from satchel.domain.ledger import Status
from satchel.domain.usage import Usage

from .house import ACCOUNT, HELLO, House, endpoint, text_of


async def test_an_unknown_model_is_named(house: House) -> None:
    with pytest.raises(UnknownModel, match="no/such"):
        await house.routing.routes(house.call(model="no/such"))


async def test_endpoints_that_are_away_are_not_tried_while_one_is_there(house: House) -> None:
    house.catalog.endpoints = [endpoint("away", unavailable="P does not answer"), endpoint("m")]
    assert [route.id for route in await house.routing.routes(house.call())] == ["p:m"]
    house.catalog.endpoints = house.catalog.endpoints[:1]
    with pytest.raises(ProviderUnavailable, match="P does not answer"):
        await house.routing.routes(house.call())


async def test_a_key_is_opened_only_where_the_endpoint_has_one(house: House) -> None:
    await house.collect(house.call(origin=None))
    assert house.opened == [(ACCOUNT, "key_1")]
    house.catalog.endpoints = [endpoint(key_id=None)]
    await house.collect(house.call(origin=None))
    assert house.opened == [(ACCOUNT, "key_1")]
    assert house.provider.asked[-1][2] == ""


async def test_c2_a_bad_key_lets_the_next_route_try(house: House) -> None:
    house.catalog.endpoints = [endpoint("m"), endpoint("n")]
    house.script(KeyRejected("not this key"), of="p:m")
    assert text_of(await house.collect(house.call(origin=None))) == "Hello"
    (entry,) = await house.entries()
    assert entry.attempts == 2


async def test_what_was_never_sent_costs_nothing_and_is_still_in_the_ledger(house: House) -> None:
    house.key_error = KeyMissing("add a key for P")
    with pytest.raises(KeyMissing) as missing:
        await house.collect(house.call(origin=None))
    (entry,) = await house.entries()
    assert (entry.status, entry.error_code, entry.usage, entry.cost.nusd) == (Status.FAILED, "key_missing", Usage(), 0)
    assert missing.value.usage is None
    assert "sent" not in house.trace


async def test_a_provider_that_may_have_worked_before_it_failed_is_counted(house: House) -> None:
    house.script(ProviderTimeout("nothing for 60 s"))
    with pytest.raises(ProviderTimeout):
        await house.collect(house.call(origin=None))
    (entry,) = await house.entries()
    assert entry.usage == Usage(8, 0, estimated=True)


async def test_a_provider_that_is_not_installed_is_unavailable(house: House) -> None:
    house.catalog.endpoints = [endpoint("m")]
    house.routing._providers = {}
    with pytest.raises(ProviderUnavailable, match="cannot talk to P"):
        await house.collect(house.call(origin=None))


async def test_the_ledger_names_the_endpoint_that_served(house: House) -> None:
    house.catalog.endpoints = [endpoint("m"), endpoint("n", model_id="a/m")]
    house.script(ProviderUnavailable("down"), of="p:m")
    house.script(*HELLO, of="p:n")
    await house.collect(house.call(origin=None))
    (entry,) = await house.entries()
    assert (entry.model, entry.provider, entry.requested_model) == ("a/m", "p", "a/m")
