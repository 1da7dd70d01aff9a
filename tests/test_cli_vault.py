"""`satchel vault`, beside a server that runs."""

import base64
import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from tests.stage import EMAIL, PASSWORD, Satchel, free_port

from satchel.cli import main


@pytest.fixture
def satchel(tmp_path: Path) -> Iterator[Satchel]:
    """Yield an installation with an owner and two sealed keys."""
    satchel = Satchel(tmp_path, free_port(), {"SATCHEL_BUILTIN_MODEL": "off"})
    assert run(satchel, "account", "create", "--email", EMAIL, "--password-stdin", stdin=PASSWORD).exit_code == 0
    for label in ("one", "two"):
        add_key(satchel, label)
    yield satchel
    satchel.stop()


def run(satchel: Satchel, *arguments: str, stdin: str = "") -> Result:
    """Run a command in this process, which is quick, over the files of the installation."""
    return CliRunner().invoke(main, arguments, input=stdin + "\n", env=satchel.environment)


def add_key(satchel: Satchel, label: str, email: str = EMAIL) -> None:
    """Seal a key of a server that does not answer."""
    options = ["--account", email, "--provider", "custom", "--base-url", "http://127.0.0.1:9/v1", "--label", label]
    assert run(satchel, "key", "add", *options, stdin=f"sk-not-a-real-key-{label}").exit_code == 0


def vault(satchel: Satchel, command: str) -> Result:
    """Run `satchel vault`."""
    return run(satchel, "vault", command)


def kek_ids(satchel: Satchel) -> dict[str, tuple[str, str, str]]:
    """Return what `status` says of each KEK: state, data keys, whether it is in custody."""
    rows = [line.split() for line in vault(satchel, "status").stdout.splitlines()[1:]]
    return {kek_id: (state, wraps, held) for kek_id, state, wraps, held in rows}


def test_a_kek_is_rotated_while_the_server_runs_and_its_keys_still_open(satchel: Satchel) -> None:
    satchel.start()
    (old,) = kek_ids(satchel)
    rotated = vault(satchel, "rotate")
    new = rotated.stdout.strip()
    assert rotated.exit_code == 0, rotated.stderr
    assert kek_ids(satchel) == {new: ("primary", "1", "yes"), old: ("decrypt_only", "0", "yes")}
    assert "0 data keys" in vault(satchel, "rewrap").stderr
    assert "everything opens" in vault(satchel, "verify").stderr
    run(satchel, "account", "create", "--email", "late@satchel.example", "--password-stdin", stdin=PASSWORD)
    add_key(satchel, "late", "late@satchel.example")
    token = run(satchel, "token", "create", "--account", EMAIL, "--name", "test").stdout.strip()
    satchel.call(token, "POST", "/v1/keys", {"provider": "custom", "base_url": "http://127.0.0.1:9/v1", "secret": "sk-not-a-real-key-3"})
    assert kek_ids(satchel)[new] == ("primary", "2", "yes")
    assert "2 data keys made anew" in vault(satchel, "renew").stderr
    assert kek_ids(satchel)[new] == ("primary", "2", "yes")
    assert "everything opens" in vault(satchel, "verify").stderr


def test_verify_names_the_keys_that_do_not_open_and_changes_nothing(satchel: Satchel) -> None:
    file = Path(satchel.environment["SATCHEL_HOME"]) / "satchel.db"
    with closing(sqlite3.connect(file)) as database, database:
        (broken,) = database.execute("SELECT id FROM keys WHERE label = 'one'").fetchone()
        database.execute(
            "UPDATE keys SET base_url = 'https://evil.example/v1', endpoint_origin = 'https://evil.example:443' WHERE label = 'one'"
        )
        before = database.execute("SELECT * FROM keys").fetchall()
    done = vault(satchel, "verify")
    assert done.exit_code == 1
    assert done.stdout.count("\n") == 1
    assert broken in done.stdout
    assert "sk-not" not in done.stdout + done.stderr
    with closing(sqlite3.connect(file)) as database:
        assert database.execute("SELECT * FROM keys").fetchall() == before


def test_a_lost_keyring_stops_every_command_with_a_sentence(satchel: Satchel) -> None:
    home = Path(satchel.environment["SATCHEL_HOME"])
    keyring = home.with_name(f"{home.name}-keyring") / "kek"
    keyring.unlink()
    for arguments in (["vault", "status"], ["key", "add", "--account", EMAIL, "--provider", "groq"]):
        done = run(satchel, *arguments)
        assert done.exit_code == 1
        assert "put it back from your backup" in done.stderr
    with pytest.raises(RuntimeError, match="put it back from your backup"):
        satchel.start()
    assert not keyring.exists()


def test_the_keys_move_from_one_custody_to_another(satchel: Satchel, tmp_path: Path) -> None:
    ring = tmp_path / "ring of its own"
    ring.write_text(base64.b64encode(hashlib.sha256(b"no typed word, but good enough here").digest()).decode())
    ring.chmod(0o600)
    (old,) = kek_ids(satchel)
    keyring = satchel.home / "data-keyring" / "kek"
    new_url = f"file://{ring}"
    satchel.settings = {**satchel.settings, "SATCHEL_KEK_URL": f"{new_url} file://{keyring}"}
    assert vault(satchel, "verify").exit_code == 0
    assert "1 data key wrapped" in vault(satchel, "rewrap").stderr
    assert kek_ids(satchel)[old] == ("decrypt_only", "0", "yes")
    satchel.settings = {**satchel.settings, "SATCHEL_KEK_URL": new_url}
    keyring.unlink()
    assert vault(satchel, "verify").exit_code == 0
    assert kek_ids(satchel)[old][2] == "no"
