"""The access log: one line a request, no query string, no header. Several lines make one record, written a few times a second."""

import asyncio
import logging
from functools import lru_cache

from satchel.kit.key_shapes import without_keys

_EVERY_S = 0.2
_MOST_LINES = 500
_OK = 200
_SETUP = "/setup/"
_HEALTH = frozenset({"/healthz", "/readyz"})

_log = logging.getLogger("satchel.access")


class AccessLog:
    """Collect lines and write them together. A record and a flush for each request were 7 % of a request's time."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._timer: asyncio.TimerHandle | None = None

    def note(self, method: str, path: str, status: int, *, took_ms: float, generation_id: str | None, request_id: str) -> None:
        """Add the line of one request; a health check that went well is told at debug level only, and at once."""
        is_dull = status == _OK and path in _HEALTH
        if not _log.isEnabledFor(logging.DEBUG if is_dull else logging.INFO):
            return
        shown = _shown(path)
        line = f"{method} {shown} {status} {took_ms:.0f} ms {generation_id or '-'} {request_id}"
        if is_dull:
            _log.debug("%s", line)
            return
        self._lines.append(line)
        if len(self._lines) >= _MOST_LINES:
            self.flush()
        elif self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(_EVERY_S, self.flush)

    def flush(self) -> None:
        """Write what waits. Safe to call at any time."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        lines, self._lines = self._lines, []
        if lines:
            _log.info("%s", "\n".join(lines))


@lru_cache(maxsize=256)  # nearly all requests are for the same few paths
def _shown(path: str) -> str:
    if path.startswith(_SETUP):
        return f"{_SETUP}…"  # what follows makes the owner until it is used
    path = without_keys(path)
    return path if path.isprintable() else repr(path)  # a path must not break a line
