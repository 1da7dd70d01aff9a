"""`/v1/account`: the caller's own account."""

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from satchel.doors.http.callers import Callers
from satchel.doors.http.generations import Running
from satchel.doors.http.grants import BudgetSchema, budget_schema
from satchel.ports.clock import Clock
from satchel.ports.stores import Database
from satchel.services.accounts import Accounts
from satchel.services.catalog import Catalog
from satchel.services.ledger import Ledger

_SCOPE = "settings"


class Today(BaseModel):
    """What was used since midnight UTC; generations that still run are counted, their cost is not known yet."""

    cost_nusd: int
    generations: int


class AccountSchema(BaseModel):
    """The account, for a popup."""

    id: str
    email: str
    is_owner: bool
    preferred_model: str
    today: Today
    budget: BudgetSchema | None
    apps: int


class AccountChange(BaseModel):
    """What may be changed."""

    preferred_model: str | None = Field(default=None, min_length=1, max_length=300)


def accounts_router(
    callers: Callers, *, accounts: Accounts, catalog: Catalog, ledger: Ledger, running: Running, database: Database, clock: Clock
) -> APIRouter:
    """Return the doors of this resource."""
    router = APIRouter(prefix="/account", tags=["account"])

    async def schema(account_id: str) -> AccountSchema:
        account = await accounts.get(account_id)
        cost_nusd, ended = await ledger.today(account_id)
        async with database.unit_of_work() as stores:
            budget = await stores.budgets.get(account_id)
            tokens = await stores.tokens.list(account_id)
        return AccountSchema(
            id=account.id,
            email=account.email,
            is_owner=account.is_owner,
            preferred_model=await catalog.preferred(account_id),
            today=Today(cost_nusd=cost_nusd, generations=ended + len(running.of(account_id))),
            budget=budget_schema(budget, clock.now()) if budget is not None else None,
            apps=len({token.client_id or token.id for token in tokens}),
        )

    @router.get("")
    async def get_account(request: Request) -> AccountSchema:
        """Return the account."""
        return await schema((await callers.principal(request, _SCOPE)).account_id)

    @router.patch("")
    async def change_account(request: Request, change: AccountChange) -> AccountSchema:
        """Choose the preferred model."""
        account_id = (await callers.principal(request, _SCOPE)).account_id
        if change.preferred_model is not None:
            await catalog.set_preferred(account_id, change.preferred_model)
        return await schema(account_id)

    return router
