"""Takes the pictures of `docs/pictures` from the real product: every screen of the list, light and dark, at each of its sizes.

`make pictures`, or `.venv/bin/python -m tests.e2e.pictures [folder]`. Everything in them happened: a real Satchel, a real Chromium, the
real built-in model. What larger models say is scripted by a model server on this computer. A page for `docs/reference` lists them.
The store's small tile is drawn from the logo.
"""

import base64
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page
from tests.e2e.axe import CONSENT, PANEL, Size
from tests.e2e.promo_tile import promo_tile
from tests.e2e.screens.listed import SCREENS
from tests.e2e.screens.screen import Screen
from tests.e2e.screens.stage import Stage, staged

TALLEST = 1600
ARMED_MS, STILL_MS = 900, 250  # the consent window arms its buttons anew when its size changes
QUALITY = 82
STORE = ("consent", "options-models", "options-sites", "options-activity", "sidepanel")
TILE = "promo-tile-store.png"
STORE_SIZE: Size = (1280, 800)
BESIDE = "<body style='margin:0;display:flex;gap:1px;background:#ccc'>{behind}{front}"
OVER = "<body style='margin:0'>{behind}<div style='position:fixed;inset:32px 32px auto auto;box-shadow:0 8px 40px #0006'>{front}</div>"
HEAD = """# Screens

Every screen of the extension, the portal and the pages between them, in the order of a person's first days. Made by `make pictures`,
which goes through the same list as the tests that look at them with axe-core and by keyboard; do not edit. Each is here at its
smallest size; the others and the dark ones lie beside it in `docs/pictures`.
"""


def take(page: Page, screen: Screen, stage: Stage, folder: Path) -> None:
    """Take one screen in both themes at each of its sizes; a page is as high as it needs at 320 pixels, within reason."""
    page.evaluate("document.activeElement?.matches('dialog *') || (document.activeElement?.blur(), scrollTo(0, 0))")
    for size in screen.sizes:
        resize(page, size)
        for theme in ("light", "dark"):
            page.emulate_media(color_scheme=theme, reduced_motion="reduce")  # type: ignore[arg-type]
            page.wait_for_timeout(ARMED_MS if screen.sizes == CONSENT else STILL_MS)
            shoot(page, folder / file_of(screen, size, theme))
    if screen.name in STORE:
        page.emulate_media(color_scheme="light")
        (folder / f"{screen.name}-store.png").write_bytes(for_store(page, screen.sizes[0], stage))


def for_store(page: Page, size: Size, stage: Stage) -> bytes:
    """Take a screen as the stores want all of them: PNG, of one size. A window lies over a page, a panel beside it."""
    (width, height), is_panel = size, size in PANEL
    page.set_viewport_size({"width": width, "height": STORE_SIZE[1] if is_panel else height})
    page.wait_for_timeout(ARMED_MS)
    front = page.screenshot()
    if size == STORE_SIZE:
        return front
    with stage.tab(f"{stage.satchel.url}/demo") as behind:
        behind.set_viewport_size({"width": STORE_SIZE[0] - width - 1 if is_panel else STORE_SIZE[0], "height": STORE_SIZE[1]})
        behind.emulate_media(color_scheme="light", reduced_motion="reduce")
        behind.get_by_role("button", name="Ask", exact=True).wait_for()
        behind.wait_for_timeout(STILL_MS)
        back = behind.screenshot()
    with stage.tab("about:blank") as both:
        both.set_viewport_size({"width": STORE_SIZE[0], "height": STORE_SIZE[1]})
        both.set_content((BESIDE if is_panel else OVER).format(behind=image_of(back), front=image_of(front)))
        both.wait_for_timeout(STILL_MS)
        return both.screenshot()


def image_of(taken: bytes) -> str:
    """Return a picture as an element."""
    return f"<img style='display:block' src='data:image/png;base64,{base64.b64encode(taken).decode()}'>"


def shoot(page: Page, file: Path) -> None:
    """Take what the page shows as WebP, a fifth of a PNG."""
    session = page.context.new_cdp_session(page)
    taken = session.send("Page.captureScreenshot", {"format": "webp", "quality": QUALITY})
    file.write_bytes(base64.b64decode(taken["data"]))
    session.detach()


def resize(page: Page, size: Size) -> None:
    """Give the page its size, and on a narrow page the height of what it holds."""
    width, height = size
    page.set_viewport_size({"width": width, "height": height})
    if width == 320:
        needed = int(page.evaluate("Math.ceil(document.documentElement.scrollHeight)"))
        page.set_viewport_size({"width": width, "height": min(max(height, needed), TALLEST)})


def file_of(screen: Screen, size: Size, theme: str) -> str:
    """Return a picture's name: `<screen>[-320]-<theme>.webp`; the first size needs no number."""
    suffix = "" if size == screen.sizes[0] else f"-{size[0]}"
    return f"{screen.name}{suffix}-{theme}.webp"


def page_of_all() -> str:
    """Return the page that shows them all."""
    return HEAD + "".join(
        f"\n## `{screen.name}`\n\n![{words_of(screen)}](../pictures/{file_of(screen, screen.sizes[-1], 'light')})\n" for screen in SCREENS
    )


def words_of(screen: Screen) -> str:
    """Return what a picture shows, for those who do not see it: how one comes there."""
    return (screen.way.__doc__ or screen.name).strip().rstrip(".")


def main() -> None:
    """Take them all."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "docs/pictures")
    folder.mkdir(parents=True, exist_ok=True)
    for old in (*folder.glob("*.webp"), *folder.glob("*.png")):
        old.unlink()
    with tempfile.TemporaryDirectory() as home, staged(Path(home) / "stage") as stage:
        for screen in SCREENS:
            with screen.shown(stage) as page:
                take(page, screen, stage, folder)
        (folder / TILE).write_bytes(promo_tile(stage))
    if len(sys.argv) == 1:
        Path("docs/reference/screens.md").write_text(page_of_all(), encoding="utf-8")
    print(f"{len(list(folder.iterdir()))} pictures in {folder}")


if __name__ == "__main__":
    main()
