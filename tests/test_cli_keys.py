"""`satchel key add` says what the provider answers, and keeps the key whatever that is."""

from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.key_asker import GOOD_KEY, key_asker
from tests.stage import EMAIL, PASSWORD, Satchel

from satchel.cli import main


@pytest.mark.parametrize(
    ("secret", "path", "says"),
    [
        (GOOD_KEY, "/v1", "accepted: the provider lists 2 models"),
        ("sk-not-a-real-key-and-wrong-0002", "/v1", "kept, but refused"),
        (GOOD_KEY, "/nolist", "nothing says whether it works"),
        (GOOD_KEY, None, "kept, but unreachable"),
    ],
)
def test_what_the_provider_says_is_told_beside_the_id(tmp_path: Path, secret: str, path: str | None, says: str) -> None:
    environment = Satchel(tmp_path, 0, {"SATCHEL_BUILTIN_MODEL": "off", "SATCHEL_LOCAL_SERVERS": "on"}).environment

    def run(*arguments: str, stdin: str) -> tuple[str, str]:
        done = CliRunner().invoke(main, arguments, input=stdin + "\n", env=environment)
        assert done.exit_code == 0, done.stderr
        return done.stdout, done.stderr

    run("account", "create", "--email", EMAIL, "--password-stdin", stdin=PASSWORD)
    add = ("key", "add", "--account", EMAIL, "--provider", "custom", "--base-url")
    with key_asker() as url:
        out, err = run(*add, url.replace("/v1", path) if path else "http://127.0.0.1:9/v1", stdin=secret)
        assert out.startswith("key_")
        assert out.count("\n") == 1
        assert says in err
        assert secret not in out + err
        assert "the same key" not in err
        if path == "/v1":
            assert f"as {out.strip()}" in run(*add, url, "--no-check", stdin=secret)[1]
