"""What the program says on stderr: one line per event, for an operator's eyes. Never a prompt, an answer, a token or a key."""

import logging
import traceback
from collections.abc import Callable
from types import TracebackType

from satchel.kit.key_shapes import without_keys

ExceptionFacts = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]

_LINE = "%(asctime)s %(levelname)-7s %(message)s"
_TIME = "%H:%M:%S"
_BAD_FRAME = "Invalid UTF-8 sequence received from client."


def configure_logs(level: str) -> "Lines":
    """Set the logs of this process up; return what writes their lines."""
    handler, lines = logging.StreamHandler(), Lines(_LINE, _TIME)
    handler.setFormatter(lines)
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    # None of these is in our lines, and looking them up costs more than writing the line.
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    logging._srcfile = None  # as the logging HOWTO advises, "Optimization"
    logging.getLogger("satchel").setLevel(level.upper())
    server = logging.getLogger("uvicorn.error")
    server.setLevel(logging.WARNING)  # its lines on every socket have the whole address in them
    server.addFilter(_without_bad_frames)
    logging.getLogger("authlib").setLevel(logging.INFO)  # at debug it logs whole tokens
    return lines


class Lines(logging.Formatter):
    """Give each line of the access log its own head: `access_log.py` puts several into one record. In all others hide what is, or looks
    like, a key; the access log does it by itself, where it is quick."""

    _is_secret: Callable[[str], bool] | None = None

    def hide(self, is_secret: Callable[[str], bool]) -> None:
        """Hide also the words that `is_secret` knows."""
        self._is_secret = is_secret

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as text."""
        text = super().format(record)
        if record.name != "satchel.access":
            return without_keys(text, self._is_secret)
        if "\n" not in text:
            return text
        first, *others = text.split("\n")
        head = first.removesuffix(record.message.partition("\n")[0])
        return "\n".join([first, *(head + line for line in others)])

    def formatException(self, ei: ExceptionFacts) -> str:  # noqa: N802 - logging's own name
        """Return where an exception and its causes came from, and of which kind they are; their texts may quote a prompt or an answer."""
        chain: list[BaseException] = []
        error = ei[1]
        while error is not None and error not in chain:
            chain.append(error)
            error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        where = ("".join(traceback.format_tb(each.__traceback__)) for each in chain[::-1])
        parts = [f"{frames}{type(each).__module__}.{type(each).__qualname__}" for frames, each in zip(where, chain[::-1], strict=True)]
        return "\nwhich led to\n".join(parts)


def _without_bad_frames(record: logging.LogRecord) -> bool:
    """Drop the traceback that every invalid text frame of a stranger would write."""
    return record.msg != _BAD_FRAME
