"""The operator's commands, each in a process of its own, as scripts use them."""

import json
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
from tests.stage import EMAIL, PASSWORD, Satchel, free_port


@pytest.fixture
def satchel(tmp_path: Path) -> Iterator[Satchel]:
    satchel = Satchel(tmp_path, free_port(), {"SATCHEL_BUILTIN_MODEL": "off"})
    yield satchel
    satchel.stop()


def run(satchel: Satchel, *arguments: str, stdin: str = "", **settings: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "satchel", *arguments]
    environment = {**satchel.environment, **settings}
    return subprocess.run(command, env=environment, input=stdin, capture_output=True, text=True, timeout=60, check=False)


def test_from_nothing_to_a_token_a_key_and_a_model(satchel: Satchel) -> None:
    satchel.add_owner()
    token = run(satchel, "token", "create", "--account", EMAIL, "--name", "laptop")
    assert token.stdout.startswith("sat_")
    assert token.stdout.count("\n") == 1
    assert token.stderr == ""
    satchel.add_server("http://127.0.0.1:9/v1", "lab", secret="")
    listed = json.loads(run(satchel, "models", "--account", EMAIL, "--json").stdout)
    assert listed["object"] == "list"
    assert run(satchel, "doctor").returncode == 0


def test_a_token_has_an_end_and_a_limit_is_listed_and_revoked(satchel: Satchel) -> None:
    satchel.add_owner()
    create = ("token", "create", "--account", EMAIL, "--name", "laptop")
    text = run(satchel, *create, "--expires", "30d", "--limit", "2.50", "--reset", "week").stdout.strip()
    (line,) = run(satchel, "token", "list", "--account", EMAIL).stdout.splitlines()
    token_id, hint, name, _, limit, switch = line.split("\t")
    assert (text[:8], name, limit, switch) == (hint[:8], "laptop", "$2.50/week", "on")
    assert run(satchel, "token", "revoke", "--account", EMAIL, token_id).returncode == 0
    assert run(satchel, "token", "list", "--account", EMAIL).stdout == ""
    assert "revoked already" in run(satchel, "token", "revoke", "--account", EMAIL, token_id).stderr


def test_a_key_may_be_json_of_several_lines_and_says_its_region_there_or_beside(satchel: Satchel) -> None:
    satchel.add_owner()
    add = ("key", "add", "--account", EMAIL, "--provider", "bedrock", "--no-check")
    aws = json.dumps({"access_key_id": "AKIDEXAMPLE", "secret_access_key": "s", "region": "eu-west-1"}, indent=2)
    assert run(satchel, *add, stdin=aws).stdout.startswith("key_")
    assert run(satchel, *add, "--region", "eu-west-1", "--label", "second", stdin="ABSK\n").stdout.startswith("key_")
    assert "needs a region" in run(satchel, *add, stdin="ABSK\n").stderr


def test_commands_work_while_the_server_runs_and_reach_it(satchel: Satchel) -> None:
    satchel.add_owner()
    satchel.start()
    token = satchel.add_token()
    assert satchel.call(token, "GET", "/v1/account")["email"] == EMAIL
    satchel.add_server("http://127.0.0.1:9/v1", "lab", secret="sk-late-0123456789")
    assert satchel.call(token, "GET", "/v1/keys")["data"][0]["last4"] == "6789"


def test_the_first_start_prints_a_link_that_works_and_sigterm_ends_it_cleanly(satchel: Satchel) -> None:
    satchel.start()
    deadline = time.monotonic() + 30
    while "/setup/" not in satchel.log and time.monotonic() < deadline:
        time.sleep(0.05)  # it answers a moment before it has said so
    link = next(word for word in satchel.log.split() if "/setup/" in word)
    assert link.startswith(satchel.url)
    with urllib.request.urlopen(link, timeout=10) as page:
        assert page.status == 200
    process = satchel.process
    assert process is not None
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) in (0, -signal.SIGTERM)
    assert "Traceback" not in satchel.log


def test_a_second_server_on_the_same_home_is_refused(satchel: Satchel) -> None:
    satchel.start()
    second = run(satchel, "serve", SATCHEL_PORT=str(free_port()))
    assert second.returncode == 1
    assert "another satchel serve" in second.stderr
    taken = run(satchel, "serve", SATCHEL_HOME=str(satchel.home / "elsewhere"))
    assert taken.returncode == 1
    assert "SATCHEL_PORT" in taken.stderr


@pytest.mark.parametrize(
    ("arguments", "stdin", "code", "words"),
    [
        (["token", "create", "--account", "nobody@x.example", "--name", "n"], "", 1, "no account"),
        (["account", "create", "--email", EMAIL], PASSWORD, 2, "--password-stdin"),
        (["account", "create", "--email", EMAIL, "--password-stdin"], "short", 1, "10 characters"),
        (["account", "create", "--email", "nonsense", "--password-stdin"], PASSWORD, 1, "not an email"),
        (["token", "create", "--account", EMAIL, "--name", "n", "--reset", "day"], "", 2, "--limit"),
        (["token", "create", "--account", EMAIL, "--name", "n", "--expires", "soon"], "", 2, "30d"),
        (["token", "create", "--account", EMAIL, "--name", "n", "--limit", "lots"], "", 2, "US dollars"),
        (["frobnicate"], "", 2, "No such command"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_sentence(satchel: Satchel, arguments: list[str], stdin: str, code: int, words: str) -> None:
    ended = run(satchel, *arguments, stdin=stdin + "\n")
    assert ended.returncode == code
    assert words in ended.stderr
    assert ended.stdout == ""
    assert "Traceback" not in ended.stderr


def test_an_account_is_made_once(satchel: Satchel) -> None:
    satchel.add_owner()
    again = run(satchel, "account", "create", "--email", EMAIL, "--password-stdin", stdin=PASSWORD + "\n")
    assert (again.returncode, again.stdout) == (1, "")


@pytest.mark.parametrize("name", ["PORT", "REDIS_URL", "DATABASE_URL", "KEK_URL"])
def test_a_setting_that_cannot_work_stops_the_start_with_its_name(satchel: Satchel, name: str) -> None:
    ended = run(satchel, "serve", **{f"SATCHEL_{name}": "oracle://nowhere"})
    assert ended.returncode in (1, 2)
    assert "Traceback" not in ended.stderr
    assert ended.stderr.strip()


def test_openapi_describes_the_doors_and_makes_nothing(satchel: Satchel) -> None:
    described = json.loads(run(satchel, "openapi").stdout)
    assert {"/v1/models", "/v1/grants", "/v1/chat/completions", "/healthz", "/oauth/token"} <= described["paths"].keys()
    assert list(satchel.home.iterdir()) == []


def test_prices_are_refreshed_from_a_file_and_kept_in_the_home(satchel: Satchel, tmp_path: Path) -> None:
    data = tmp_path / "data.json"
    model = {"id": "m", "match": {"equals": "m-for-a-test"}, "prices": {"input_mtok": 1, "output_mtok": 2}}
    data.write_text(json.dumps([{"id": "openai", "models": [model]}]))
    refreshed = run(satchel, "models", "refresh", "--from", str(data))
    place = Path(refreshed.stdout.partition(": ")[0])
    kept = json.loads(place.read_text())
    assert "m-for-a-test" in [listed["match"].get("equals") for listed in kept["sellers"]["openai"]]
    assert len(kept["sellers"]["anthropic"]) > 20
    data.write_text("words")
    assert "not in the form of genai-prices" in run(satchel, "models", "refresh", "--from", str(data)).stderr


def test_an_account_is_exported_and_deleted(satchel: Satchel) -> None:
    satchel.add_owner()
    satchel.add_server("http://127.0.0.1:9/v1", "lab", secret="sk-canary")
    copy = run(satchel, "account", "export", "--email", EMAIL)
    assert json.loads(copy.stdout)["keys"][0]["label"] == "lab"
    assert "sk-canary" not in copy.stdout
    assert run(satchel, "account", "delete", "--email", EMAIL, stdin="n\n").returncode == 1
    assert run(satchel, "account", "delete", "--email", EMAIL, "--yes").returncode == 0
    assert "there is no account" in run(satchel, "account", "export", "--email", EMAIL).stderr


def test_whoever_cannot_get_in_any_more_is_given_another_password(satchel: Satchel) -> None:
    satchel.add_owner()
    named = ("account", "password", "--email", EMAIL, "--password-stdin")
    assert "at least 10" in run(satchel, *named, stdin="short\n").stderr
    done = run(satchel, *named, stdin="quite another password\n")
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == f"{EMAIL} has a new password; every browser is signed out\n"
    assert "there is no account" in run(satchel, "account", "password", "--email", "x@y.example", "--password-stdin", stdin="a\n").stderr
    satchel.start()
    form = urlencode({"email": EMAIL, "password": "quite another password"}).encode()
    ours = {"origin": satchel.url, "sec-fetch-site": "same-origin"}
    with urllib.request.urlopen(urllib.request.Request(f"{satchel.url}/sign-in", form, ours), timeout=20) as answer:
        assert answer.status == 200, "a wrong one would be refused"


def test_people_are_invited_where_that_is_allowed(satchel: Satchel) -> None:
    satchel.add_owner()
    assert "SATCHEL_SIGN_UP=invite" in run(satchel, "account", "invite").stderr
    invited = run(satchel, "account", "invite", SATCHEL_SIGN_UP="invite")
    assert invited.stdout.startswith(f"{satchel.url}/setup/")
    assert "SATCHEL_SIGN_UP" in run(satchel, "account", "invite", SATCHEL_SIGN_UP="everybody").stderr
