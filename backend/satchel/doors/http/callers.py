"""Who calls a management door, and with which scope."""

from starlette.requests import Request

from satchel.domain.accounts import Principal
from satchel.doors.auth import PRINCIPAL, Authenticator


class Callers:
    """Let doors say in one line who may call."""

    def __init__(self, authenticator: Authenticator) -> None:
        self._authenticator = authenticator

    async def principal(self, request: Request, scope: str | None) -> Principal:
        """Return the caller: who the portal's wrapper found signed in, else whose token it is. None asks for no scope.

        Raises:
            Unauthenticated: nobody we know.
            ScopeMissing: its token lacks `scope`.
        """
        principal: Principal | None = request.scope.get(PRINCIPAL)
        if principal is None:
            principal = await self._authenticator.principal(request.scope["headers"])
        if scope is not None:
            principal.require(scope)
        return principal
