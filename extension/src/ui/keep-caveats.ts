import type { Grant } from "../wire/grant";
import type { GrantDraft } from "../wire/grant-draft";

/** A grant's limits as `PUT /v1/grants` takes them: what was spent under them is the backend's own affair. */
export function keepCaveats(grant: Grant): NonNullable<GrantDraft["caveats"]> {
  const { budget, local_only = false, capabilities = null, max_tokens = null, ...rest } = grant.caveats;
  const limit = budget === null ? null : { cap_nusd: budget.cap_nusd, period: budget.period };
  return { ...rest, budget: limit, local_only, capabilities, max_tokens };
}
