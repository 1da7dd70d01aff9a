const NANO = 1_000_000_000;

/**
 * Show a measured cost as the design lists it: `free`, `< $0.0001`, `$0.0133`, `$3.18`, `$12,480`.
 *
 * @param nusd Integer nano-US-dollars.
 * @param known False when nobody knows the price: that is not the same as free.
 */
export function formatCost(nusd: number, known = true): string {
  if (!known) return "price unknown";
  if (nusd === 0) return "free";
  return formatMoney(nusd);
}

/** Show an amount of money; zero is `$0.00`. */
export function formatMoney(nusd: number): string {
  const usd = nusd / NANO;
  if (usd > 0 && usd < 0.0001) return "< $0.0001";
  const digits = usd === 0 || usd >= 1 ? (usd >= 10_000 ? 0 : 2) : 4;
  return new Intl.NumberFormat("en-US", {
    style: "currency",
    currency: "USD",
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  }).format(usd);
}
