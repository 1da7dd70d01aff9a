"""Looks at a screen as axe-core does, and whether anything makes it scroll sideways.

Colours are looked at in both themes at the first size; at further sizes only the layout can differ.
"""

from typing import Any

from playwright.sync_api import Page
from tests.e2e.page_server import PACKAGES

Size = tuple[int, int]
PAGE: tuple[Size, ...] = ((1280, 800), (320, 700))
POPUP: tuple[Size, ...] = ((360, 600), (320, 600))
CONSENT: tuple[Size, ...] = ((400, 600), (320, 600))
PANEL: tuple[Size, ...] = ((360, 740), (320, 700))
RUN = """async () => {
    const { violations } = await axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] });
    return violations.map(({ id, nodes }) => `${id}: ${nodes[0].html.slice(0, 200)}`);
}"""


def faults_of(page: Page, sizes: tuple[Size, ...] = PAGE) -> list[str]:
    """Return what is wrong with the screen that `page` shows; its size and theme are left as they were looked at last."""
    found: list[str] = []
    page.evaluate((PACKAGES / "axe-core" / "axe.min.js").read_text() + "; 0")
    for number, (width, height) in enumerate(sizes):
        page.set_viewport_size({"width": width, "height": height})
        for theme in ("light",) if number else ("light", "dark"):
            page.emulate_media(color_scheme=theme, reduced_motion="reduce")  # type: ignore[arg-type]
            page.wait_for_timeout(50)
            violations: list[Any] = page.evaluate(RUN)
            found += [f"{width} px, {theme}: {violation}" for violation in violations]
        sideways = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        if sideways > 0:
            found.append(f"{width} px: scrolls sideways by {sideways}")
    return found
