import type { GrantDraft } from "../wire/grant-draft";
import type { Model } from "../wire/model";
import { modelPrice } from "./model-price";

const HALF_DOLLAR_NUSD = 500_000_000;
const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * The limits a site gets when it is allowed without a question: the smallest budget, for a week. Where nobody knows the
 * chosen model's price no budget can be kept, and one would refuse every request: then it is that model only, for a day.
 */
export function firstCaveats(now: Date, chosen: Model | null): NonNullable<GrantDraft["caveats"]> {
  if (chosen !== null && modelPrice(chosen).kind === "unknown") {
    return { models: [chosen.id], expires_at: new Date(now.getTime() + DAY_MS).toISOString() };
  }
  return {
    budget: { cap_nusd: HALF_DOLLAR_NUSD, period: "week" },
    expires_at: new Date(now.getTime() + 7 * DAY_MS).toISOString(),
  };
}
