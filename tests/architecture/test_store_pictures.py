"""The pictures of the stores' listing have the sizes that the stores want."""

import re
import struct

from .tree import ROOT, read

LISTING = ROOT / "docs" / "explanation" / "listing.md"
TILE, SCREEN = (440, 280), (1280, 800)


def test_the_pictures_of_the_listing_are_there_and_as_large_as_the_stores_want() -> None:
    found = re.findall(r"\]\(\.\./pictures/([\w-]+\.png)\)", read(LISTING))
    sizes = {}
    for name in found:
        start = (ROOT / "docs" / "pictures" / name).read_bytes()[:24]
        assert start[1:4] == b"PNG", name
        sizes[name] = struct.unpack(">II", start[16:24])
    assert sizes.pop("promo-tile-store.png") == TILE
    assert set(sizes.values()) == {SCREEN}
    assert len(sizes) == 5
