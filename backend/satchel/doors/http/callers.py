"""Who calls a management door, and with which scope."""

from starlette.requests import Request

from satchel.domain.accounts import Principal
from satchel.domain.errors import ProofNeeded, Refused
from satchel.doors.auth import PERSON, PRINCIPAL, Authenticator, Person
from satchel.services.accounts.proofs import Proofs


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
            principal = await self._authenticator.caller(request.scope)
        if scope is not None:
            principal.require(scope)
        return principal

    async def person(self, request: Request) -> Person:
        """Return the person at a browser that is signed in to the portal.

        Raises:
            Unauthenticated: nobody we know.
            Refused: it is a token; it does not open what decides who may sign in.
        """
        person: Person | None = request.scope.get(PERSON)
        if person is None:
            await self.principal(request, None)
            raise Refused("a token does not open this; do it in the portal, signed in")
        return person

    async def proved(self, request: Request) -> Person:
        """Return the person, who has proved within five minutes who they are.

        Raises:
            Unauthenticated, Refused: as `person`.
            ProofNeeded: the last proof is too long ago.
        """
        person = await self.person(request)
        self.require_proof(request)
        return person

    async def adding(self, request: Request, proofs: Proofs) -> Person:
        """Return the person, who may add what they prove by who they are: has proved it lately, or has nothing yet to do so by.

        Raises:
            Unauthenticated, Refused, ProofNeeded: as `proved`.
        """
        person = await self.person(request)
        if not await proofs.may_begin(person.sign_in):
            self.require_proof(request)
        return person

    def require_proof(self, request: Request) -> bool:
        """Tell whether there is a person to ask, who has proved within five minutes who they are. A token has none.

        Raises:
            ProofNeeded: it is a browser whose person's last proof is too long ago.
        """
        person: Person | None = request.scope.get(PERSON)
        if person is not None and not person.has_proved:
            raise ProofNeeded("prove once more that it is you; this is worth a second look")
        return person is not None
