"""What `satchel models --facts` tells of a model."""

from datetime import date
from decimal import Decimal

from tests.dialects.hosts import endpoint

from satchel.cli.models import _facts
from satchel.domain.usage import Price
from satchel.doors.http.model_schema import model_schemas


def test_a_line_has_context_abilities_price_and_policy_and_says_what_is_not_known() -> None:
    price = Price(Decimal("0.5"), Decimal(2), date(2026, 11, 1))
    known = endpoint(
        price=price,
        context_tokens=128_000,
        capabilities=frozenset({"chat", "tools"}),
        training="no",
        policy_page="https://acme.example/policy",
    )
    unknown = endpoint(id="acme:m-2", model_id="acme:m-2")
    first, second = (_facts(model) for model in model_schemas([known, unknown], ""))
    assert first == "128,000 tokens · chat, tools · $0.5 in, $2 out · does not train on it (https://acme.example/policy)"
    assert second == "context not known · chat · price not known · training not known"
