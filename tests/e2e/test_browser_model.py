"""The browser's own model as one to pick, in real Chromium with its real offscreen page. The model is played: this Chromium has none."""

import queue
from pathlib import Path
from typing import Any

import pytest
from tests.e2e.chromium import chromium, with_permissions
from tests.e2e.conftest import need_chromium
from tests.stage import running

pytestmark = [pytest.mark.browser]
Pages = tuple[str, "queue.Queue[tuple[str, Any]]"]
PLAYED = """globalThis.LanguageModel = {
    isThere: location.pathname === "/offscreen.html",
    async availability() { return this.isThere ? "available" : "downloadable"; },
    async create({ monitor, initialPrompts = [] }) {
        const told = new EventTarget();
        monitor?.(told);
        for (const loaded of [0, 1]) told.dispatchEvent(Object.assign(new Event("downloadprogress"), { loaded }));
        this.isThere = true;
        return {
            destroy() {},
            promptStreaming(input, { signal }) {
                return new ReadableStream({
                    async start(controller) {
                        signal.addEventListener("abort", () => controller.error(signal.reason));
                        for (const word of `${initialPrompts.length} before: ${input}`.split(/(?<= )/)) controller.enqueue(word);
                        if (input !== "for ever") controller.close();
                    },
                });
            },
        };
    },
};
"""


def with_played_model(extension: Path) -> Path:
    """Give a copy of the extension's pages a model of the browser's."""
    (extension / "played.js").write_text(PLAYED)
    for name in ("options.html", "offscreen.html"):
        page = extension / name
        page.write_text(page.read_text().replace("<head>", '<head><script src="/played.js"></script>', 1))
    return extension


def test_the_browsers_own_model_is_fetched_on_a_click_and_answers_a_site(tmp_path: Path, pages: Pages) -> None:
    need_chromium()
    extension = with_played_model(with_permissions(tmp_path / "extension"))
    with running(tmp_path / "satchel") as satchel, chromium(tmp_path / "profile", extension) as browser:
        satchel.call(satchel.add_token(), "PUT", "/v1/grants", {"origin": pages[0], "state": "allowed"})
        browser.connect(satchel).close()
        options = browser.context.new_page()
        options.goto(f"chrome-extension://{browser.extension_id}/options.html#settings")
        options.get_by_role("button", name="Download").click()
        options.get_by_role("switch", name="The browser’s own model").click()
        options.goto(options.url.split("#")[0] + "#models")
        options.get_by_role("button", name="Use Gemini Nano").click()
        options.get_by_text("answers", exact=True).wait_for()
        page = browser.context.new_page()
        page.goto(f"{pages[0]}/modern.html")
        page.wait_for_function("window.modern")
        told = page.evaluate("window.ai.chat('why red?').then(({ text, model, provider, usage }) => ({ text, model, provider, usage }))")
        assert (told["text"], told["model"], told["provider"]) == ("0 before: why red?", "browser:gemini-nano", "Chrome")
        assert told["usage"]["estimated"] is True
        stop = """async () => {
            const controller = new AbortController();
            const call = window.ai.chat("for ever", { signal: controller.signal });
            for await (const part of call) { controller.abort(); break; }
            return Promise.resolve(call).catch(({ name }) => name);
        }"""
        assert page.evaluate(stop) == "AbortError"
        assert satchel.call(satchel.add_token(), "GET", "/v1/generations")["data"] == []
