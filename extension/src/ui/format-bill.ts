import { formatCost } from "./format-cost";
import { t } from "./t";

/**
 * What an answer cost: `free` where something was used and costs nothing, and a plain word where nobody knows the price.
 * Where nothing was used, what it would have cost stays unsaid: `$0.00`.
 */
export function formatBill(cost: { nusd: number; known: boolean }, used: number): string {
  if (!cost.known) return t("model_unknown");
  return cost.nusd === 0 && used > 0 ? t("model_free") : formatCost(cost.nusd);
}
