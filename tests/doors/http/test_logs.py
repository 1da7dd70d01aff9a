"""What an operator reads holds no prompt, wherever an exception quotes one."""

import logging

import pytest

from satchel.doors.http.access_log import AccessLog
from satchel.doors.http.logs import Lines


def test_an_exception_is_logged_by_kind_and_place_and_never_by_its_text() -> None:
    try:
        try:
            raise ValueError("CANARY in the cause")
        except ValueError as cause:
            raise RuntimeError("CANARY in the text") from cause
    except RuntimeError as error:
        record = logging.LogRecord("satchel", logging.ERROR, __file__, 1, "gen_1 failed", (), (type(error), error, error.__traceback__))
    text = Lines("%(levelname)s %(message)s").format(record)
    assert "CANARY" not in text.replace('raise ValueError("CANARY in the cause")', "").replace(
        'raise RuntimeError("CANARY in the text")', ""
    )
    assert "ValueError" in text
    assert "RuntimeError" in text
    assert "test_logs.py" in text


@pytest.mark.parametrize("facts", [None, (None, None, None)])
def test_a_line_without_an_exception_stays_a_line(facts: object) -> None:
    record = logging.LogRecord("satchel", logging.INFO, __file__, 1, "all is well", (), facts)  # type: ignore[arg-type]
    assert Lines("%(levelname)s %(message)s").format(record).startswith("INFO all is well")


def test_what_is_a_key_or_looks_like_one_is_not_written() -> None:
    lines = Lines("%(levelname)s %(message)s")
    lines.hide(lambda word: word == "an-odd-key-of-my-own-server")
    record = logging.LogRecord(
        "satchel", logging.INFO, __file__, 1, "%s and %s", ("sk-proj-0123456789abcdef", "an-odd-key-of-my-own-server"), None
    )
    assert lines.format(record) == "INFO [hidden] and [hidden]"


async def test_the_access_log_hides_a_key_in_a_path(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "satchel.access")
    access_log = AccessLog()
    for path in ("/v1/keys/sk-proj-0123456789abcdef", "/healthz-of-mine"):
        access_log.note("GET", path, 404, took_ms=1, generation_id=None, request_id="req_1")
    access_log.flush()
    assert caplog.messages == ["GET /v1/keys/[hidden] 404 1 ms - req_1\nGET /healthz-of-mine 404 1 ms - req_1"]
