"""One browser of either kind, what it talks to, and two pages: one whose site has a grant, and one whose site has none."""

from dataclasses import dataclass
from typing import Any

from tests.e2e.counting_server import CountingServer
from tests.e2e.driven import Browser, Tab
from tests.e2e.recording_proxy import RecordingProxy
from tests.e2e.waiting import until
from tests.stage import Satchel

LONG = "count-3000-20"
SHORT = "h.generate('Count.').then(({ text }) => text)"
STORY = """window.story = h.settle(window.ai.request({
    method: 'ai_generate', params: { model: given[0], messages: [{ role: 'user', content: 'Count.' }] },
}, { onEvent: ({ delta }) => window.told.push(delta) }))"""


@dataclass
class House:
    """All but the browser. `here` has a grant for everything, `elsewhere` has none; `sdk` serves pages that know the npm package only.

    Browsers come in at the `door`, where the proxy stands; the tests themselves do not.
    """

    satchel: Satchel
    door: Satchel
    proxy: RecordingProxy
    upstream: CountingServer
    token: str
    here: str
    elsewhere: str
    sdk: str


class Scene:
    """The house, and the browser in it."""

    def __init__(self, house: House, browser: Browser) -> None:
        self.browser = browser
        self.satchel, self.token = house.satchel, house.token
        self.proxy, self.upstream = house.proxy, house.upstream
        self.here, self.elsewhere, self.sdk = house.here, house.elsewhere, house.sdk

    def page(self, origin: str, path: str = "hostile.html") -> Tab:
        """Open a page of an origin."""
        tab = self.browser.tab(f"{origin}/{path}")
        until(lambda: tab.do("window.ai !== undefined"), "the page")
        return tab

    def grant(self, origin: str, state: str = "allowed") -> None:
        """Decide for an origin, as the person would."""
        self.satchel.call(self.token, "PUT", "/v1/grants", {"origin": origin, "state": state})

    def revoke(self, origin: str) -> None:
        """Take back whatever an origin was given."""
        for grant in self.satchel.call(self.token, "GET", "/v1/grants")["data"]:
            if grant["origin"] == origin:
                self.satchel.call(self.token, "DELETE", f"/v1/grants/{grant['id']}")

    def granted(self, origin: str) -> list[str | None]:
        """Return inside which pages an origin has a grant; None is by itself."""
        return [grant["embedder"] for grant in self.satchel.call(self.token, "GET", "/v1/grants")["data"] if grant["origin"] == origin]

    def begin(self, tab: Tab, model: str = f"lab:{LONG}") -> None:
        """Ask for an answer that takes a minute; return when it is being written."""
        asked = self.upstream.asked
        tab.do(f"(window.told = [], {STORY}, true)", model)
        until(lambda: self.upstream.asked == asked + 1 and tab.do("window.told.length > 2"), "the answer to be written")

    def stopped(self) -> dict[str, Any]:
        """Wait until the provider is stopped and the bill is settled; return the entry."""
        until(lambda: self.upstream.running == 0, "the provider to be stopped")
        assert self.upstream.hung_up[-1:] == [LONG]
        until(lambda: self.newest()["status"] != "live", "the ledger")
        entry = self.newest()
        assert (entry["status"], entry["model"]) == ("cancelled", f"lab:{LONG}")
        assert 0 < entry["usage"]["output_tokens"] < 3000
        return entry

    def newest(self) -> dict[str, Any]:
        """Return the newest generation of the account."""
        entry: dict[str, Any] = self.satchel.call(self.token, "GET", "/v1/generations?limit=1")["data"][0]
        return entry
