import type { SiteCapability } from "../../../sdk-js/src/Permission";

/** The record of one consent, as `/v1/grants` returns it. A `null` caveat does not narrow. */
export interface Grant {
  id: string;
  origin: string;
  embedder: string | null;
  state: "allowed" | "blocked" | "once";
  created_at: string;
  last_used_at: string | null;
  caveats: {
    models: readonly string[] | null;
    budget: {
      cap_nusd: number;
      period: "day" | "week" | "month" | "total";
      spent_nusd: number;
      held_nusd: number;
      resets_at: string | null;
    } | null;
    rate_per_minute: number | null;
    expires_at: string | null;
    local_only?: boolean;
    /** What the site may do at all; missing or null does not narrow. */
    capabilities?: readonly SiteCapability[] | null;
    /** How long the answers to one request may be. */
    max_tokens?: number | null;
  };
}
