"""What a page notices, in real Chromium with the built extension: the age of the first token, a fast stream beside the frames, memory.

Ages are from the moment the fake upstream wrote a delta to the moment the page's handler had it, so the backend's own part is in them.
"""

import json
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

from playwright.sync_api import Page
from tests.bench.figures import Row, percentile
from tests.e2e import page_server
from tests.e2e.chromium import EXTENSION, Chromium, binary, chromium
from tests.stage import Satchel

PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>bench</title><p id="out"></p><script>
const now = () => performance.timeOrigin + performance.now();
const ask = (model, onEvent) => window.ai.request(
  { method: "ai_generate", params: { model, messages: [{ role: "user", content: "Go." }] } }, onEvent && { onEvent });
/** Epoch milliseconds at which each delta came, with the sender's clock. */
window.stream = async (model) => {
  const came = [];
  const { text } = await ask(model, ({ delta }) => came.push([now(), Number(delta.split(" ")[0])]));
  return { came, whole: text.split("tok").length - 1 };
};
/** The same while an animation runs: how many frames there were, and how many were missed. */
window.frames = async (work) => {
  let [last, shown, missed, on] = [performance.now(), 0, 0, true];
  const out = document.getElementById("out");
  const tick = (at) => {
    const due = Math.round((at - last) / (1000 / 60));
    [last, shown, missed] = [at, shown + 1, missed + Math.max(0, due - 1)];
    out.textContent = String(shown);
    if (on) requestAnimationFrame(tick);
  };
  requestAnimationFrame((at) => { last = at; requestAnimationFrame(tick); });
  const told = await work();
  on = false;
  return { shown, missed, told };
};
window.many = async (model, count) => { for (let n = 0; n < count; n += 1) await ask(model); };
window.wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
</script></html>"""
WARM = 25
STREAM = "bench:f-5000-1"
MANY = 100
ANSWER_S = 30.0


def measure(satchel: Satchel, row: Row, rounds: int) -> bool:
    """Add the rows of a page; a note instead, and False, where there is no Chromium or no built extension."""
    if binary() is None or not EXTENSION.exists():
        row("pages", "not measured: Chromium or extension/.output is missing", "–")
        return False
    with _page(satchel) as (browser, page):
        page.evaluate("count => window.many('bench:f-1-0', count)", WARM)
        _first_token(page, row, 8 * rounds)
        _frames(page, row)
        _heaps(browser, page, row)
    return True


@contextmanager
def _page(satchel: Satchel) -> Iterator[tuple[Chromium, Page]]:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "site").mkdir()
        (Path(folder) / "site" / "page.html").write_text(PAGE)
        with page_server.serving(Path(folder) / "site") as (address, _), chromium(Path(folder) / "profile") as browser:
            grant = {"origin": address, "state": "allowed", "caveats": {"rate_per_minute": 100_000}}
            satchel.call(satchel.add_token("pages"), "PUT", "/v1/grants", grant)
            browser.connect(satchel).close()
            page = browser.context.new_page()
            page.set_default_timeout(0)
            page.goto(f"{address}/page.html")
            yield browser, page


def _ages_ms(came: list[list[float]]) -> list[float]:
    """Return how old each delta was; the sender's clock is the machine's monotonic one."""
    epoch_ns = time.time_ns() - time.monotonic_ns()
    return [at_ms - (sent_ns + epoch_ns) / 1e6 for at_ms, sent_ns in came]


def _first_token(page: Page, row: Row, streams: int) -> None:
    ages = []
    for _ in range(streams):
        came = page.evaluate("() => window.stream('bench:f-1-0')")["came"]
        ages += _ages_ms(came[:1])
        page.wait_for_timeout(250)  # the extension lets a site begin five a second
    row("first token on a page, p50 / p99", f"{percentile(ages, 50):.2f} / {percentile(ages, 99):.2f} ms after the provider", "p50 ≤ 5 ms")


def _frames(page: Page, row: Row) -> None:
    idle = page.evaluate("() => window.frames(() => window.wait(5000))")
    told = page.evaluate("model => window.frames(() => window.stream(model))", STREAM)
    came = told["told"]["came"]
    rate = (len(came) - 1) / (came[-1][0] - came[0][0]) * 1000
    ages = _ages_ms(came)
    whole = "whole" if told["told"]["whole"] == len(came) == int(STREAM.split("-")[1]) else "NOT WHOLE"
    value = f"{rate:,.0f}/s, {whole}, {told['missed']} of {told['missed'] + told['shown']} frames missed ({idle['missed']} when idle)"
    row("deltas on a page at 1,000/s", value, "none missed")
    row("age of such a delta, p50 / p99", f"{percentile(ages, 50):.2f} / {percentile(ages, 99):.2f} ms", "–")


def _heaps(browser: Chromium, page: Page, row: Row) -> None:
    before = _page_kb(browser, page), _worker_kb(browser)
    page.evaluate("count => window.many('bench:f-1-0', count)", MANY)
    page_kb, worker_kb = (after - first for after, first in zip((_page_kb(browser, page), _worker_kb(browser)), before, strict=True))
    row(f"heap after {MANY} generations more", f"page {page_kb:+,.0f} kB, extension's worker {worker_kb:+,.0f} kB", "flat")


def _page_kb(browser: Chromium, page: Page) -> float:
    session = browser.context.new_cdp_session(page)
    try:
        return _heap_kb(lambda method: dict(session.send(method)))
    finally:
        session.detach()


def _worker_kb(browser: Chromium) -> float:
    """Return the heap of the extension's worker, through the browser: Playwright gives no session to a worker."""
    whole = browser.context.browser
    assert whole is not None
    session = whole.new_browser_cdp_session()
    answers: dict[int, dict[str, Any]] = {}
    session.on("Target.receivedMessageFromTarget", lambda said: answers.update({(told := json.loads(said["message"])).get("id", 0): told}))
    found = session.send("Target.getTargets")["targetInfos"]
    target = next(one for one in found if one["type"] == "service_worker" and browser.extension_id in one["url"])
    attached = session.send("Target.attachToTarget", {"targetId": target["targetId"], "flatten": False})["sessionId"]
    numbers = count(1)

    def send(method: str) -> dict[str, Any]:
        number = next(numbers)
        session.send("Target.sendMessageToTarget", {"sessionId": attached, "message": json.dumps({"id": number, "method": method})})
        until_s = time.monotonic() + ANSWER_S
        while number not in answers and time.monotonic() < until_s:
            session.send("Target.getTargets")  # lets what came be heard
        return dict(answers[number]["result"])

    try:
        return _heap_kb(send)
    finally:
        session.send("Target.detachFromTarget", {"sessionId": attached})
        session.detach()


def _heap_kb(send: Callable[[str], dict[str, Any]]) -> float:
    for _ in range(3):
        send("HeapProfiler.collectGarbage")
    return float(send("Runtime.getHeapUsage")["usedSize"]) / 1000
