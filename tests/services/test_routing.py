"""Which endpoints are asked, and with which key."""

import asyncio
from dataclasses import replace

import pytest

from satchel.domain.catalog import CancelRule, Place
from satchel.domain.chat import Tuning
from satchel.domain.errors import (
    AllRoutesFailed,
    BudgetExceeded,
    KeyMissing,
    KeyRejected,
    Lost,
    ProviderRefused,
    ProviderThrottled,
    ProviderTimeout,
    ProviderUnavailable,
    SatchelError,
    StreamBroken,
    UnknownModel,
    UpstreamError,
)
from satchel.domain.events import Finished
from satchel.domain.ledger import Status
from satchel.domain.usage import Usage
from satchel.services.routing import patience_s

from .house import ACCOUNT, HELLO, House, endpoint, text_of, until


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


BUSY = {"status": 429}


async def failed_attempts(house: House) -> list[tuple[str, str, str, int]]:
    """Return what the ledger has of the tries of the only call: provider, endpoint, code, milliseconds."""
    (entry,) = await house.entries()
    return [(each.provider, each.endpoint, each.code, each.duration_ms) for each in entry.failed_attempts]


async def test_the_tries_that_failed_are_kept_in_order_with_code_and_time_and_no_word_of_the_provider(house: House) -> None:
    house.catalog.endpoints = [endpoint("m"), endpoint("n"), endpoint("o")]
    house.script(3.0, KeyRejected("no such key in region north"), of="p:m")
    house.script(0.25, ProviderTimeout("nothing for a while"), of="p:n")
    assert text_of(await house.collect(house.call(origin=None))) == "Hello"
    assert await failed_attempts(house) == [("p", "p:m", "key_rejected", 3_000), ("p", "p:n", "provider_timeout", 250)]
    assert "region" not in repr(await house.entries())


async def test_a_call_that_succeeds_at_first_try_has_no_failed_attempt(house: House) -> None:
    await house.collect(house.call(origin=None))
    assert await failed_attempts(house) == []


async def test_an_answer_that_breaks_off_is_a_failed_attempt_too(house: House) -> None:
    house.script(HELLO[0], HELLO[1])
    with pytest.raises(StreamBroken):
        await house.collect(house.call(origin=None))
    assert await failed_attempts(house) == [("p", "p:m", "stream_broken", 0)]


async def test_a_budget_that_somebody_else_spent_is_no_failure_of_the_endpoint(house: House) -> None:
    house.journal.refuse_hold = BudgetExceeded("another worker spent it")
    with pytest.raises(BudgetExceeded):
        await house.collect(house.call(origin=None))
    assert await failed_attempts(house) == []


async def test_a_busy_provider_is_asked_again_before_its_first_event(house: House) -> None:
    house.provider.scripts["p:m"] = iter([ProviderThrottled("busy", details=BUSY), ProviderUnavailable("ill", details=BUSY), *HELLO])  # type: ignore[assignment]
    assert text_of(await house.collect(house.call(origin=None))) == "Hello"
    (entry,) = await house.entries()
    assert (entry.attempts, entry.status) == (3, Status.FINISHED)


async def test_a_provider_that_stays_busy_is_given_up_with_its_own_last_words(house: House) -> None:
    house.script(ProviderThrottled("busy", retry_after_s=0.001, details=BUSY))
    with pytest.raises(ProviderThrottled, match="busy"):
        await house.collect(house.call(origin=None))
    assert len(house.provider.asked) == 3


async def test_the_next_route_is_tried_before_anybody_waits(house: House) -> None:
    house.catalog.endpoints = [endpoint("m"), endpoint("n")]
    house.script(ProviderThrottled("busy", retry_after_s=60.0, details=BUSY), of="p:m")
    assert text_of(await house.collect(house.call(origin=None))) == "Hello"
    assert [asked[1].id for asked in house.provider.asked] == ["p:m", "p:n"]


async def test_only_routes_that_may_pass_are_tried_again(house: House) -> None:
    house.catalog.endpoints = [endpoint("m"), endpoint("n")]
    house.script(KeyRejected("not this key"), of="p:m")
    house.script(ProviderThrottled("busy", details=BUSY), of="p:n")
    with pytest.raises(AllRoutesFailed):
        await house.collect(house.call(origin=None))
    assert [asked[1].id for asked in house.provider.asked] == ["p:m", "p:n", "p:n", "p:n"]


@pytest.mark.parametrize(
    "error",
    [
        ProviderThrottled("come back in a minute", retry_after_s=60.0, details=BUSY),
        ProviderUnavailable("nobody is there", details={"status": None}),
        ProviderTimeout("it may have worked", details=BUSY),
        ProviderRefused("no", details=BUSY),
    ],
)
async def test_what_waiting_does_not_mend_is_not_tried_again(house: House, error: SatchelError) -> None:
    house.script(error)
    with pytest.raises(type(error)):
        await house.collect(house.call(origin=None))
    assert len(house.provider.asked) == 1


async def test_a_call_that_is_cancelled_while_it_waits_is_over_at_once(house: House) -> None:
    house.routing._waits_s = (3_600.0,)
    house.script(ProviderThrottled("busy", retry_after_s=1.5, details=BUSY))
    call = house.call(origin=None)
    asking = asyncio.create_task(house.collect(call))
    await until(lambda: "upstream closed" in house.trace)
    call.cancellation.requested = True
    asking.cancel()
    assert [type(event) for event in await asking] == [Finished]
    assert len(house.provider.asked) == 1


def test_the_wait_is_what_the_most_obliging_provider_asks() -> None:
    busy = [ProviderThrottled("a", retry_after_s=3.0, details=BUSY), ProviderThrottled("b", details=BUSY)]
    assert patience_s(busy[:1], 0.5) == 3.0
    assert patience_s(busy, 0.5) == 0.5
    assert patience_s([], 0.5) is None


def lost(how: Lost, kind: type[UpstreamError] = ProviderUnavailable) -> UpstreamError:
    """Return the error of a request that never had an answer."""
    error = kind("P does not answer", details={"status": None})
    error.lost = how
    return error


@pytest.mark.parametrize(
    ("error", "cancel", "place", "tries"),
    [
        (lost("unsent"), "bills_full", "elsewhere", 3),
        (lost("unsent", ProviderTimeout), "unknown", "elsewhere", 3),
        (lost("cut"), "stops", "elsewhere", 3),
        (lost("cut"), "unknown", "elsewhere", 3),
        (lost("cut"), "bills_full", "elsewhere", 1),
        (lost("silent", ProviderTimeout), "stops", "elsewhere", 3),
        (lost("silent", ProviderTimeout), "unknown", "elsewhere", 1),
        (lost("silent", ProviderTimeout), "bills_full", "elsewhere", 1),
        (lost("silent", ProviderTimeout), "unknown", "computer", 3),
        (lost("cut"), "bills_full", "network", 3),
    ],
)
async def test_c3_a_lost_request_is_repeated_where_nobody_pays_twice(
    house: House, error: UpstreamError, cancel: CancelRule, place: Place, tries: int
) -> None:
    house.catalog.endpoints = [endpoint(cancel=cancel, place=place)]
    house.script(error)
    with pytest.raises(type(error)):
        await house.collect(house.call(origin=None))
    assert len(house.provider.asked) == tries
    assert len(await failed_attempts(house)) == tries


async def test_c3_the_next_route_is_tried_before_a_lost_request_is_repeated(house: House) -> None:
    house.catalog.endpoints = [endpoint("m"), endpoint("n")]
    house.provider.scripts["p:m"] = iter([lost("unsent"), *HELLO])  # type: ignore[assignment]
    house.provider.scripts["p:n"] = iter([KeyRejected("not this key")])  # type: ignore[assignment]
    assert text_of(await house.collect(house.call(origin=None))) == "Hello"
    assert [asked[1].id for asked in house.provider.asked] == ["p:m", "p:n", "p:m"]


async def test_what_an_endpoint_lacks_is_named_in_the_record(house: House) -> None:
    call = house.call(origin=None)
    await house.collect(call.with_request(replace(call.request, tuning=Tuning(top_k=3))))
    (entry,) = await house.entries()
    assert entry.dropped == ("top_k",)
