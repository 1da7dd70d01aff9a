"""Consent: who may call, what is asked, what is used up, and how soon a change counts."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from satchel.domain.accounts import Principal
from satchel.domain.calls import Call
from satchel.domain.errors import ConsentRequired, KeyGone, ModelNotGranted, OriginBlocked, RateLimited, ScopeMissing, UnknownModel
from satchel.domain.grants import Caveats, GrantState
from satchel.ports.coordination import GRANTS_TOPIC, account_topic

from .house import ACCOUNT, NOW, NUSD, ORIGIN, House, endpoint


def reads_of(house: House) -> list[Any]:
    """Count units of work from now on."""
    begun: list[Any] = []
    begin = house.database.unit_of_work

    def counted() -> Any:
        begun.append(None)
        return begin()

    house.database.unit_of_work = counted  # type: ignore[method-assign]
    return begun


async def test_a_call_without_an_origin_needs_only_the_scope(house: House) -> None:
    assert (await house.policy.authorize(house.call(origin=None))).grant is None
    call = house.call(origin=None)
    unscoped = Call(call.id, Principal(ACCOUNT, "tok_1", frozenset({"models"})), call.request, NOW)
    with pytest.raises(ScopeMissing):
        await house.policy.authorize(unscoped)


async def test_an_origin_without_a_grant_is_told_what_to_ask(house: House) -> None:
    house.catalog.endpoints = [endpoint("away", unavailable="down"), endpoint("m")]
    with pytest.raises(ConsentRequired) as refused:
        await house.policy.authorize(house.call(embedder="https://b.example"))
    assert refused.value.details == {
        "origin": ORIGIN,
        "embedder": "https://b.example",
        "requested_model": "a/m",
        "model": "a/m",
        "model_name": "M",
        "provider": "p",
        "provider_name": "P",
        "local": False,
        "price": {"input_usd_per_mtok": "0", "output_usd_per_mtok": "1000000", "as_of": "2026-11-01"},
        "at_most_nusd": 10 * NUSD,
    }


async def test_an_unknown_price_is_asked_as_unknown_and_not_as_free(house: House) -> None:
    house.catalog.endpoints = [endpoint(price=None)]
    with pytest.raises(ConsentRequired) as refused:
        await house.policy.authorize(house.call())
    assert (refused.value.details["at_most_nusd"], refused.value.details["price"]) == (None, None)


async def test_a_page_without_a_grant_does_not_learn_which_models_there_are(house: House) -> None:
    with pytest.raises(ConsentRequired) as known:
        await house.collect(house.call())
    with pytest.raises(ConsentRequired) as unknown:
        await house.collect(house.call(model="no/such"))
    assert set(known.value.details) == set(unknown.value.details)
    await house.allow()
    with pytest.raises(UnknownModel):
        await house.collect(house.call(model="no/such"))


async def test_a_grant_is_for_exactly_one_origin_in_exactly_one_embedder(house: House) -> None:
    await house.allow()
    await house.policy.authorize(house.call())
    for other in (
        house.call(origin="https://a.example:8443"),
        house.call(origin="http://a.example"),
        house.call(embedder="https://b.example"),
    ):
        with pytest.raises(ConsentRequired):
            await house.policy.authorize(other)


async def test_a_blocked_origin_is_blocked_inside_other_pages_too(house: House) -> None:
    await house.allow(GrantState.BLOCKED)
    with pytest.raises(OriginBlocked):
        await house.collect(house.call(embedder="https://outer.example"))


async def test_a_grant_may_name_exactly_one_endpoint(house: House) -> None:
    endpoint = (await house.catalog.resolve(ACCOUNT, "a/m"))[0]
    await house.allow(models=(endpoint.id,))
    assert await house.collect(house.call())
    await house.allow(models=("another:endpoint",))
    with pytest.raises(ModelNotGranted):
        await house.collect(house.call())


async def test_a_grant_for_local_models_sends_nothing_off_this_computer(house: House) -> None:
    house.catalog.endpoints = [
        endpoint("far", model_id="a/far"),
        endpoint("near", model_id="a/far", place="computer"),
        endpoint("x", model_id="a/x"),
        endpoint("served", model_id="a/served", place="server"),
        endpoint("lan", model_id="a/lan", place="network"),
    ]
    await house.allow(local_only=True)
    authorized = await house.policy.authorize(house.call(model="a/far"))
    assert [route.id for route in authorized.within(house.catalog.endpoints[:2])] == ["p:near"]
    for elsewhere in ("a/x", "a/served", "a/lan"):
        with pytest.raises(ModelNotGranted, match="own computer only"):
            await house.policy.authorize(house.call(model=elsewhere))
    with pytest.raises(UnknownModel):
        await house.collect(house.call(model="no/such"))


async def test_a_token_of_a_site_sees_what_the_site_may_use_and_nothing_before(house: House) -> None:
    site = Principal(ACCOUNT, "tok_1", frozenset({"models"}), origin=ORIGIN)
    here, away = endpoint("here", place="computer"), endpoint("away", model_id="b/m")
    assert await house.policy.visible(site, [here, away]) == []
    await house.allow(models=("b/m",))
    assert await house.policy.visible(site, [here, away]) == [away]
    await house.allow(local_only=True)
    assert await house.policy.visible(site, [here, away]) == [here]
    await house.allow(GrantState.BLOCKED)
    assert await house.policy.visible(site, [here, away]) == []
    everybody = Principal(ACCOUNT, "tok_1", frozenset({"models"}))
    assert await house.policy.visible(everybody, [here, away]) == [here, away]


async def test_a_device_is_held_to_its_own_terms_and_learns_of_no_other_model(house: House) -> None:
    here, away = endpoint("here", model_id="a/m", place="computer"), endpoint("away", model_id="b/m")
    house.catalog.endpoints = [here, away]

    def device(**terms: Any) -> Principal:
        caveats = Caveats(**terms) if terms else None
        return Principal(ACCOUNT, "tok_1", frozenset({"generate", "models"}), label="A terminal", family_id="fam_1", caveats=caveats)

    for terms, seen in (
        ({}, [here, away]),
        ({"models": ("b/m",)}, [away]),
        ({"local_only": True}, [here]),
        ({"models": ("p:away",)}, [away]),
    ):
        who = device(**terms)
        assert await house.policy.visible(who, [here, away]) == seen
        for model, one in (("a/m", here), ("b/m", away)):
            call = replace(house.call(model=model, origin=None), principal=who)
            if one in seen:
                assert (await house.policy.authorize(call)).within([one]) == [one]
            else:
                with pytest.raises(ModelNotGranted, match=r"^A terminal may use"):
                    await house.policy.authorize(call)
    names = []
    for model in ("a/m", "no/such"):
        with pytest.raises(ModelNotGranted) as refused:
            await house.policy.authorize(replace(house.call(model=model, origin=None), principal=device(models=("b/m",))))
        names.append(refused.value.message.replace(model, ""))
    assert names[0] == names[1]
    allowed = await house.policy.authorize(replace(house.call(model="b/m", origin=None), principal=device(models=("b/m",))))
    with pytest.raises(ModelNotGranted):
        allowed.within([here])  # as another preference, or a plugin, may have it


async def test_a_blocked_origin_stays_blocked(house: House) -> None:
    await house.allow(GrantState.BLOCKED)
    with pytest.raises(OriginBlocked):
        await house.policy.authorize(house.call())


async def test_a_model_that_is_not_granted_is_refused_even_if_it_changes_after_the_judgement(house: House) -> None:
    await house.allow(models=("a/m",))
    house.catalog.endpoints = [endpoint("m"), endpoint("x", model_id="a/x")]
    with pytest.raises(ModelNotGranted):
        await house.policy.authorize(house.call(model="a/x"))
    authorized = await house.policy.authorize(house.call())
    assert authorized.within(house.catalog.endpoints) == house.catalog.endpoints[:1]
    with pytest.raises(ModelNotGranted):
        authorized.within(house.catalog.endpoints[1:])


async def test_an_expired_grant_asks_again(house: House) -> None:
    await house.allow(expires_at=NOW + timedelta(seconds=5))
    await house.policy.authorize(house.call())
    house.clock.pass_time(5)
    with pytest.raises(ConsentRequired, match="expired"):
        await house.policy.authorize(house.call())


async def test_once_is_good_for_exactly_one_of_many_concurrent_calls(house: House) -> None:
    await house.allow(GrantState.ONCE)
    outcomes = await asyncio.gather(*(house.policy.authorize(house.call()) for _ in range(20)), return_exceptions=True)
    allowed = [outcome for outcome in outcomes if not isinstance(outcome, BaseException)]
    assert len(allowed) == 1
    assert all(isinstance(outcome, ConsentRequired) for outcome in outcomes if outcome is not allowed[0])


async def test_once_is_not_used_up_by_a_call_that_is_refused(house: House) -> None:
    await house.allow(GrantState.ONCE, models=("a/m",))
    house.catalog.endpoints = [endpoint("m"), endpoint("x", model_id="a/x")]
    with pytest.raises(ModelNotGranted):
        await house.policy.authorize(house.call(model="a/x"))
    await house.policy.authorize(house.call())


@pytest.mark.parametrize("state", [GrantState.ALLOWED, GrantState.ONCE])
async def test_a_granted_model_that_has_gone_with_its_key_is_named_and_nothing_is_used_up(house: House, state: GrantState) -> None:
    await house.allow(state, models=("a/m",), rate_per_minute=1)
    there, house.catalog.endpoints = house.catalog.endpoints, []
    for _ in range(2):
        with pytest.raises(KeyGone, match=r"no key of yours has a/m any more, which https://a\.example may use; add a key") as gone:
            await house.policy.authorize(house.call())
    assert gone.value.details == {"origin": ORIGIN, "model": "a/m"}
    house.catalog.endpoints = there
    await house.policy.authorize(house.call())


async def test_a_model_that_nobody_named_in_a_grant_is_unknown_and_not_gone(house: House) -> None:
    await house.allow()
    with pytest.raises(UnknownModel):
        await house.collect(house.call(model="no/such"))
    await house.allow(models=("a/m",))
    with pytest.raises(ModelNotGranted):
        await house.collect(house.call(model="no/such"))


async def test_the_rate_of_a_grant_says_when_it_opens(house: House) -> None:
    await house.allow(rate_per_minute=2)
    await house.policy.authorize(house.call())
    house.clock.pass_time(20)
    await house.policy.authorize(house.call())
    with pytest.raises(RateLimited) as limited:
        await house.policy.authorize(house.call())
    assert limited.value.retry_after_s == pytest.approx(40)
    house.clock.pass_time(40)
    await house.policy.authorize(house.call())


async def test_a_warm_call_reads_nothing_and_a_cold_crowd_reads_once(house: House) -> None:
    await house.allow()
    begun = reads_of(house)
    await asyncio.gather(*(house.policy.authorize(house.call()) for _ in range(20)))
    await house.policy.authorize(house.call())
    assert len(begun) == 1
    house.clock.pass_time(31)
    await house.policy.authorize(house.call())
    assert len(begun) == 2


async def test_a_grant_taken_back_counts_at_once(house: House) -> None:
    grant = await house.allow()
    await house.policy.authorize(house.call())
    assert await house.policy.remove(ACCOUNT, grant.id)
    with pytest.raises(ConsentRequired):
        await house.policy.authorize(house.call())
    assert not await house.policy.remove(ACCOUNT, grant.id)


async def test_a_change_elsewhere_counts_as_soon_as_it_is_heard_of(house: House) -> None:
    await house.allow()
    await house.policy.authorize(house.call())
    house.database.state.tables.grants.clear()
    house.bus.publish(account_topic(ACCOUNT), {"event": "model_changed", "data": {}})
    await asyncio.sleep(0)
    await house.policy.authorize(house.call())
    house.bus.publish(account_topic(ACCOUNT), {"event": "grants_changed", "data": {"origin": ORIGIN}})
    await asyncio.sleep(0)
    with pytest.raises(ConsentRequired):
        await house.policy.authorize(house.call())


async def test_what_another_process_changes_counts_once_it_is_asked_for(house: House) -> None:
    ended: list[Mapping[str, object]] = []
    house.bus.subscribe(GRANTS_TOPIC, ended.append)
    grant, kept = await house.allow(), house.database.state.tables.grants
    await house.policy.authorize(house.call())
    await house.policy.hear_of_others(())
    kept[grant.id] = replace(grant, last_used_at=NOW)  # that it was used is no change
    begun = reads_of(house)
    await house.policy.authorize(house.call())
    assert (begun, ended) == ([], [])
    kept[grant.id] = replace(grant, caveats=Caveats(models=("a/other",)))
    await house.policy.hear_of_others(())
    await asyncio.sleep(0)
    with pytest.raises(ModelNotGranted):
        await house.policy.authorize(house.call())
    assert ended == []
    kept[grant.id] = replace(grant, state=GrantState.BLOCKED)
    await house.policy.hear_of_others(())
    with pytest.raises(OriginBlocked):
        await house.policy.authorize(house.call())
    await asyncio.sleep(0)
    assert ended == [{"account_id": ACCOUNT, "origin": ORIGIN}]


async def test_what_runs_for_long_by_a_grant_ends_when_another_process_takes_it_back(house: House) -> None:
    ended: list[Mapping[str, object]] = []
    house.bus.subscribe(GRANTS_TOPIC, ended.append)
    await house.allow()
    await house.policy.authorize(house.call())
    running = {(ACCOUNT, ORIGIN, None)}
    await house.policy.hear_of_others(running)
    house.clock.pass_time(60.0)  # it is cached no more
    await house.policy.hear_of_others(running)
    house.database.state.tables.grants.clear()
    await house.policy.hear_of_others(())
    await asyncio.sleep(0)
    assert ended == []
    await house.allow()
    await house.policy.authorize(house.call())
    await house.policy.hear_of_others(running)
    house.clock.pass_time(60.0)
    house.database.state.tables.grants.clear()
    await house.policy.hear_of_others(running)
    await asyncio.sleep(0)
    assert ended == [{"account_id": ACCOUNT, "origin": ORIGIN, "embedder": None}]


async def test_a_grant_for_once_that_another_process_used_up_ends_nothing(house: House) -> None:
    ended: list[Mapping[str, object]] = []
    house.bus.subscribe(GRANTS_TOPIC, ended.append)
    await house.allow(GrantState.ONCE)
    await house.policy.visible(Principal(ACCOUNT, "tok_1", frozenset({"models"}), origin=ORIGIN), [endpoint("m")])
    await house.policy.hear_of_others(())
    house.database.state.tables.grants.clear()
    await house.policy.hear_of_others({(ACCOUNT, ORIGIN, None)})
    await asyncio.sleep(0)
    assert ended == []


async def test_a_look_up_begun_before_a_change_is_not_kept_after_it(house: House) -> None:
    await house.allow()
    await house.database.state.lock.acquire()
    looking = asyncio.create_task(house.policy.authorize(house.call()))
    for _ in range(5):
        await asyncio.sleep(0)
    house.bus.publish(account_topic(ACCOUNT), {"event": "grants_changed", "data": {"origin": ORIGIN}})
    for _ in range(5):
        await asyncio.sleep(0)
    house.database.state.lock.release()
    await looking
    begun = reads_of(house)
    await house.policy.authorize(house.call())
    assert len(begun) == 1


async def test_changes_are_pushed_to_the_account(house: House) -> None:
    heard: list[object] = []
    house.bus.subscribe(account_topic(ACCOUNT), heard.append)
    grant = await house.allow(GrantState.ONCE)
    await house.policy.authorize(house.call())
    await house.policy.remove(ACCOUNT, grant.id)
    await asyncio.sleep(0)
    assert heard == [{"event": "grants_changed", "data": {"origin": ORIGIN}}] * 2


async def test_a_grants_budget_follows_its_caveat(house: House) -> None:
    grant = await house.allow(cap_nusd=5)
    assert house.budget_row(grant.id) == (0, 0)
    await house.allow()
    assert grant.id not in house.database.state.tables.budgets
