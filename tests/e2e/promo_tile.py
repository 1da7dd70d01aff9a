"""The store's small tile: the mark and the name, from the design's own drawing, colours and font. No other words, so no language."""

from pathlib import Path

from tests.e2e.axe import Size
from tests.e2e.screens.stage import Stage

ROOT = Path(__file__).parents[2]
LOGO = ROOT / "backend" / "portal" / "public" / "logo.svg"
TOKENS = ROOT / "extension" / "src" / "ui" / "tokens.css"
TILE_SIZE: Size = (440, 280)
PAGE = """<!doctype html><html data-theme="light"><style>{tokens}
body {{ display: grid; place-content: center; justify-items: center; gap: var(--s-4); margin: 0; height: 100vh; }}
body {{ background: var(--accent); }}
svg {{ width: 112px; height: 112px; }}
body .a {{ fill: var(--on-accent); }}
body .s {{ stroke: var(--on-accent); }}
body .b {{ fill: var(--brass); }}
p {{ margin: 0; color: var(--on-accent); font: 600 44px/1 var(--font); letter-spacing: -0.015em; }}
</style><body>{logo}<p>Satchel</p>"""


def promo_tile(stage: Stage) -> bytes:
    """Draw it."""
    with stage.tab("about:blank") as page:
        page.set_viewport_size({"width": TILE_SIZE[0], "height": TILE_SIZE[1]})
        page.emulate_media(color_scheme="light")
        page.set_content(PAGE.format(tokens=TOKENS.read_text(encoding="utf-8"), logo=LOGO.read_text(encoding="utf-8")))
        return page.screenshot()
