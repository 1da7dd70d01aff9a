from dataclasses import replace

from .test_catalog import ME, House


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
