"""The ids that pages of 2023 name, asked at the door: each is answered, and goes upstream as what lives today."""

import pytest

from satchel.domain.keys import Secret
from satchel.doors.http.keys import KeyDesk
from satchel.loading import catalog_models, retired_models

from ..served import Served

RETIRED = retired_models()


async def add_key(house: Served, provider: str) -> None:
    desk = KeyDesk(house.house.vault, house.house.rows, house.house.bus)
    await desk.add(house.account.id, provider, house.upstream.url, Secret("sk-test"), None)


async def sent_for(house: Served, model: str) -> object:
    """Ask for a model; return the id that the provider was asked for."""
    async with house.ask(model) as reply:
        answer = await reply.json()
        assert reply.status == 200, (model, answer)
        assert answer["choices"][0]["message"]["content"] == "Hello!"
    return house.upstream.asked[-1].body["model"]


async def test_a14_every_old_id_goes_to_the_persons_own_model_where_there_is_no_key_for_another(house: Served) -> None:
    await house.call("PATCH", "/v1/account", {"preferred_model": "lab:hello"})
    assert len(RETIRED) == 13 + 4 + 1
    assert {old: await sent_for(house, old) for old in RETIRED} == dict.fromkeys(RETIRED, "hello")


@pytest.mark.parametrize("provider", ["openrouter", "openai", "together"])
async def test_a14_an_old_id_goes_upstream_as_the_current_one_of_whoever_there_is_a_key_for(house: Served, provider: str) -> None:
    await house.call("PATCH", "/v1/account", {"preferred_model": "lab:hello"})
    await add_key(house, provider)
    now = {old: next((new.partition(":")[2] for new in names if new.startswith(f"{provider}:")), "hello") for old, names in RETIRED.items()}
    assert len({new for new in now.values() if new != "hello"}) == {"openrouter": 8, "openai": 2, "together": 1}[provider]
    assert {old: await sent_for(house, old) for old in RETIRED} == now


def test_a14_what_stands_in_for_an_old_id_is_a_model_that_we_know_of() -> None:
    known = catalog_models()
    named = {tuple(new.split(":", 1)) for names in RETIRED.values() for new in names}
    own = {(provider, model) for provider, model in named if provider != "openrouter"}  # OpenRouter's ids are its own list's
    assert len(own) == 8
    assert [name for name in own if known.get(name) is None] == []
