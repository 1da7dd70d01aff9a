import type { Grant } from "../wire/grant";

/** How a site stands with the person now. */
export type SiteState = "allowed" | "blocked" | "over" | "ended";

function of({ state, caveats: { budget, expires_at: end } }: Grant, now: Date): SiteState {
  if (state === "blocked") return "blocked";
  if (end !== null && new Date(end) <= now) return "ended";
  return budget !== null && budget.spent_nusd >= budget.cap_nusd ? "over" : "allowed";
}

const ICONS = { allowed: "check", blocked: "block", over: "money", ended: "clock" } as const;
const TONES = { allowed: "c-ok", blocked: "c-danger", over: "c-warn", ended: "m2" } as const;

export const SiteState = { of, ICONS, TONES };
