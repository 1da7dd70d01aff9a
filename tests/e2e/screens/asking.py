"""Pages ask: the demo, the consent window, and the popup in each of its states."""

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Page
from tests.e2e.axe import CONSENT, POPUP
from tests.e2e.chromium import press
from tests.e2e.screens.screen import Screen
from tests.e2e.screens.stage import Stage

QUESTION = "Why do leaves change colour in autumn? Answer in two sentences."
LONG = "Tell a long story about a satchel that crosses the sea."
ASK = """reason => { window.asked = window.ai.request({ method: "ai_generate", params: {
    model: "openai/gpt-5-mini", reason, messages: [{ role: "user", content: "Hello" }],
} }).catch(() => 0); }"""
WISH = """() => { window.wished = window.ai.requestPermissions(
    { "model:prompt": { budget: { usd: 0.2, period: "week" }, ratePerMinute: 20, expires: Date.now() + 6e8 } },
    { reason: "To answer letters" },
); }"""
FRAME = "src => new Promise(done => document.body.append(Object.assign(document.createElement('iframe'), { src, onload: done })))"
LETTER = """reason => { for (const content of [
    [{ type: "text", text: "Here is a letter:\\n\\nDear Ada,\\nthe tram depot moves to the north bank. Will you still come on Sunday?" },
        { type: "image_url", image_url: { url: "data:image/gif;base64,R0lGODlhAQABAIAAAP///wAAACwAAAAAAQABAAACAkQBADs=" } }],
    "Say the same in one sentence.",
]) window.ai.request({ method: "ai_generate", params: { reason, temperature: 0.2, maxTokens: 300, messages: [
    { role: "system", content: "You answer letters for a busy person. " + "Be brief, kind and exact. ".repeat(9) },
    { role: "user", content },
] } }).catch(() => 0); }"""
REASON = "To suggest a reply to the letter that you have open"


@contextmanager
def demo(stage: Stage) -> Iterator[Page]:
    """Open the demo page."""
    with stage.tab(f"{stage.satchel.url}/demo") as page:
        page.get_by_role("button", name="Ask", exact=True).wait_for()
        yield page


def demo_first(stage: Stage) -> Iterator[Page]:
    """Open the demo before it was allowed anything."""
    with demo(stage) as page:
        page.get_by_text("asks first").first.wait_for()
        yield page


def popup_empty(stage: Stage) -> Iterator[Page]:
    """Open the popup before anything was asked."""
    with demo(stage) as page, stage.popup(page) as popup:
        popup.get_by_text("Nothing carried yet").wait_for()
        yield popup


def consent(stage: Stage) -> Iterator[Page]:
    """Let the demo ask; say "always" when the screen is left."""
    with demo(stage) as page:
        page.get_by_role("textbox").first.fill(QUESTION)
        with stage.window(page.get_by_role("button", name="Ask", exact=True).click) as window:
            window.get_by_role("heading", level=1).wait_for()
            yield window
            press(window, "Always allow")
            page.get_by_text("tok/s").wait_for()


def demo_answered(stage: Stage) -> Iterator[Page]:
    """Ask, and be answered."""
    with demo(stage) as page:
        page.get_by_role("textbox").first.fill(QUESTION)
        page.get_by_role("button", name="Ask", exact=True).click()
        page.get_by_text("tok/s").wait_for()
        yield page


@contextmanager
def writing(stage: Stage) -> Iterator[Page]:
    """Let the built-in model write for long; stop it afterwards."""
    with stage.tab(stage.site("inkpad")) as page:
        page.wait_for_function("'ask' in window")
        with stage.window(
            lambda: page.evaluate("text => { window.ask(text, { model: 'smollm2/smollm2-135m-instruct' }) }", LONG)
        ) as window:
            press(window, "Always allow")
        page.wait_for_function("window.state === 'streaming'")
        yield page


def popup_live(stage: Stage) -> Iterator[Page]:
    """Open the popup while an answer is written."""
    with writing(stage) as page, stage.popup(page) as popup:
        popup.get_by_role("button", name="Stop").wait_for()
        yield popup
        popup.get_by_role("button", name="Stop").click()
        page.wait_for_function("window.state !== 'streaming'")


def popup_recent(stage: Stage) -> Iterator[Page]:
    """Open the popup over a site that may ask."""
    with demo(stage) as page, stage.popup(page) as popup:
        popup.get_by_role("heading", name="Recent").wait_for()
        yield popup


def popup_picker(stage: Stage) -> Iterator[Page]:
    """Open the list of models."""
    with demo(stage) as page, stage.popup(page) as popup:
        popup.locator(".pickbtn").click()
        popup.get_by_role("combobox", name="Search models").wait_for()
        yield popup


def popup_picker_vain(stage: Stage) -> Iterator[Page]:
    """Search a model that there is not."""
    with demo(stage) as page, stage.popup(page) as popup:
        popup.locator(".pickbtn").click()
        popup.get_by_role("combobox", name="Search models").fill("zzzz")
        popup.get_by_text("Nothing matches “zzzz”.").wait_for()
        yield popup


def popup_blocked(stage: Stage) -> Iterator[Page]:
    """Block a site."""
    with stage.tab(stage.site("petition-now")) as page, stage.popup(page) as popup:
        popup.get_by_text("Block", exact=True).click()
        popup.get_by_text("Blocked: it is not told why").wait_for()
        yield popup


def popup_no_page(stage: Stage) -> Iterator[Page]:
    """Open the popup over a page that cannot ask."""
    with stage.tab("about:blank") as page, stage.popup(page) as popup:
        popup.get_by_role("heading", level=1).wait_for()
        yield popup


def popup_paused(stage: Stage) -> Iterator[Page]:
    """Pause all sites; go on when the screen is left."""
    with demo(stage) as page, stage.popup(page) as popup:
        popup.get_by_role("button", name="Pause all sites").click()
        popup.get_by_role("button", name="Let sites ask again").wait_for()
        yield popup
        popup.get_by_role("button", name="Let sites ask again").click()
        popup.get_by_role("button", name="Pause all sites").wait_for()


def popup_refused(stage: Stage) -> Iterator[Page]:
    """Let a site that may ask any model ask for one that there is not."""
    stage.allow("codepad")
    with stage.tab(stage.site("codepad")) as page:
        page.wait_for_function("'ai' in window")
        page.evaluate("window.ai.chat('Hello', { model: 'nobody/knows-this' }).catch(() => null)")
        with stage.popup(page) as popup:
            popup.get_by_text("unknown_model").wait_for()
            yield popup


@contextmanager
def asking(stage: Stage, site: str, script: str, argument: object = None) -> Iterator[Page]:
    """Let a site ask, and yield the window that opens; closing it is a no."""
    with (
        stage.tab(stage.site(site)) as page,
        stage.window(lambda: page.evaluate(script, argument)) as window,
    ):
        window.get_by_role("heading", level=1).wait_for()
        yield window


def consent_model_missing(stage: Stage) -> Iterator[Page]:
    """Ask for a model that the person does not have."""
    with asking(stage, "letters", ASK, REASON) as window:
        yield window


def consent_wish(stage: Stage) -> Iterator[Page]:
    """Ask to be narrowed."""
    with asking(stage, "mailbox", WISH) as window:
        window.get_by_text("It asks for no more than").wait_for()
        yield window


def consent_limits(stage: Stage) -> Iterator[Page]:
    """Open all that can be narrowed further."""
    with asking(stage, "postcards", WISH) as window:
        window.locator("summary").click()
        window.get_by_label("Requests a minute").wait_for()
        yield window


def consent_request(stage: Stage) -> Iterator[Page]:
    """Look at what a site would send: two requests, instructions, a picture."""
    with asking(stage, "post-office", LETTER, REASON) as window:
        window.get_by_text("for 2 requests").wait_for()
        window.get_by_role("button", name="View request").click()
        window.get_by_role("heading", name="Request 2 of 2").wait_for()
        yield window


def consent_picker(stage: Stage) -> Iterator[Page]:
    """Choose who answers, by what it costs and what happens to the words."""
    with asking(stage, "bookshop", ASK, REASON) as window:
        window.locator(".pickbtn").click()
        window.get_by_label("What may happen to your words").select_option("here")
        yield window


def consent_frame(stage: Stage) -> Iterator[Page]:
    """Ask from a frame inside another site."""
    with stage.tab(stage.site("magazine")) as page:
        page.evaluate(FRAME, stage.site("quiz"))
        with stage.window(lambda: page.frames[1].evaluate(ASK, REASON)) as window:
            window.get_by_text("Frame that asks").wait_for()
            yield window


@contextmanager
def changing(stage: Stage, options: str) -> Iterator[Page]:
    """Let the Satchel's own page, which is a provider's, ask for a change; closing the window is a no."""
    with (
        demo(stage) as page,
        stage.window(lambda: page.evaluate(f"() => {{ window.ai.BETA_updateModelProvider({options}).catch(() => 0) }}")) as window,
    ):
        window.get_by_role("heading", level=1).wait_for()
        yield window


def provider_default(stage: Stage) -> Iterator[Page]:
    """Let a provider ask to be the default."""
    with changing(stage, "{ shouldSetDefault: true }") as window:
        yield window


def provider_picker(stage: Stage) -> Iterator[Page]:
    """Choose which of the provider's models becomes the default."""
    with changing(stage, "{ shouldSetDefault: true }") as window:
        window.locator(".pickbtn").click()
        window.get_by_role("combobox", name="Search models").wait_for()
        yield window


def provider_sign_out(stage: Stage) -> Iterator[Page]:
    """Let a provider ask to be signed out."""
    with changing(stage, "{ session: null }") as window:
        yield window


def choose_model(stage: Stage) -> Iterator[Page]:
    """Let a site that is allowed ask which model it should use."""
    why = "{ reason: 'You can hear the answer read aloud' }"
    with (
        demo(stage) as page,
        stage.window(lambda: page.evaluate(f"() => {{ window.ai.chooseModel({why}).catch(() => 0) }}")) as window,
    ):
        window.get_by_role("listbox").get_by_role("option").first.wait_for()
        yield window


SCREENS = (
    Screen("demo-first", demo_first),
    Screen("popup-empty", popup_empty, POPUP),
    Screen("consent", consent, CONSENT),
    Screen("demo", demo_answered),
    Screen("popup", popup_live, POPUP),
    Screen("popup-recent", popup_recent, POPUP),
    Screen("popup-picker", popup_picker, POPUP),
    Screen("popup-picker-vain", popup_picker_vain, POPUP),
    Screen("popup-blocked", popup_blocked, POPUP),
    Screen("popup-no-page", popup_no_page, POPUP),
    Screen("popup-paused", popup_paused, POPUP),
    Screen("popup-refused", popup_refused, POPUP),
    Screen("consent-model-missing", consent_model_missing, CONSENT),
    Screen("consent-wish", consent_wish, CONSENT),
    Screen("consent-limits", consent_limits, CONSENT),
    Screen("consent-request", consent_request, CONSENT),
    Screen("consent-picker", consent_picker, CONSENT),
    Screen("consent-frame", consent_frame, CONSENT),
    Screen("choose-model", choose_model, CONSENT),
    Screen("provider-default", provider_default, CONSENT),
    Screen("provider-picker", provider_picker, CONSENT),
    Screen("provider-sign-out", provider_sign_out, CONSENT),
)
