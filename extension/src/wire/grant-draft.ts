import type { SiteCapability } from "../../../sdk-js/src/Permission";

/** What `PUT /v1/grants` takes; a missing caveat does not narrow. */
export interface GrantDraft {
  origin: string;
  embedder?: string;
  state: "allowed" | "blocked" | "once";
  caveats?: {
    models?: readonly string[] | null;
    budget?: { cap_nusd: number; period: "day" | "week" | "month" | "total" } | null;
    rate_per_minute?: number | null;
    expires_at?: string | null;
    local_only?: boolean;
    /** What the site may do at all; missing or null does not narrow. */
    capabilities?: readonly SiteCapability[] | null;
    /** How long the answers to one request may be. */
    max_tokens?: number | null;
  };
}
