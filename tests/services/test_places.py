"""Where a model runs, as the catalog says it: on the person's own computer only where this machine is that."""

import pytest
from tests.services.test_catalog import LLAMA, ME, TINY, House


@pytest.mark.parametrize(("near", "place"), [(True, "computer"), (False, "server")])
async def test_what_runs_beside_a_satchel_elsewhere_is_not_on_the_persons_computer(near: bool, place: str) -> None:
    house = House(near=near)
    await house.begin()
    await house.add_key("k1", "custom", "m", base_url="http://127.0.0.1:5001/v1", endpoint_origin="http://127.0.0.1:5001")
    await house.add_key(
        "k2", "ollama", "n", base_url="http://192.168.1.5:11434/v1", endpoint_origin="http://192.168.1.5:11434", label="lan"
    )
    await house.add_key("k3", "openai", "gpt", label="far")
    places = {endpoint.id: endpoint.place for endpoint in await house.catalog.endpoints(ME)}
    assert places == {TINY.id: place, LLAMA.id: place, "custom:m": place, "lan:n": "network", "far:gpt": "elsewhere"}
    (named,) = await house.catalog.resolve(ME, "custom:not-listed")
    assert (named.place, named.local, named.own) == (place, near, True)
