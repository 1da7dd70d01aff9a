import { formatUsd } from "./format-usd";

const NUSD_PER_USD = 1_000_000_000;

/** A measured cost: `$0.0133`, `$3.18`, `$12,480`, `< $0.0001`; 0 is `$0.00`. Design.md §11. */
export function formatCost(nusd: number): string {
  const usd = nusd / NUSD_PER_USD;
  if (nusd === 0) return formatUsd(0, 2);
  if (usd < 0.0001) return `< ${formatUsd(0.0001, 4)}`;
  if (usd < 1) return formatUsd(usd, 4);
  return formatUsd(usd, usd < 10_000 ? 2 : 0);
}
