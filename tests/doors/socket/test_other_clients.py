"""What one client of an account learns of the others, and may do to what they began."""

import pytest

from satchel.domain.tokens import INFERENCE_SCOPES, SCOPES

from ..served import Served
from .test_socket import bare, greeted


@pytest.mark.parametrize("has_ended", [False, True])
async def test_a_client_that_only_asks_reads_and_stops_what_it_began_and_no_other_s_answers(house: Served, has_ended: bool) -> None:
    _, extension = await house.new_token(SCOPES)
    (_, terminal), (_, other) = await house.new_token(INFERENCE_SCOPES, family_id="fam_1"), await house.new_token(INFERENCE_SCOPES)
    _, refreshed = await house.new_token(INFERENCE_SCOPES, family_id="fam_1")
    async with greeted(house, terminal) as asking, greeted(house, other) as curious:
        began = (await asking.generate("lab:hello" if has_ended else "lab:endless"))["generation"]
        await (asking.rest() if has_ended else asking.hear("delta"))
        for frame in ("attach", "cancel"):
            for generation in (began, "gen_unknown"):
                await curious.say(frame, generation=generation, after=0)
                refused = (await curious.hear("failed"))["error"]
                assert (refused["code"], refused["message"].replace(generation, "")) == (
                    "generation_not_found",
                    "there is no generation '', or it ended too long ago",
                )
        assert (await house.call("POST", f"/v1/generations/{began}/cancel", token=other))[0] == 404
        for token in (terminal, refreshed, extension, house.token):
            async with greeted(house, token) as client:
                await client.say("attach", generation=began, after=0)
                assert (await client.hear("started"))["generation"] == began
                await client.hear("delta")
        if not has_ended:
            await asking.say("cancel", generation=began)
            assert (await asking.rest())[-1]["reason"] == "cancelled"


@pytest.mark.parametrize(("scopes", "is_told"), [(INFERENCE_SCOPES, False), ({"generate", "settings"}, True), (SCOPES, True)])
async def test_only_who_looks_after_the_account_is_told_whose_it_is(house: Served, scopes: frozenset[str], is_told: bool) -> None:
    _, token = await house.new_token(frozenset(scopes))
    async with bare(house) as client:
        await client.say("hello", token=token)
        assert (await client.hear("welcome"))["account"] == {"id": house.account.id, "email": house.account.email if is_told else None}


async def test_which_sites_are_decided_upon_is_pushed_to_nobody_who_may_not_read_grants(house: Served) -> None:
    _, terminal = await house.new_token(INFERENCE_SCOPES)
    async with greeted(house, terminal) as client:
        assert (await house.call("PUT", "/v1/grants", {"origin": "https://a.example", "state": "allowed"}))[0] == 200
        assert (await house.call("PATCH", "/v1/account", {"preferred_model": "lab:hello"}))[0] == 200
        assert (await client.hear("event"))["event"] == "model_changed"
