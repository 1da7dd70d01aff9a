"""What an operator reads holds no prompt, wherever an exception quotes one."""

import logging

import pytest

from satchel.doors.http.logs import _Lines


def test_an_exception_is_logged_by_kind_and_place_and_never_by_its_text() -> None:
    try:
        try:
            raise ValueError("CANARY in the cause")
        except ValueError as cause:
            raise RuntimeError("CANARY in the text") from cause
    except RuntimeError as error:
        record = logging.LogRecord("satchel", logging.ERROR, __file__, 1, "gen_1 failed", (), (type(error), error, error.__traceback__))
    text = _Lines("%(levelname)s %(message)s").format(record)
    assert "CANARY" not in text.replace('raise ValueError("CANARY in the cause")', "").replace(
        'raise RuntimeError("CANARY in the text")', ""
    )
    assert "ValueError" in text
    assert "RuntimeError" in text
    assert "test_logs.py" in text


@pytest.mark.parametrize("facts", [None, (None, None, None)])
def test_a_line_without_an_exception_stays_a_line(facts: object) -> None:
    record = logging.LogRecord("satchel", logging.INFO, __file__, 1, "all is well", (), facts)  # type: ignore[arg-type]
    assert _Lines("%(levelname)s %(message)s").format(record).startswith("INFO all is well")
