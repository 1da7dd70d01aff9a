"""Leave to make one call, and what it holds the call to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from satchel.domain.calls import Call
from satchel.domain.capabilities import held
from satchel.domain.catalog import Endpoint
from satchel.domain.grants import Grant, decide


@dataclass(frozen=True, slots=True)
class Authorized:
    """Leave to make one call. `grant` is None where the account's own token asks; `endpoint` is the first that the model names."""

    grant: Grant | None
    endpoint: Endpoint | None
    origin: str | None
    now: datetime

    def within(self, routes: Sequence[Endpoint]) -> Sequence[Endpoint]:
        """Return the routes that the grant covers: the model may have changed since it was judged (a plugin, another preference).

        Raises:
            ModelNotGranted: it covers none.
        """
        if self.grant is None or self.origin is None or not self.grant.caveats.narrow_routes:
            return routes
        refusals = [decide(self.grant, self.origin, (route.model_id, route.id), self.now, local=route.local) for route in routes]
        covered = [route for route, refusal in zip(routes, refusals, strict=True) if refusal is None]
        if not covered and refusals[0] is not None:
            raise refusals[0]
        return covered

    def held(self, call: Call) -> Call:
        """Return the call as the grant holds it: with no longer an answer than it allows."""
        request = held(self.grant, call.request)
        return call if request is call.request else call.with_request(request)
