"""`/v1/account`: the caller's own account."""

from dataclasses import dataclass

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from satchel.domain.errors import Refused
from satchel.domain.retention import ActivityDays
from satchel.doors.http.callers import Callers
from satchel.doors.http.generations import Running
from satchel.doors.http.grants import BudgetSchema, budget_schema
from satchel.ports.clock import Clock
from satchel.ports.stores import Database
from satchel.services.accounts import Accounts
from satchel.services.accounts.mail_links import MailLinks
from satchel.services.accounts.retention import Retention
from satchel.services.catalog import Catalog
from satchel.services.ledger import Ledger

_SCOPE = "settings"


class Today(BaseModel):
    """What was used since midnight UTC; generations that still run are counted, their cost is not known yet."""

    cost_nusd: int
    generations: int


class AccountSchema(BaseModel):
    """The account, for a popup. `email_proven` and `sends_mail` say whether its address is confirmed, and whether a mail can do that."""

    id: str
    email: str
    email_proven: bool
    sends_mail: bool
    is_owner: bool
    preferred_model: str
    activity_days: int | None
    today: Today
    budget: BudgetSchema | None
    apps: int


class AccountChange(BaseModel):
    """What may be changed; what is left out stays. `activity_days` null is for ever."""

    preferred_model: str | None = Field(default=None, min_length=1, max_length=300)
    activity_days: ActivityDays | None = None


@dataclass(frozen=True, slots=True)
class AccountReader:
    """Gather what the popup shows of an account."""

    accounts: Accounts
    mail_links: MailLinks
    catalog: Catalog
    ledger: Ledger
    running: Running
    database: Database
    clock: Clock

    async def read(self, account_id: str) -> AccountSchema:
        """Return the account as it is now."""
        account = await self.accounts.get(account_id)
        cost_nusd, ended = await self.ledger.today(account_id)
        async with self.database.unit_of_work() as stores:
            budget = await stores.budgets.get(account_id)
            tokens = await stores.tokens.list(account_id)
        return AccountSchema(
            id=account.id,
            email=account.email,
            email_proven=account.email_proven_at is not None,
            sends_mail=self.mail_links.are_offered,
            is_owner=account.is_owner,
            preferred_model=await self.catalog.preferred(account_id),
            activity_days=account.activity_days,
            today=Today(cost_nusd=cost_nusd, generations=ended + len(self.running.of(account_id))),
            budget=budget_schema(budget, self.clock.now()) if budget is not None else None,
            apps=len({token.client_id or token.id for token in tokens}),
        )


def accounts_router(callers: Callers, reader: AccountReader, retention: Retention) -> APIRouter:
    """Return the doors of this resource."""
    router = APIRouter(prefix="/account", tags=["account"])

    @router.get("")
    async def get_account(request: Request) -> AccountSchema:
        """Return the account."""
        return await reader.read((await callers.principal(request, _SCOPE)).account_id)

    @router.patch("")
    async def change_account(request: Request, change: AccountChange) -> AccountSchema:
        """Choose the preferred model, or for how long activity is kept: what is older is forgotten at once."""
        principal = await callers.principal(request, _SCOPE)
        account_id, forgets = principal.account_id, "activity_days" in change.model_fields_set
        if forgets and principal.origin is not None:
            raise Refused("a site's token does not decide for how long the activity of other sites is kept")
        if change.preferred_model is not None:
            await reader.catalog.set_preferred(account_id, change.preferred_model)
        if forgets:
            await retention.choose(account_id, change.activity_days)
        return await reader.read(account_id)

    return router
