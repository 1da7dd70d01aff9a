"""What a person reads when a provider refused: who it was, what it said in its own words, and what can be done about it."""

from satchel.domain import errors
from satchel.domain.catalog import Endpoint
from satchel.domain.errors import SatchelError

_MINUTE_S = 60
_HOUR_S = 3_600


def message_of(kind: type[SatchelError], endpoint: Endpoint, said: str, wait_s: float | None = None) -> str:
    """Return the message of an error of this kind; `said` are the provider's words, `wait_s` how long it asks to wait."""
    name, which = endpoint.provider_name, f" {endpoint.key_label!r}" if endpoint.key_label else ""
    if kind is errors.KeyRejected:
        return f"your key for {name} was refused: {said} (check the key{which} there, or give Satchel another)"
    if kind is errors.KeyForbidden:
        return f"your key for {name} may not do this: {said} (ask for access with the key{which} there, or choose another model or key)"
    if kind is errors.KeyExhausted:
        return f"your key for {name} has no credit left: {said} (add credit to the key{which} there, or give Satchel another)"
    if kind is errors.KeyMissing:
        return f"{name} wants a key: {said} (give Satchel one)"
    return f"{name}: {said}" if wait_s is None else f"{name}: {said} (try again in {_span(wait_s)})"


def _span(wait_s: float) -> str:
    if wait_s >= 2 * _HOUR_S:
        return f"{wait_s / _HOUR_S:.0f} hours"
    return f"{wait_s / _MINUTE_S:.0f} minutes" if wait_s >= 2 * _MINUTE_S else f"{max(1, round(wait_s))} s"
