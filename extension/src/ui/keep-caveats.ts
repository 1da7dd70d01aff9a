import type { Grant } from "../wire/grant";
import type { GrantDraft } from "../wire/grant-draft";

/** A grant's limits as `PUT /v1/grants` takes them: what was spent under them is the backend's own affair. */
export function keepCaveats(grant: Grant): NonNullable<GrantDraft["caveats"]> {
  const { budget, models, rate_per_minute, expires_at, local_only = false } = grant.caveats;
  const limit = budget === null ? null : { cap_nusd: budget.cap_nusd, period: budget.period };
  return { models, budget: limit, rate_per_minute, expires_at, local_only };
}
