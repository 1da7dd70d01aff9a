"""What generations leave behind, in a real Chromium that nobody drives: DevTools keep records of their own of what they watch.

The profile is prepared in a driven browser. Memory is what a process has to itself (USS), as the system tells it, after the browser as a
whole was asked to collect garbage: what an engine has not yet swept is no growth. No page and no worker is attached to for that.
"""

import json
import queue
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

import psutil
from tests.bench.figures import Row
from tests.e2e import page_server
from tests.e2e.chromium import EXTENSION, SWITCHES, binary, chromium
from tests.stage import Satchel
from websockets.sync.client import ClientConnection, connect

SITE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>site</title><script>
const [rounds, each] = location.hash.slice(1).split("-").map(Number);
const tell = (what) => fetch("/log/" + what, { method: "POST", body: JSON.stringify(what) });
const params = { model: "bench:f-1-0", messages: [{ role: "user", content: "Go." }] };
const ask = () => window.ai.request({ method: "ai_generate", params });
(async () => {
  while (!window.ai) await new Promise((resolve) => setTimeout(resolve, 20));
  for (let round = 0; round <= rounds; round += 1) {
    for (let n = 0; n < (round ? each : 25); n += 1) await ask();
    await tell("round");
  }
})().catch((error) => tell(String(error && error.message || error)));
</script></html>"""
STEPS = 5
STEP_S = 3_600
SWEEP_S = 60
DUMP = {"includedCategories": ["disabled-by-default-memory-infra"], "excludedCategories": ["*"], "memoryDumpConfig": {"triggers": []}}


def measure(satchel: Satchel, row: Row, generations: int) -> None:
    """Add a row for each fifth of the generations; the extension lets a site begin five a second."""
    each = max(1, generations // STEPS)
    with tempfile.TemporaryDirectory() as folder, page_server.serving(_site(Path(folder))) as (address, reports):
        grant = {"origin": address, "state": "allowed", "caveats": {"rate_per_minute": 100_000}}
        satchel.call(satchel.add_token("memory"), "PUT", "/v1/grants", grant)
        profile = Path(folder) / "profile"
        with chromium(profile) as prepared:
            prepared.connect(satchel).close()
        loaded = [f"--disable-extensions-except={EXTENSION}", f"--load-extension={EXTENSION}"]
        page = f"{address}/site.html#{STEPS}-{each}"
        command = [str(binary()), "--headless=new", *SWITCHES, *loaded, f"--user-data-dir={profile}", "--remote-debugging-port=0", page]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            sizes = [_settled(process.pid, profile, reports)]
            for step in range(1, STEPS + 1):
                sizes.append(_settled(process.pid, profile, reports))
                page_mb, extension_mb = (now - first for now, first in zip(sizes[-1], sizes[0], strict=True))
                value = f"page {page_mb:+.1f} MB of {sizes[0][0]:.0f}, extension {extension_mb:+.1f} MB of {sizes[0][1]:.0f}"
                row(f"memory of a browser nobody drives, {step * each:,} generations", value, "flat")
        finally:
            process.terminate()
            process.wait(10)


def _site(folder: Path) -> Path:
    site = folder / "site"
    site.mkdir()
    (site / "site.html").write_text(SITE)
    return site


def _settled(pid: int, profile: Path, reports: "queue.Queue[tuple[str, Any]]") -> tuple[float, float]:
    """Wait for the page to end a round; return the megabytes of the pages' processes and of the extension's."""
    what, _ = reports.get(timeout=STEP_S)
    if what != "round":
        raise RuntimeError(f"the site failed: {what}")
    _sweep(profile)
    return _sizes_mb(psutil.Process(pid))


def _sweep(profile: Path) -> None:
    """Have every process of the browser collect its garbage: it does so before a memory dump that is to be deterministic."""
    port, path = (profile / "DevToolsActivePort").read_text().split()
    with connect(f"ws://127.0.0.1:{port}{path}", max_size=None, open_timeout=SWEEP_S) as browser:
        _ask(browser, "Tracing.start", {"transferMode": "ReturnAsStream", "traceConfig": DUMP})
        _ask(browser, "Tracing.requestMemoryDump", {"deterministic": True, "levelOfDetail": "background"})
        _ask(browser, "Tracing.end", {})


def _ask(browser: ClientConnection, method: str, params: object) -> None:
    browser.send(json.dumps({"id": 1, "method": method, "params": params}))
    while (answer := json.loads(browser.recv(SWEEP_S))).get("id") != 1:
        pass
    if "error" in answer:
        raise RuntimeError(f"{method}: {answer['error']}")


def _sizes_mb(browser: psutil.Process) -> tuple[float, float]:
    time.sleep(2)  # what was in flight has come to rest
    children = [(" ".join(child.cmdline()), child) for child in browser.children(recursive=True)]
    renderers = [(line, child.memory_full_info().uss / 1e6) for line, child in children if "--type=renderer" in line]
    own = [(size, "--extension-process" in line) for line, size in renderers]
    return sum(size for size, extension in own if not extension), sum(size for size, extension in own if extension)
