"""Leave to make one call, and what it holds the call to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from satchel.domain.accounts import Principal
from satchel.domain.calls import Call
from satchel.domain.capabilities import held
from satchel.domain.catalog import Endpoint
from satchel.domain.errors import SatchelError
from satchel.domain.grants import Grant, decide


@dataclass(frozen=True, slots=True)
class Authorized:
    """Leave to make one call.

    `grant` is None where a credential asks that speaks for no site; `endpoint` is the first that the model names.
    """

    grant: Grant | None
    endpoint: Endpoint | None
    origin: str | None
    now: datetime
    principal: Principal

    def within(self, routes: Sequence[Endpoint]) -> Sequence[Endpoint]:
        """Return the routes that the grant covers, or the credential itself.

        The model may have changed since it was judged (a plugin, another preference).

        Raises:
            ModelNotGranted: it covers none.
        """
        caveats = self.principal.caveats if self.grant is None else self.grant.caveats
        if caveats is None or not caveats.narrow_routes:
            return routes
        refusals = [self._refusal(route) for route in routes]
        covered = [route for route, refusal in zip(routes, refusals, strict=True) if refusal is None]
        if not covered and refusals[0] is not None:
            raise refusals[0]
        return covered

    def _refusal(self, route: Endpoint) -> SatchelError | None:
        names = (route.model_id, route.id)
        if self.grant is None:
            return self.principal.outside(names, local=route.local)
        return decide(self.grant, self.grant.origin, names, self.now, local=route.local)

    def held(self, call: Call) -> Call:
        """Return the call as the grant holds it: with no longer an answer than it allows."""
        request = held(self.grant, call.request)
        return call if request is call.request else call.with_request(request)
