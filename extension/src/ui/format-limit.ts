import { formatUsd } from "./format-usd";

const NUSD_PER_USD = 1_000_000_000;

/** A limit that a person set: always two decimals. */
export function formatLimit(nusd: number): string {
  return formatUsd(nusd / NUSD_PER_USD, 2);
}
