"""How long a host asks to wait: headers, or fields of the error body. Pure: dates count from the answer's own `Date` header.

Source: recorded 429 answers and documentation, checked 2026-11-23.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import cast

from satchel.domain.chat import Json

_EPOCH_MS = 1e11
_SECONDS = re.compile(r"(\d+(?:\.\d+)?)s?")


def retry_after_s(headers: Mapping[str, str], fields: Json | None) -> float | None:
    """Return seconds to wait, None where nobody named any.

    The larger of `retry-after` and `retry-after-ms` counts: one answer had 1 and 0. Fields of the body come after the headers.
    """
    found = [wait for wait in (_retry_after(headers), _number(headers.get("retry-after-ms"), 0.001)) if wait is not None]
    if found:
        return max(found)
    reset = headers.get("x-ratelimit-reset") or _in_metadata(fields)
    wait = _until_epoch_ms(reset, headers)
    return wait if wait is not None else _google_delay(fields)


def _retry_after(headers: Mapping[str, str]) -> float | None:
    given = headers.get("retry-after")
    if given is None:
        return None
    seconds = _number(given, 1)
    if seconds is not None:
        return seconds
    moment, now = _date(given), _date(headers.get("date"))
    return None if moment is None or now is None else max(0.0, (moment - now).total_seconds())


def _until_epoch_ms(reset: object, headers: Mapping[str, str]) -> float | None:
    epoch_ms = _number(reset, 1)
    now = _date(headers.get("date"))
    if epoch_ms is None or epoch_ms < _EPOCH_MS or now is None:
        return None
    return max(0.0, (datetime.fromtimestamp(epoch_ms / 1000, UTC) - now).total_seconds())


def _in_metadata(fields: Json | None) -> object:
    """Return the reset time that an aggregator passes on in its error's metadata."""
    match fields:
        case {"metadata": {"headers": Mapping() as headers}}:
            return next((value for name, value in headers.items() if str(name).lower() == "x-ratelimit-reset"), None)
        case _:
            return None


def _google_delay(fields: Json | None) -> float | None:
    details = (fields or {}).get("details")
    for detail in details if isinstance(details, list) else []:
        delay = cast(Json, detail).get("retryDelay") if isinstance(detail, Mapping) else None
        if isinstance(delay, str) and (found := _SECONDS.fullmatch(delay)):
            return float(found[1])
    return None


def _number(value: object, scale: float) -> float | None:
    try:
        return float(value) * scale if isinstance(value, str | int | float) else None
    except ValueError:
        return None


def _date(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
