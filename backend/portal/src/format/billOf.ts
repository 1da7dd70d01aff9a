import { formatCost } from "@ui/format-cost";

/** Show what an answer cost: `free` where it cost nothing, and a plain word where nobody knows the price. */
export function billOf(nusd: number, known: boolean): string {
  if (!known) return "price unknown";
  return nusd === 0 ? "free" : formatCost(nusd);
}
