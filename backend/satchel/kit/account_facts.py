"""What providers' words tell of a person's account, to take it out of texts that a page may read. Pure."""

import re

from satchel.kit.key_shapes import HIDDEN, without_keys

_OWNERS = r"organi[sz]ation|org|workspace|tenant|subscription|account|user|team|project|customer"
_PATTERNS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.ASCII | re.IGNORECASE), put)
    for pattern, put in (
        (r"[\w-]{0,64}\*{3,}[\w-]{0,64}", HIDDEN),  # a key of which the provider shows both ends
        (r"(https?://[^\s?#'\"<>)]+)[?#][^\s'\"<>)]*", r"\1"),
        (r"[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,64}){1,8}", HIDDEN),
        (r"\barn:aws[\w-]*:[^\s'\",)]+", HIDDEN),
        (r"(?<![0-9a-f])[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}(?![0-9a-f])", HIDDEN),
        (r"\b(?:org|proj|user|usr|acct|team|wrkspc|ws|cus|sub|apikey|key)[-_](?:(?=[a-z0-9]*\d)[a-z0-9]{6,}|[a-z0-9]{16,})\b", HIDDEN),
        (r"\bprojects[/=][\w:.-]+", f"projects/{HIDDEN}"),
        (rf"\b({_OWNERS})((?:[ _-]?(?:id|name))?[\s:=]+)(?:'[^']{{1,99}}'|\"[^\"]{{1,99}}\"|`[^`]{{1,99}}`)", rf"\1\2{HIDDEN}"),
        (rf"\b({_OWNERS})((?:[ _-]?(?:id|name))?[\s:=]+)(?=[\w.-]*\d)[\w.-]{{5,}}", rf"\1\2{HIDDEN}"),
        (r"(?<![\d.])\d{12}(?![\d.])", HIDDEN),  # an AWS account
        (r"(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.])", HIDDEN),
        (r"(?<![\w:])(?:[0-9a-f]{0,4}:){3,7}[0-9a-f]{0,4}(?![\w:])", HIDDEN),
        (r"[$€£¥]\s?\d(?:[\d.,]{0,24}\d)?|\b(?:USD|EUR|GBP|CNY)\s?\d[\d.,]{0,24}|\d[\d.,]{0,24}\s?(?:USD|EUR|GBP|CNY)\b", HIDDEN),
        (r"((?:/(?:home|Users)/|[a-z]:\\Users\\))[^/\\\s'\"]+", rf"\1{HIDDEN}"),
    )
)


def without_account_facts(text: str) -> str:
    """Return `text` with everything hidden that looks like a key, an id of an account or of what belongs to it, an address, or money."""
    text = without_keys(text)
    for pattern, put in _PATTERNS:
        text = pattern.sub(put, text)
    return text
