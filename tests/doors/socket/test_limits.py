"""How many generations one connection carries."""

from satchel.domain.tokens import SCOPES

from ..served import Served
from .test_socket import bare, greeted


async def test_one_connection_runs_sixteen_and_that_of_many_sites_forty_eight(house: Served) -> None:
    _, of_sites = await house.new_token(SCOPES)
    for token, most in ((house.token, 16), (of_sites, 48)):
        async with bare(house) as client:
            await client.say("hello", token=token)
            assert (await client.hear("welcome"))["limits"]["generations"] == most
            begun = [await client.generate("lab:mute", ref=f"{most}-{number}") for number in range(most + 1)]
            assert [frame["type"] for frame in begun] == ["started"] * most + ["failed"]
            assert begun[-1]["error"]["code"] == "too_many_generations"
            for frame in begun[:-1]:
                await client.say("cancel", generation=frame["generation"])
            for _ in range(most):
                await client.hear("finished")


async def test_all_that_the_connection_of_many_sites_carries_is_taken_up_again_and_stopped_at_once(house: Served) -> None:
    _, token = await house.new_token(SCOPES)
    async with greeted(house, token) as client:
        runs = [(await client.generate("lab:mute", ref=f"{number}"))["generation"] for number in range(48)]
    async with greeted(house, token) as client:
        for run in runs:
            await client.say("attach", generation=run, after=0)
            await client.say("cancel", generation=run)
        assert {(await client.hear("finished"))["generation"] for _ in runs} == set(runs)
