import type { CostFacts } from "../wire/cost-facts";

const NUSD_PER_USD = 1_000_000_000;

/** The backend's integer nano-dollars in the page's spelling. */
export function costOf(cost: { nusd: number; known: boolean }): CostFacts {
  return { usd: cost.nusd / NUSD_PER_USD, known: cost.known };
}
