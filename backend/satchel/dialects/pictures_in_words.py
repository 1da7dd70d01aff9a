"""What is said of a picture where a dialect has no place for one: it was paid for, and must not vanish without a word. Pure."""

from satchel.domain.events import Image

_NOTE = "[The model drew a picture, which this API cannot carry. Ask at /v1/chat/completions or /v1/responses to see it.]"


def in_words(image: Image) -> str:
    """Return a picture as text: where it lies, as Markdown, or a note where it is nothing but data."""
    return _NOTE if image.inline[1] else f"![picture]({image.url})"
