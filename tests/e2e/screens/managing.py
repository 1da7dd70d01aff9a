"""The extension's own page, section by section, and its side panel."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Page
from tests.e2e.axe import PANEL
from tests.e2e.screens.screen import Screen
from tests.e2e.screens.stage import Stage

AS_TABLE = "Why do leaves change colour in autumn? Show it as a table, too."
SELECTED = "The council voted 7 to 4 to move the tram depot to the north bank, two years later than planned."

OLD_CONFIGS = {
    "configs-1": {"id": "1", "auth": "key", "label": "OpenAI: GPT-4", "models": ["openai/gpt-4"], "apiKey": "sk-of-long-ago"},
    "configs-2": {"id": "2", "auth": "key", "label": "PaLM", "models": ["google/palm-2-chat-bison"], "apiKey": "of-long-ago"},
    "configs-3": {"id": "3", "auth": "key", "label": "Local", "models": []},
    "configs-4": {"id": "4", "auth": "external", "label": "OpenRouter", "models": []},
    "configs-default-id": "4",
    "configs-model-handlers-openai/gpt-4": ["1"],
}
OLD_PAGES = {
    "origins-1": {"domain": "https://chat.example", "path": "/a", "title": "Chat", "permissions": "allow"},
    "origins-2": {"domain": "https://letters.example", "path": "/", "title": "Letters", "permissions": "ask"},
    "transactions-7": {"id": "7", "timestamp": 1_690_000_000_000, "model": "openai/gpt-4", "input": {"prompt": "Tea?"}},
}

BUILT_IN_SITES = {"https://letters.example": "mine", "https://bank.example": "browser"}


@contextmanager
def section(stage: Stage, name: str, title: str) -> Iterator[Page]:
    """Open a section and wait for what it loads."""
    with stage.own(f"options.html#{name}") as page:
        page.get_by_role("heading", name=title, exact=True).wait_for()
        stage.settle(page)
        yield page


def models(stage: Stage) -> Iterator[Page]:
    """Look at the models."""
    with section(stage, "models", "Models") as page:
        page.get_by_role("button", name="Use").first.wait_for()
        yield page


def keys(stage: Stage) -> Iterator[Page]:
    """Look at the keys."""
    with section(stage, "keys", "Keys") as page:
        page.get_by_role("button", name="Check").first.wait_for()
        yield page


def key_deleted(stage: Stage) -> Iterator[Page]:
    """Be asked whether a key may go; keep it."""
    with section(stage, "keys", "Keys") as page:
        page.get_by_role("button", name="Delete").first.click()
        page.get_by_role("dialog").wait_for()
        yield page


def key_replaced(stage: Stage) -> Iterator[Page]:
    """Open the form that takes another secret for a key."""
    with section(stage, "keys", "Keys") as page:
        page.get_by_role("button", name="Replace").first.click()
        page.locator("form .in[type=password]").first.wait_for()
        yield page


def sites(stage: Stage) -> Iterator[Page]:
    """Look at the sites."""
    with section(stage, "sites", "Sites") as page:
        page.locator("tbody .linklike").first.wait_for()
        yield page


def site_open(stage: Stage) -> Iterator[Page]:
    """Open a site's limits."""
    with section(stage, "sites", "Sites") as page:
        page.locator("tbody .linklike", has_text="inkpad").first.click()
        page.get_by_role("button", name="Revoke").wait_for()
        yield page


def activity(stage: Stage) -> Iterator[Page]:
    """Look at what was asked."""
    with section(stage, "activity", "Activity") as page:
        page.locator("tbody .linklike").first.wait_for()
        yield page


def activity_open(stage: Stage) -> Iterator[Page]:
    """Open one answer."""
    with section(stage, "activity", "Activity") as page:
        page.locator("tbody .linklike").first.click()
        page.locator(".dl").wait_for()
        yield page


def activity_forgotten(stage: Stage) -> Iterator[Page]:
    """Be asked whether all of it may be forgotten; keep it."""
    with section(stage, "activity", "Activity") as page:
        page.get_by_role("button", name="Forget…").click()
        page.get_by_role("dialog").wait_for()
        yield page
        page.get_by_role("dialog").get_by_role("button").first.click()
        page.get_by_role("dialog").wait_for(state="detached")
        page.locator("tbody .linklike").first.wait_for()


def settings(stage: Stage) -> Iterator[Page]:
    """Look at the settings."""
    with section(stage, "settings", "Settings") as page:
        page.get_by_role("button", name="Change").wait_for()
        yield page


def settings_direct(stage: Stage) -> Iterator[Page]:
    """Have model servers on this computer asked directly; take it back when the screen is left."""
    with section(stage, "settings", "Settings") as page:
        choice = page.get_by_label("Ask model servers here directly")
        choice.select_option("always")
        page.get_by_role("button", name="Allow").wait_for()
        yield page
        choice.select_option("elsewhere")
        page.get_by_text("asks them itself").wait_for()


def settings_import(stage: Stage) -> Iterator[Page]:
    """Open what brings Window AI's keys and sites over."""
    with section(stage, "settings", "Settings") as page:
        page.locator("summary").click()
        yield page


def settings_import_choices(stage: Stage) -> Iterator[Page]:
    """Be asked which of what was found is brought over."""
    with section(stage, "settings", "Settings") as page:
        page.locator("summary").click()
        page.get_by_label("Paste what was copied").fill(json.dumps({"sync": OLD_CONFIGS, "local": OLD_PAGES}))
        page.get_by_role("button", name="Bring over").wait_for()
        yield page


def settings_activity_kept(stage: Stage) -> Iterator[Page]:
    """Be asked whether what is older than the time that was chosen may be forgotten; keep it."""
    with section(stage, "settings", "Settings") as page:
        page.get_by_label("Keep who asked which model").select_option("30")
        page.get_by_role("dialog").wait_for()
        yield page
        page.get_by_role("dialog").get_by_role("button").first.click()
        page.get_by_role("dialog").wait_for(state="detached")


def settings_built_in(stage: Stage) -> Iterator[Page]:
    """See which sites have a choice of built-in AI of their own; take it back when the screen is left."""
    with section(stage, "settings", "Settings") as page:
        page.evaluate("builtInSites => chrome.storage.local.set({ builtInSites })", BUILT_IN_SITES)
        page.reload()
        page.get_by_text("letters.example").wait_for()
        yield page
        page.evaluate("chrome.storage.local.remove('builtInSites')")


def settings_german(stage: Stage) -> Iterator[Page]:
    """Choose German; go back when the screen is left."""
    with section(stage, "settings", "Settings") as page:
        page.get_by_label("Language").select_option("de")
        page.get_by_role("heading", name="Einstellungen", exact=True).wait_for()
        yield page
        page.get_by_label("Sprache").select_option("auto")
        page.get_by_role("heading", name="Settings", exact=True).wait_for()


def compare(stage: Stage) -> Iterator[Page]:
    """Ask several models at once; the built-in one would take its time."""
    with section(stage, "compare", "Compare") as page:
        page.get_by_role("button", name="Take SmolLM2 135M away").click()
        page.get_by_role("textbox").fill(AS_TABLE)
        page.keyboard.press("Enter")
        page.get_by_text("Finished").nth(1).wait_for()
        yield page


def compare_picker(stage: Stage) -> Iterator[Page]:
    """Choose one model more to compare."""
    with section(stage, "compare", "Compare") as page:
        page.get_by_role("button", name="Take SmolLM2 135M away").click()
        page.get_by_role("button", name="Model", exact=True).click()
        page.get_by_role("combobox", name="Search models").wait_for()
        yield page


def side_panel(stage: Stage) -> Iterator[Page]:
    """Take a marked text along to the side panel."""
    with stage.own("sidepanel.html") as page:
        page.evaluate(
            "selection => chrome.storage.session.set({ selection })", {"text": SELECTED, "origin": "https://daily-ledger.example"}
        )
        page.get_by_text("Selection from").wait_for()
        yield page


def side_panel_answered(stage: Stage) -> Iterator[Page]:
    """Ask for more than a sentence: a table, a list, code, a link."""
    with stage.own("sidepanel.html") as page:
        page.get_by_role("textbox").fill(AS_TABLE)
        page.keyboard.press("Enter")
        page.get_by_role("link", name="a guide to trees").wait_for()
        page.get_by_role("button", name="Stop").wait_for(state="detached")
        yield page


def side_panel_picker(stage: Stage) -> Iterator[Page]:
    """Choose who answers in the side panel."""
    with stage.own("sidepanel.html") as page:
        page.locator(".modelbtn").click()
        page.get_by_role("combobox", name="Search models").wait_for()
        yield page


SCREENS = (
    Screen("options-models", models),
    Screen("options-keys", keys),
    Screen("options-keys-delete", key_deleted),
    Screen("options-keys-replace", key_replaced),
    Screen("options-sites", sites),
    Screen("options-sites-open", site_open),
    Screen("options-activity", activity),
    Screen("options-activity-open", activity_open),
    Screen("options-activity-forget", activity_forgotten),
    Screen("options-settings", settings),
    Screen("options-settings-direct", settings_direct),
    Screen("options-settings-import", settings_import),
    Screen("options-settings-import-choices", settings_import_choices),
    Screen("options-settings-activity-kept", settings_activity_kept),
    Screen("options-settings-built-in", settings_built_in),
    Screen("options-settings-german", settings_german),
    Screen("options-compare", compare),
    Screen("options-compare-picker", compare_picker),
    Screen("sidepanel", side_panel, PANEL),
    Screen("sidepanel-answered", side_panel_answered, PANEL),
    Screen("sidepanel-picker", side_panel_picker, PANEL),
)
