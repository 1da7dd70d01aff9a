"""Tokens that end while they are in use, and what they may reach, on the socket."""

from ..served import Served
from .test_socket import greeted, text_of


async def test_the_ids_that_a_client_chooses_are_its_own(house: Served) -> None:
    (_, one), (_, two) = await house.new_token(family_id="fam_1"), await house.new_token(family_id="fam_2")
    _, refreshed = await house.new_token(family_id="fam_1")
    async with greeted(house, one) as first, greeted(house, two) as second, greeted(house, refreshed) as again:
        started = await first.generate("lab:endless", ref="1")
        await second.say("cancel", id="1")
        assert (await second.hear("failed"))["error"]["code"] == "generation_not_found"
        for stolen in ("1", started["generation"], "fam_1 1"):
            mine = await second.generate(ref=stolen)
            assert mine["generation"] != started["generation"]
            assert text_of(await second.rest()) == "Hello!"
        await second.say("attach", generation=started["generation"], after=0)
        assert (await second.hear("started"))["id"] is None
        await again.say("attach", id="1", after=0)
        assert (await again.hear("started"))["generation"] == started["generation"]
        await again.say("cancel", id="1")
        assert (await first.rest())[-1]["reason"] == "cancelled"
