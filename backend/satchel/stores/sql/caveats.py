"""Caveats as one text in a column: those of a device, which no statement looks into. A grant's have a column each."""

import json
from datetime import datetime
from typing import Any

from sqlalchemy import Dialect, Text
from sqlalchemy.types import TypeDecorator

from satchel.domain.budgets import Period
from satchel.domain.grants import BudgetCaveat, Caveats


class CaveatsText(TypeDecorator[Caveats]):
    """Caveats as JSON, only what narrows; NULL for none at all."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Caveats | None, dialect: Dialect) -> str | None:
        """Return the text of caveats."""
        if value is None:
            return None
        said: dict[str, Any] = {
            "models": value.models,
            "budget": [value.budget.cap_nusd, value.budget.period.value] if value.budget else None,
            "rate_per_minute": value.rate_per_minute,
            "expires_at": value.expires_at.isoformat() if value.expires_at else None,
            "local_only": value.local_only or None,
            "capabilities": value.capabilities,
            "max_tokens": value.max_tokens,
        }
        return json.dumps({name: each for name, each in said.items() if each is not None})

    def process_result_value(self, value: str | None, dialect: Dialect) -> Caveats | None:
        """Return the caveats of a text."""
        if value is None:
            return None
        said: dict[str, Any] = json.loads(value)
        models, budget, until, deeds = (said.get(name) for name in ("models", "budget", "expires_at", "capabilities"))
        return Caveats(
            models=tuple(models) if models else None,
            budget=BudgetCaveat(budget[0], Period(budget[1])) if budget else None,
            rate_per_minute=said.get("rate_per_minute"),
            expires_at=datetime.fromisoformat(until) if until else None,
            local_only=said.get("local_only", False),
            capabilities=tuple(deeds) if deeds else None,
            max_tokens=said.get("max_tokens"),
        )
