import type { Generation } from "../wire/generation";
import { formatCost } from "./format-cost";
import { t } from "./t";

/** What a generation cost, or that nobody knows or that it still runs. */
export function costOf({ cost, status }: Generation): string {
  if (cost.known) return formatCost(cost.nusd);
  return status === "live" ? "–" : t("model_unknown");
}
