import { formatLimit } from "@ui/format-limit";

/** Say a budget in a sentence, for whoever does not see its bar. */
export function meterLabel(budget: { spent_nusd: number; held_nusd: number; cap_nusd: number }): string {
  const [spent, held, cap] = [budget.spent_nusd, budget.held_nusd, budget.cap_nusd].map(formatLimit);
  return `${spent} of ${cap}, ${held} on hold`;
}
