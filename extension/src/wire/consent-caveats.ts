/** The limits under which a person always allows. `null` does not narrow. */
export interface ConsentCaveats {
  models: readonly string[] | null;
  budget: { cap_nusd: number; period: "day" | "week" | "month" | "total" } | null;
  rate_per_minute: number | null;
  expires_at: string | null;
  local_only: boolean;
}
