import { formatUsd } from "./format-usd";

const NUSD_PER_USD = 1_000_000_000;

/** An upper bound, rounded up, never down: `$0.0118`. The words “at most” belong to the sentence around it. */
export function formatAtMost(nusd: number): string {
  const usd = nusd / NUSD_PER_USD;
  if (nusd === 0) return formatUsd(0, 2);
  const decimals = usd < 1 ? 4 : usd < 10_000 ? 2 : 0;
  const step = 10 ** decimals;
  return formatUsd(Math.ceil(usd * step - 1e-9) / step, decimals);
}
