"""Servers of the person's own, by names that no list has."""

from dataclasses import replace

from .test_catalog import ME, House

HERE = {"base_url": "http://127.0.0.1:9000/v1", "endpoint_origin": "http://127.0.0.1:9000"}


async def test_c4_a_name_taken_at_its_word_is_asked_as_its_server_was_found_to_speak() -> None:
    house = House()
    await house.begin()
    await house.add_key("key_1", "custom", "llama", label="mine")
    await house.catalog.endpoints(ME)
    kept = house.catalog._lists["key_1"]
    plain = replace(kept.endpoints[0], dialect="plain_completions", capabilities=frozenset({"chat"}), assumed=False)
    kept.endpoints = (plain,)
    (made,) = await house.catalog.resolve(ME, "mine:other")
    assert (made.native_model, made.dialect, made.capabilities, made.assumed) == ("other", "plain_completions", {"chat"}, False)
    await house.catalog.aclose()


async def test_c2_a_name_that_nobody_knows_is_taken_at_its_word_at_an_own_server() -> None:
    house = House()
    await house.begin()
    assert await house.named("satchel/local:foo/bar") == ["ollama:foo/bar"]
    assert await house.named("satchel/local:llama3:8b") == ["ollama:llama3:8b"]
    await house.add_key("key_1", "custom", "mine", label="lab", **HERE)
    await house.add_key("key_2", "openai", "gpt-now")
    await house.catalog.refresh(ME)
    assert await house.named("satchel/local:foo/bar") == ["lab:foo/bar"]  # what they added themselves goes before what was found
    assert await house.named("satchel/local:llama3:8b") == ["ollama:llama3:8b"]
    (made,) = await house.catalog.resolve(ME, "satchel/local:foo/bar")
    assert (made.native_model, made.own) == ("foo/bar", True)
    await house.catalog.aclose()


async def test_c2_what_somebody_knows_and_what_would_cost_money_is_not_at_an_own_server() -> None:
    house = House()
    await house.begin()
    house.local.found = house.local.found[:1]  # the built-in model: no server that is asked for others
    await house.add_key("key_1", "openai", "gpt-now")
    await house.catalog.refresh(ME)
    assert await house.named("satchel/local:foo/bar") == []
    assert await house.named("satchel/local:openai:gpt-now") == []
    assert await house.named("satchel/local:") == []
    await house.add_key("key_2", "custom", "m", label="lab", **HERE)
    await house.catalog.refresh(ME)
    assert await house.named("satchel/local:openai:gpt-now") == []
    await house.catalog.aclose()
