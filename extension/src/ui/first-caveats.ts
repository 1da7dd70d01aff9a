import type { GrantDraft } from "../wire/grant-draft";

const HALF_DOLLAR_NUSD = 500_000_000;
const WEEK_MS = 7 * 24 * 60 * 60 * 1000;

/** The limits a site gets when it is allowed without a question: the smallest budget, for a week. */
export function firstCaveats(now: Date): NonNullable<GrantDraft["caveats"]> {
  return {
    budget: { cap_nusd: HALF_DOLLAR_NUSD, period: "week" },
    expires_at: new Date(now.getTime() + WEEK_MS).toISOString(),
  };
}
