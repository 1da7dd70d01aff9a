"""Where pages of every kind are looked at: a Satchel and three origins."""

import queue
from dataclasses import dataclass
from typing import Any

from tests.stage import Satchel


@dataclass
class Stage:
    """A Satchel with the counting server, and three origins: two that are allowed and one that is not."""

    satchel: Satchel
    token: str
    page: str
    clients: str
    reports: "queue.Queue[tuple[str, Any]]"

    @property
    def elsewhere(self) -> str:
        """Return the origin that has no grant."""
        return self.page.replace("127.0.0.1", "localhost")

    def forget(self) -> None:
        """Take the grant back that a test gave to the third origin."""
        for grant in self.satchel.call(self.token, "GET", "/v1/grants")["data"]:
            if grant["origin"] == self.elsewhere:
                self.satchel.call(self.token, "DELETE", f"/v1/grants/{grant['id']}")

    def choose(self, model: str) -> None:
        """Choose the person's model."""
        self.satchel.call(self.token, "PATCH", "/v1/account", {"preferred_model": f"lab:{model}"})
