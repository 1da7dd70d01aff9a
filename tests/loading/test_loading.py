import re
from datetime import date
from pathlib import Path

import pytest

from satchel import loading
from satchel.domain.catalog import ProviderRow, Quirks
from satchel.kit.clock import SystemClock
from satchel.kit.ids import Ids
from satchel.loading import (
    DataInvalid,
    catalog_models,
    load_plugins,
    load_providers,
    load_sources,
    price_data,
    provider_rows,
    retired_models,
)
from satchel.providers import ProviderDeps
from satchel.transport import Transport

LOCAL = {"builtin", "ollama", "lmstudio", "llamacpp", "vllm"}


def deps() -> ProviderDeps:
    return ProviderDeps(Transport(allow_loopback=True), SystemClock(), provider_rows(), catalog_models(), Ids(), builtin_model=False)


def test_every_row_of_the_dialect_is_there() -> None:
    hosted = {row.id for row in provider_rows().values() if row.needs_key}
    assert hosted >= {"openai", "groq", "deepseek", "xai", "openrouter", "together", "fireworks", "cerebras"}
    assert hosted >= {"huggingface", "perplexity", "zai", "mistral", "gemini", "cohere", "anthropic", "bedrock", "vertex"}
    assert hosted >= {"moonshot", "alibaba", "nvidia", "sambanova", "novita", "deepinfra", "azure-openai", "azure-anthropic"}
    assert set(provider_rows()) == {*hosted, *LOCAL, "custom"}


@pytest.mark.parametrize("row", provider_rows().values(), ids=lambda row: row.id)
def test_a_row_says_what_a_person_needs(row: ProviderRow) -> None:
    assert re.fullmatch(r"[a-z]+(-[a-z]+)?", row.id)
    assert date.fromisoformat(row.checked) <= date.today()
    assert row.needs_key == (row.id not in {*LOCAL, "custom"})
    assert row.local == (row.id in LOCAL)
    if row.needs_key:
        assert row.key_page
        assert row.key_page.startswith("https://")
        assert (row.base_url or row.example_url).startswith("https://")
        assert (row.base_url is None) == row.id.startswith("azure-")
    assert row.billing_page is None or row.billing_page.startswith("https://")
    assert row.id == "custom" or (row.docs_page or "").startswith("https://")


def test_quirks_are_those_of_the_reference() -> None:
    rows = provider_rows()
    assert rows["xai"].quirks.reasoning_tokens == "outside"
    assert rows["mistral"].quirks == Quirks(
        usage_opt_in=False,
        seed_key="random_seed",
        dimensions_key="output_dimension",
        tool_choice_required="any",
        tool_ids="nine_alphanumerics",
        unsupported=rows["mistral"].quirks.unsupported,
    )
    assert {row.id for row in rows.values() if row.quirks.ends_with == "eof"} == {"cerebras", "huggingface", "perplexity"}
    assert {row.id for row in rows.values() if row.cancel == "bills_full"} == {
        "groq",
        "huggingface",
        "perplexity",
        "mistral",
        "gemini",
        "bedrock",
        "vertex",
        "alibaba",
        "sambanova",
    }
    assert {row.id: row.ports for row in rows.values() if row.ports} == {
        "ollama": (11434,),
        "lmstudio": (1234,),
        "llamacpp": (8080,),
        "vllm": (8000,),
    }


def test_the_built_in_model_is_free_and_says_that_it_is_tiny() -> None:
    facts = catalog_models().get(("builtin", "smollm2-135m-instruct"))
    assert facts is not None
    assert facts.model_id == "smollm2/smollm2-135m-instruct"
    assert facts.price is not None
    assert (facts.price.input_usd, facts.price.output_usd) == (0, 0)
    assert facts.description
    assert facts.description.startswith("Tiny")


ROW = '[[providers]]\nid = "a"\nname = "A"\nbase_url = "https://a.example"\ndialect = "openai_chat"\n'


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", r"must hold tables \[\[providers\]\]"),
        (ROW.replace('name = "A"\n', ""), "a: name missing"),
        (ROW + "colour = 1\n", "a: unknown colour"),
        (ROW + "local = 1\n", "a: local must be bool"),
        (ROW + 'cancel = "never"\n', "a: cancel must be one of"),
        (ROW + "[providers.quirks]\nusage_opt_in = 1\n", "a: usage_opt_in must be bool"),
        (ROW + "[providers.quirks]\nunsupported = [1]\n", "a: unsupported must be str"),
        (ROW + "[providers.quirks]\nodd = true\n", "a: unknown odd"),
        (ROW + ROW, "a is there twice"),
        (ROW.replace("a.example", "a.example/"), "without a slash"),
        (ROW.replace("https", "http"), "must be https"),
    ],
)
def test_wrong_data_stops_the_start_with_its_place(text: str, complaint: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "_data", lambda _: text)
    with pytest.raises(DataInvalid, match=complaint):
        provider_rows()


def test_providers_are_found_without_a_registry_and_serve_every_row() -> None:
    providers = load_providers(deps())
    assert set(provider_rows()) <= set(providers)
    assert all(provider_id in provider.ids for provider_id, provider in providers.items())


def test_every_dialect_of_a_row_has_a_source_and_the_built_in_model_comes_first() -> None:
    made = deps()
    sources = load_sources(made, load_providers(made))
    assert {row.dialect for row in provider_rows().values() if row.lists_models} <= set(sources.by_dialect)
    assert [type(source).__name__ for source in sources.local] == ["BuiltinModels", "LocalServers"]


def test_plugins_are_found_in_their_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert load_plugins() == [] or all(plugin.id for plugin in load_plugins())
    (tmp_path / "shout_for_a_test.py").write_text(
        "class Shout:\n"
        "    id = 'shout'\n"
        "    async def before(self, request): return request\n"
        "    def wrap(self, request, events): return events\n"
        "PLUGIN = Shout()\n"
    )
    (tmp_path / "silent_for_a_test.py").write_text("")
    monkeypatch.setattr(loading.plugin_files, "__path__", [*loading.plugin_files.__path__, str(tmp_path)])
    assert "shout" in [plugin.id for plugin in load_plugins()]


def test_what_is_no_plugin_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "odd_for_a_test.py").write_text("PLUGIN = 5\n")
    monkeypatch.setattr(loading.plugin_files, "__path__", [str(tmp_path)])
    with pytest.raises(DataInvalid, match="5 is no plugin"):
        load_plugins()


def test_a_catalog_of_the_home_counts_before_the_list_of_prices(tmp_path: Path) -> None:
    (tmp_path / "catalog").mkdir()
    row = '[[models]]\nnative_model = "gpt-4o"\nmodel_id = "openai/gpt-4o"\nname = "Ours"\nchecked = 2026-11-28\n'
    (tmp_path / "catalog" / "openai.toml").write_text(row + 'price = { input_usd = "7", output_usd = "8", cached_usd = "1" }\n')
    facts = catalog_models(tmp_path).get(("openai", "gpt-4o"))
    assert facts is not None
    assert facts.price is not None
    assert (facts.name, facts.price.input_usd, facts.price.cached_usd) == ("Ours", 7, 1)


def test_a_list_of_prices_that_was_refreshed_counts_while_it_is_newer(tmp_path: Path) -> None:
    for seen, newer in (("2001-01-01", False), ("2999-01-01", True)):
        (tmp_path / "prices.json").write_text(f'{{"seen": "{seen}", "sellers": {{}}}}')
        assert (price_data(tmp_path)["seen"] == seen) is newer


def test_each_id_of_the_original_has_somebody_standing_in() -> None:
    rows, retired = provider_rows(), retired_models()
    assert len(retired) == 13 + 4 + 1
    named = [living.partition(":")[0] for names in retired.values() for living in names]
    assert set(named) <= set(rows)


def test_a_retired_id_without_a_list_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "_data", lambda _: '[[retired]]\nid = "a"\n')
    with pytest.raises(DataInvalid, match="a: must have id and now"):
        retired_models()


def test_what_a_provider_does_with_data_has_its_source() -> None:
    rows = provider_rows().values()
    assert (
        {row.id for row in rows if row.training != "unknown"}
        == {row.id for row in rows if row.policy_page is not None}
        >= {"openai", "bedrock"}
    )
    assert provider_rows()["gemini"].training == "by_plan"
