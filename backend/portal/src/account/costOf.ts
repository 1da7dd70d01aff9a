import { formatCost } from "@ui/format-cost";
import type { Generation } from "@wire/generation";
import { billOf } from "../format/billOf";

/** Show what a generation cost: nothing yet while it runs, and `$0.00`, not `free`, for one that failed unbilled. */
export function costOf({ status, cost }: Pick<Generation, "status" | "cost">): string {
  if (status === "live") return "–";
  if (status === "failed" && cost.nusd === 0) return formatCost(0);
  return billOf(cost.nusd, cost.known);
}
