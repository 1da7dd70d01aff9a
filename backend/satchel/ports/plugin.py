"""In-stream transforms."""

from collections.abc import AsyncGenerator
from typing import Protocol

from satchel.domain.chat import ChatRequest
from satchel.domain.events import Event


class Plugin(Protocol):
    """See a request before it is sent and its events before the page does. Never sees the principal, the grant or a key."""

    @property
    def id(self) -> str:
        """Return the plugin's id."""
        ...

    async def before(self, request: ChatRequest) -> ChatRequest:
        """Return the request to send instead, or the same object. Raises `PluginRefused` to stop the call."""
        ...

    def wrap(self, request: ChatRequest, events: AsyncGenerator[Event, None]) -> AsyncGenerator[Event, None]:
        """Yield what the page gets in place of `events`. The caller closes both generators."""
        ...
