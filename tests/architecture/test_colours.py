"""The design tokens: dark said twice the same, and every pair of colours readable."""

import re

import pytest

from .tree import ROOT, files, read

TOKENS = ROOT / "extension" / "src" / "ui" / "tokens.css"
# token: the grounds it lies on, and the contrast it needs there (WCAG 2.2: 4.5 for text, 3 for what is operated).
PAIRS = {
    "--text": ("bg surface sunken selected hover raised", 4.5),
    "--text-2": ("bg surface sunken tile selected hover raised", 4.5),
    "--text-3": ("bg surface sunken selected hover raised", 4.5),
    "--accent-text": ("bg surface sunken accent-soft hover raised", 4.5),
    "--on-accent": ("accent accent-hover", 4.5),
    "--accent": ("bg surface sunken", 3.0),
    "--border-strong": ("bg surface sunken raised", 3.0),
    "--focus": ("bg surface sunken selected raised", 3.0),
    "--ok": ("surface bg ok-soft", 4.5),
    "--warn": ("surface bg warn-soft", 4.5),
    "--warn-mark": ("surface bg", 3.0),
    "--danger": ("surface bg danger-soft", 4.5),
    "--on-danger": ("danger-solid", 4.5),
    "--danger-solid": ("surface bg", 3.0),
    "--info": ("surface bg info-soft", 4.5),
    "--brass-text": ("surface bg", 4.5),
    **{f"--c{series}": ("bg surface", 3.0) for series in range(1, 7)},
    **{f"--t{tile}": (f"t{tile}-bg", 4.5) for tile in range(1, 7)},
}


def block(selector: str) -> dict[str, str]:
    """Return the declarations of the first block with this selector."""
    text = re.sub(r"/\*.*?\*/", "", TOKENS.read_text(encoding="utf-8"), flags=re.DOTALL)
    found = re.search(re.escape(selector) + r"\s*\{([^}]*)\}", text)
    assert found, f"{selector} has no block in tokens.css"
    declared = (line.partition(":") for line in found[1].split(";") if ":" in line)
    return {name.strip(): " ".join(value.split()) for name, _, value in declared}


def contrast(first: str, second: str) -> float:
    """Return the contrast ratio of two colours by the WCAG 2.2 formula."""
    lighter, darker = sorted((luminance(first), luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    """Return the relative luminance of `#rrggbb`."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_the_contrast_formula_knows_black_on_white() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


def test_both_dark_blocks_say_the_same() -> None:
    assert block(':root:not([data-theme="light"])') == block(':root[data-theme="dark"]')


@pytest.mark.parametrize("theme", [":root", ':root[data-theme="dark"]'], ids=["light", "dark"])
@pytest.mark.parametrize("token", PAIRS)
def test_every_pair_has_the_contrast_it_needs(token: str, theme: str) -> None:
    colours = block(theme)
    grounds, needed = PAIRS[token]
    ratios = {ground: contrast(colours[token], colours[f"--{ground}"]) for ground in grounds.split()}
    assert {ground: round(ratio, 2) for ground, ratio in ratios.items() if ratio < needed} == {}


def test_colours_are_written_down_in_the_tokens_only() -> None:
    rooms = ("extension/", "backend/portal/")
    styles = [path for path in files() if path.suffix == ".css" and path.as_posix().startswith(rooms)]
    strays = {str(path): re.findall(r":[^;{]*(#[0-9a-fA-F]{3,8})\b", read(path)) for path in styles}
    assert {path: found for path, found in strays.items() if found and not path.endswith("tokens.css")} == {}
