import { formatLimit } from "@ui/format-limit";
import { formatDay } from "../format/formatMoment";
import type { Device } from "./SecurityDoors";

/** Say what a device was let in for; empty where it is held to nothing of its own. */
export function deviceTerms({ caveats }: Device, now: Date = new Date()): string {
  if (!caveats) return "";
  const { models, local_only, budget, expires_at } = caveats;
  const end = expires_at && new Date(expires_at);
  return [
    models?.join(", ") ?? (local_only ? "models on your own computer" : "any model"),
    budget &&
      `${formatLimit(budget.spent_nusd)} of ${formatLimit(budget.cap_nusd)} ${budget.period === "total" ? "in all" : `a ${budget.period}`}`,
    end && `until ${formatDay(end, end.getFullYear() === now.getFullYear())}`,
  ]
    .filter(Boolean)
    .join(" · ");
}
