"""The TypeScript frames are those of the Python schema."""

from pathlib import Path

from satchel.doors.socket.typescript import source

GENERATED = Path(__file__).resolve().parents[3] / "sdk-js" / "src" / "frames.gen.ts"


def test_the_generated_file_is_not_stale() -> None:
    assert GENERATED.read_text() == source(), "run: python -m satchel.doors.socket.typescript > sdk-js/src/frames.gen.ts"
