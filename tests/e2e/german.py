"""Has a screen of the extension drawn in German where it stands, and looks for words that have no room there."""

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Page
from tests.e2e.axe import Size
from tests.e2e.keyboard import DRAWN, resize

CHOOSE = """async (name) => {
    const { language: before = "auto" } = await chrome.storage.local.get("language");
    await chrome.storage.local.set({ language: name });
    return before;
}"""
CUT = """() => {
    const name = (node) => node.outerHTML.replace(/\\s+/g, " ").slice(0, 160);
    const isShown = (node) => node.checkVisibility({ visibilityProperty: true }) && !node.closest(".sr") && node.clientWidth > 1;
    const isScroller = (node) => ["auto", "scroll"].includes(getComputedStyle(node).overflowX);
    const scrolls = (node) => node !== null && (isScroller(node) || scrolls(node.parentElement));
    const hasWords = (node) => [...node.childNodes].some((child) => child.nodeType === Node.TEXT_NODE && child.data.trim() !== "");
    const outside = (node) => {
        const range = document.createRange();
        range.selectNodeContents(node);
        const { left, right } = range.getBoundingClientRect();
        return (left < -1 || right > innerWidth + 1) && !scrolls(node);
    };
    return [...document.querySelectorAll("body *")].filter(isShown).flatMap((node) => {
        const { overflowX, textOverflow, webkitLineClamp } = getComputedStyle(node);
        const isWider = node.scrollWidth > node.clientWidth + 1;
        const shortens = textOverflow === "ellipsis" || webkitLineClamp !== "none";
        if (isWider && !shortens && ["hidden", "clip"].includes(overflowX)) return [`cut off: ${name(node)}`];
        if (isWider && node.matches("button, .btn, .tag, .seg label, .chip, th, h1, h2")) return [`wider than its box: ${name(node)}`];
        return hasWords(node) && !shortens && outside(node) ? [`outside the window: ${name(node)}`] : [];
    });
}"""


@contextmanager
def in_german(page: Page) -> Iterator[bool]:
    """Have the screen in German, with all that it shows; False where it is none of the extension's: the others are in English only."""
    if not page.url.startswith("chrome-extension://"):
        yield False
        return
    spoken = page.evaluate("document.documentElement.lang")
    before = page.evaluate(CHOOSE, "de")
    page.locator("html[lang=de]").wait_for(state="attached")
    page.evaluate(DRAWN)
    yield True
    page.evaluate(CHOOSE, before)
    page.locator(f"html[lang={spoken}]").wait_for(state="attached")


def overflow_of(page: Page, size: Size) -> list[str]:
    """Return what scrolls sideways at a size, is cut off or has left its box."""
    resize(page, size)
    sideways = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    return [*([f"scrolls sideways by {sideways}"] if sideways > 0 else []), *page.evaluate(CUT)]
