"""Scopes in words that people read before they allow them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the consent page: an icon of `icons.html` and a sentence."""

    icon: str
    text: str


_MAY: dict[str, Line] = {
    "generate": Line("up", "Send text to models in your name and read the answers"),
    "models": Line("box", "See which models you have and what they cost"),
    "grants": Line("globe", "Keep the list of sites you allow, limit or block"),
    "activity": Line("list", "See which sites asked what model, when, and what it cost"),
    "settings": Line("sliders", "Change your preferred model, add or remove keys, and see who signed in and what was changed"),
    "ext:attest-origin": Line("eye", "Say which site is asking: Satchel takes its word for it"),
}
_MAY_NOT: dict[str, str] = {
    "generate": "use your models",
    "grants": "change what sites may do",
    "activity": "see your activity",
    "settings": "change your settings",
}
_NEVER = "read a key you saved or your password"


def may(scopes: frozenset[str]) -> list[Line]:
    """Return a line for each scope, in the order of what matters most."""
    return [line for scope, line in _MAY.items() if scope in scopes]


def may_not(scopes: frozenset[str]) -> str:
    """Return the one line of what stays closed."""
    return ", ".join([_NEVER, *(words for scope, words in _MAY_NOT.items() if scope not in scopes)])
