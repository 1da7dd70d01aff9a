"""A request for pictures, in Satchel's own words."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import gcd


@dataclass(frozen=True, slots=True)
class ImageRequest:
    """`n` pictures of what `prompt` says.

    `size` is `<width>x<height>` or a provider's own word. `details` are the plain parameters that the caller set beside it, by OpenAI's
    names: quality, background, output format and the like. `model` is an id as the caller wrote it; routing resolves it.
    """

    model: str
    prompt: str
    n: int = 1
    size: str | None = None
    details: Mapping[str, str | int] = field(default_factory=dict)
    user: str | None = None

    @property
    def sides(self) -> tuple[int, int] | None:
        """Return width and height in pixels, where `size` says them."""
        width, _, height = (self.size or "").partition("x")
        return (int(width), int(height)) if width.isdecimal() and height.isdecimal() and int(width) and int(height) else None

    @property
    def ratio(self) -> str | None:
        """Return the shape, such as `3:2`: as it was said, else that of the sides."""
        given = self.details.get("aspect_ratio")
        if isinstance(given, str):
            return given
        if self.sides is None:
            return None
        width, height = self.sides
        return f"{width // gcd(width, height)}:{height // gcd(width, height)}"
