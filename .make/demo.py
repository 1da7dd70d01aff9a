"""`make demo`: the server, Chromium with the extension loaded and connected, on the demo page.

Server and browser keep their own data in `.cache/demo`, so that a second start is already connected. Ends when the window is
closed or on Ctrl-C, and takes everything it started with it. Without a display it serves on and says what to open.
"""

import os
import re
import secrets
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import BrowserContext, Error, Page, sync_playwright

KEPT = Path(".cache/demo").absolute()
EXTENSION = Path("extension/.output/chrome-mv3").absolute()
EMAIL = "demo@satchel.example"
PORT = os.environ.get("SATCHEL_PORT", "8787")
URL = f"http://127.0.0.1:{PORT}"
ENVIRONMENT = {**os.environ, "SATCHEL_HOME": str(KEPT / "home"), "SATCHEL_HOST": "127.0.0.1", "SATCHEL_PORT": PORT}
SATCHEL = (sys.executable, "-m", "satchel")
START_TIMEOUT_S = 60
ARMED_MS = 800


def main() -> int:
    """Start what the demo needs and stay until the person has seen enough."""
    if answers():
        print(f"── something answers at {URL} already: stop it, or choose another port with SATCHEL_PORT")
        return 1
    password = owner()
    with server() as process:
        print(f"── Satchel serves at {URL}; the demo's account is {EMAIL}, password {password}", flush=True)
        chromium = shutil.which("chromium") or shutil.which("chromium-browser")
        try:
            if chromium and has_display():
                browse(chromium, password)
            else:
                print(f"── no {'display' if chromium else 'Chromium'} here. In a browser with {EXTENSION} loaded, open {URL}/demo")
                process.wait()
        except KeyboardInterrupt:
            print()
    return 0


def has_display() -> bool:
    """Tell whether a window can be opened."""
    return sys.platform == "darwin" or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def owner() -> str:
    """Create the demo's account on first use, and return its password."""
    kept = KEPT / "password"
    if kept.exists():
        return kept.read_text(encoding="utf-8")
    KEPT.mkdir(parents=True, exist_ok=True)
    password = secrets.token_urlsafe(12)
    asked = (*SATCHEL, "account", "create", "--email", EMAIL, "--password-stdin")
    subprocess.run(asked, env=ENVIRONMENT, input=password, text=True, check=True)
    kept.touch(mode=0o600)
    kept.write_text(password, encoding="utf-8")
    return password


@contextmanager
def server() -> Iterator[subprocess.Popen[bytes]]:
    """Run `satchel serve` until the block ends."""
    process = subprocess.Popen((*SATCHEL, "serve"), env=ENVIRONMENT)
    try:
        deadline = time.monotonic() + START_TIMEOUT_S
        while not answers():
            if process.poll() is not None or time.monotonic() > deadline:
                sys.exit("── satchel serve did not start; what it said stands above")
            time.sleep(0.1)  # the server is another process: nothing to wait on but its answer
        yield process
    finally:
        process.terminate()
        process.wait(20)


def answers() -> bool:
    """Tell whether a server answers at the demo's address."""
    try:
        with urllib.request.urlopen(f"{URL}/healthz", timeout=2) as reply:
            return bool(reply.status)
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False


def browse(chromium: str, password: str) -> None:
    """Open Chromium with the extension, connect it where needed, and wait until the window is closed."""
    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            KEPT / "browser",
            executable_path=chromium,
            headless=False,
            no_viewport=True,
            args=[f"--disable-extensions-except={EXTENSION}", f"--load-extension={EXTENSION}", *root_needs()],
        )
        workers = context.service_workers or [context.wait_for_event("serviceworker", timeout=10_000)]
        extension_id = workers[0].url.split("/")[2]
        page = context.pages[0] if context.pages else context.new_page()
        connect(context, page, f"chrome-extension://{extension_id}/options.html", password)
        page.goto(f"{URL}/demo")
        page.bring_to_front()
        context.wait_for_event("close", timeout=0)


def root_needs() -> list[str]:
    """Return the switch without which Chromium refuses to run as root."""
    return ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []


def connect(context: BrowserContext, page: Page, first_run: str, password: str) -> None:
    """Walk through the first-run page as a person would, unless the extension is connected from last time."""
    page.goto(first_run)
    button = page.get_by_role("button", name=re.compile("^Connect"))
    try:
        button.wait_for(timeout=5_000)
    except Error:
        return
    page.get_by_label("Address").fill(URL)
    with context.expect_page() as opened:
        button.click()
    window = opened.value
    window.get_by_role("button", name=re.compile("^(Sign in|Allow)")).wait_for()
    if window.get_by_label("Password").count():
        window.get_by_label("Email").fill(EMAIL)
        window.get_by_label("Password").fill(password)
        window.get_by_role("button", name="Sign in").click()
    allow = window.get_by_role("button", name=re.compile("^Allow"))
    allow.wait_for()
    window.wait_for_timeout(ARMED_MS)
    with window.expect_event("close"):
        allow.click()


if __name__ == "__main__":
    sys.exit(main())
