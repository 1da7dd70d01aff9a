"""A Satchel as a person runs it: `satchel serve` in a process of its own, set up by its own commands, on a free port of 127.0.0.1."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

EMAIL = "owner@satchel.example"
PASSWORD = "a long enough password"
READY_S = 30
_GIVEN: set[int] = set()


@dataclass
class Satchel:
    """One installation: its home, its port, and the process that serves while it runs."""

    home: Path
    port: int
    settings: Mapping[str, str] = field(default_factory=dict)
    process: "subprocess.Popen[bytes] | None" = None
    ready_after_s: float = 0.0

    @property
    def url(self) -> str:
        """Return the base address."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> str:
        """Return what the server has printed."""
        return (self.home / "serve.log").read_text(errors="replace")

    @property
    def environment(self) -> dict[str, str]:
        """Return the environment of its commands: everything below `home`, nothing of the person who runs the tests."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("SATCHEL_")}
        own = {
            "SATCHEL_HOME": str(self.home / "data"),
            "SATCHEL_PORT": str(self.port),
        }
        return inherited | own | dict(self.settings)

    def command(self, *arguments: str, stdin: str = "") -> str:
        """Run an operator command; return what it prints on stdout."""
        done = subprocess.run(
            [sys.executable, "-m", "satchel", *arguments],
            env=self.environment,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"satchel {' '.join(arguments)}: {done.stderr}")
        return done.stdout.strip()

    def add_owner(self, email: str = EMAIL) -> None:
        """Make the account that the tests sign in with, or another."""
        self.command("account", "create", "--email", email, "--password-stdin", stdin=PASSWORD + "\n")

    def add_server(self, base_url: str, label: str, secret: str = "sk-test", email: str = EMAIL) -> None:
        """Add an OpenAI-compatible server under `label`."""
        options = ["--account", email, "--provider", "custom", "--base-url", base_url, "--label", label]
        self.command("key", "add", *options, stdin=secret + "\n")

    def add_token(self, name: str = "test") -> str:
        """Make an account token; return it."""
        return self.command("token", "create", "--account", EMAIL, "--name", name)

    def start(self) -> None:
        """Serve; return when `/readyz` says so."""
        began = time.monotonic()
        with (self.home / "serve.log").open("ab") as log:
            self.process = subprocess.Popen([sys.executable, "-m", "satchel", "serve"], env=self.environment, stdout=log, stderr=log)
        while time.monotonic() < began + READY_S:
            if self.process.poll() is not None:
                raise RuntimeError(f"satchel serve ended with {self.process.returncode}:\n{self.log[-2000:]}")
            if self._is_ready():
                self.ready_after_s = time.monotonic() - began
                return
            time.sleep(0.02)
        self.stop()
        raise TimeoutError(f"satchel serve was not ready after {READY_S} s:\n{self.log[-2000:]}")

    def _is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/readyz", timeout=1) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def stop(self) -> None:
        """Stop serving; kill only what does not stop by itself."""
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(10)
        self.process = None

    def call(self, token: str, method: str, path: str, body: object = None) -> Any:
        """Call a management door; return its JSON."""
        request = urllib.request.Request(
            self.url + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"authorization": f"Bearer {token}", "content-type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.loads(answer.read() or b"null")

    def post_form(self, path: str, form: Mapping[str, str]) -> None:
        """Post a form, as OAuth clients do."""
        with urllib.request.urlopen(self.url + path, data=urlencode(form).encode(), timeout=20) as answer:
            answer.read()


def free_port() -> int:
    """Return a port of 127.0.0.1 that nobody uses now, and that was not given to another who has not come to use it yet."""
    while True:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = int(probe.getsockname()[1])
        if port not in _GIVEN:
            _GIVEN.add(port)
            return port


@contextmanager
def running(home: Path, **settings: str) -> Iterator[Satchel]:
    """Run a Satchel with an owner; `settings` are `SATCHEL_…` names and values."""
    home.mkdir(parents=True, exist_ok=True)
    satchel = Satchel(home, free_port(), settings)
    satchel.command("migrate")
    satchel.add_owner()
    try:
        satchel.start()
        yield satchel
    finally:
        satchel.stop()
