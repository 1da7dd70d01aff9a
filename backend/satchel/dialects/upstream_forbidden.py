"""What a 403 means: hosts say it of a bad key, of a good key that may not do this, of credit, of places, and of what was written. Pure.

The words tell, because the codes beside them are as coarse as the status ("permission_error", "AccessDeniedException").
Source: recorded errors; the error pages of OpenAI, Anthropic, Google (`google.api.ErrorReason`), Groq, Alibaba and Novita; bodies quoted
in public issues (continuedev/continue#12670, gptme/gptme#1449, ai4s-research/open-science#53, dify#2829); checked 2026-11-28.
"""

from satchel.domain import errors
from satchel.domain.errors import SatchelError

_NO_CREDIT = (
    "credit",
    "balance",
    "billing",
    "spending limit",
    "key limit exceeded",
    "payment",
    "overdue",
    "arrear",
    "free tier",
    "free quota",
)
_BAD_KEY = (
    "reported as leaked",
    "not valid",
    "invalid api key",
    "incorrect api key",
    "api key is valid",
    "invalid token",
    "token is invalid",
    "authentication fail",
    "authorization failed",
    "unregistered callers",
    "expired",
    "revoked",
)
_PLACE = ("country", "countries", "territory", "unsupported region", "your region", "location is not supported", "request not allowed")
_FILTERED = ("violates", "moderation", "content filter", "content management policy", "flagged", "safety")
_TOO_LONG = ("context length", "max_tokens")


def forbidden(words: str, *, has_key: bool) -> type[SatchelError]:
    """Return the class of an answer with status 403; without a key nothing can be wrong with it but that there is none."""
    text = words.lower()
    if any(phrase in text for phrase in _FILTERED):
        return errors.ContentFiltered
    if any(phrase in text for phrase in _BAD_KEY):
        return errors.KeyRejected if has_key else errors.KeyMissing
    if any(phrase in text for phrase in _PLACE):
        return errors.ProviderRefused
    if any(phrase in text for phrase in _TOO_LONG):
        return errors.ContextTooLong
    if any(phrase in text for phrase in _NO_CREDIT):
        return errors.KeyExhausted
    return errors.KeyForbidden if has_key else errors.ProviderRefused
