"""A provider's own words about a failure, as far as whoever asked may read them: that may be a page.

Error bodies name organisations, projects, e-mail addresses, balances, and keys with their middle left out. See decision 0071.
"""

import re

from satchel.domain.chat import Json
from satchel.kit.account_facts import without_account_facts

QUOTE_CHARACTERS = 300
_READ_CHARACTERS = 4 * QUOTE_CHARACTERS
_NAME = re.compile(r"[A-Za-z][\w.:/-]{0,63}", re.ASCII)


def quoted(text: str) -> str:
    """Return the provider's own words in one short line, without keys and without facts of the person's account."""
    text = without_account_facts(" ".join(text[:_READ_CHARACTERS].split()))
    return text if len(text) <= QUOTE_CHARACTERS else text[: QUOTE_CHARACTERS - 1] + "…"


def named(value: object) -> str | int | None:
    """Return a type or code of a provider's: a name or an HTTP status. None for anything else, such as a sentence."""
    if isinstance(value, str):
        return value if _NAME.fullmatch(value) and without_account_facts(value) == value else None
    return value if isinstance(value, int) and not isinstance(value, bool) and 100 <= value < 1_000 else None


def body_of(words: str, fields: Json) -> dict[str, str | int]:
    """Return the part of an error body that may be shown: `message` as `words` quote it, `type` and `code`, each where there is one."""
    said = {"message": words, "type": named(fields.get("type") or fields.get("status")), "code": named(fields.get("code"))}
    return {name: value for name, value in said.items() if value}
