"""What the program says on stderr: one line per event, for an operator's eyes. Never a prompt, an answer, a token or a key."""

import logging

_LINE = "%(asctime)s %(levelname)-7s %(message)s"
_TIME = "%H:%M:%S"
_BAD_FRAME = "Invalid UTF-8 sequence received from client."


def configure_logs(level: str) -> None:
    """Set the logs of this process up."""
    logging.basicConfig(level=logging.WARNING, format=_LINE, datefmt=_TIME)
    logging.getLogger("satchel").setLevel(level.upper())
    server = logging.getLogger("uvicorn.error")
    server.setLevel(logging.WARNING)  # its lines on every socket have the whole address in them
    server.addFilter(_without_bad_frames)
    logging.getLogger("authlib").setLevel(logging.INFO)  # at debug it logs whole tokens


def _without_bad_frames(record: logging.LogRecord) -> bool:
    """Drop the traceback that every invalid text frame of a stranger would write."""
    return record.msg != _BAD_FRAME
