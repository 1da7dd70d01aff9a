"""Money as integer nano-US-dollars (`…_nusd`). One rounding, upwards, at the end; floats exist on the wire only."""

from decimal import ROUND_CEILING, Decimal

NUSD_PER_USD = 1_000_000_000


def nusd_from_usd(amount_usd: Decimal) -> int:
    """Return `amount_usd` in nano-US-dollars, rounded up to a whole one."""
    return int((amount_usd * NUSD_PER_USD).to_integral_value(rounding=ROUND_CEILING))


def usd_from_nusd(amount_nusd: int) -> float:
    """Return nano-US-dollars as the float of US dollars that wire formats want. Never calculate with it."""
    return amount_nusd / NUSD_PER_USD


def usd_text(amount_nusd: int) -> str:
    """Return an amount for people, e.g. `$0.50` or `$0.0133`; four decimals below a dollar where two would hide digits."""
    cents, rest = divmod(amount_nusd, NUSD_PER_USD // 100)
    if rest == 0 or amount_nusd >= NUSD_PER_USD:
        return f"${cents / 100:,.2f}"
    return f"${amount_nusd / NUSD_PER_USD:.4f}"
