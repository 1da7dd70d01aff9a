"""One way to drive either browser, for tests whose bodies hold in both: what a test needs of a tab, and of the browser around it."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, Protocol


class Tab(Protocol):
    """A tab, or a window that a page or the extension opened."""

    def do(self, deed: str, *given: Any) -> Any:
        """Evaluate `deed`, an expression of `h` (`window.hostile`) and the list `given`, as the page; wait; return plain data."""

    def begin(self, deed: str, *given: Any) -> None:
        """Do the same and do not wait."""

    def go(self, address: str) -> None:
        """Go to an address, or `back`."""

    def reload(self) -> None:
        """Load the page anew."""

    def show(self) -> None:
        """Bring it to the front."""

    def touch(self) -> None:
        """Click on the page as a person does: within a minute after a no, only who acts may ask again."""

    def press(self, name: str) -> None:
        """Press a button by its text, as soon as it is armed."""

    def leave(self, name: str) -> None:
        """Press a button with which the window goes, as soon as it is armed."""

    def press_in(self, element: str) -> None:
        """Press the button in the shadow of an element, named by a CSS selector."""

    def fill(self, field: str, value: str) -> None:
        """Write into a field, or choose an option by its value; the field is named by a CSS selector."""

    def text(self) -> str:
        """Return what the page says."""

    def close(self) -> None:
        """Close it."""


class Browser(Protocol):
    """A browser with the extension, connected."""

    name: str

    def tab(self, address: str) -> Tab:
        """Open a tab there."""

    def own(self, page: str) -> Tab:
        """Open one of the extension's own pages, `options.html#settings`."""

    def opened(self, act: Callable[[], object]) -> Tab:
        """Return the window that opens when `act` is done."""

    def windows(self) -> int:
        """Count tabs and windows."""

    def sign_in(self, window: Tab) -> None:
        """Sign in at the server and allow a site any model, with no budget."""

    def reload_extension(self) -> None:
        """Load the extension anew, as an update does."""

    def kill_worker(self) -> None:
        """End the extension's worker, as the browser does at any time; it starts again when it is needed."""

    def switched_off(self) -> AbstractContextManager[None]:
        """Switch the extension off for a while."""


def consent(browser: Browser, tab: Tab, deed: str, *given: Any) -> Tab:
    """Do `deed` in the page without waiting; return the consent window that it opens."""
    tab.show()
    return browser.opened(lambda: tab.begin(deed, *given))


def settled(tab: Tab, deed: str, *given: Any) -> Any:
    """Return how a promise ends: `{value}` or `{code, satchelCode, message}`."""
    return tab.do(f"h.settle({deed})", *given)
