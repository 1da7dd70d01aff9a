import type { Grant } from "@wire/grant";
import type { IconName } from "../pieces/IconName";

/** How a grant stands right now. */
export interface GrantLook {
  word: string;
  icon: IconName;
  tone: "c-ok" | "m2" | "c-warn" | "c-danger";
}

/** Put a grant's state into a word: what would happen if the site asked now. */
export function grantState({ state, caveats }: Pick<Grant, "state" | "caveats">, now: Date = new Date()): GrantLook {
  if (state === "blocked") return { word: "Blocked", icon: "block", tone: "c-danger" };
  if (caveats.expires_at !== null && new Date(caveats.expires_at) <= now) {
    return { word: "Expired", icon: "clock", tone: "m2" };
  }
  const { budget } = caveats;
  if (budget && budget.spent_nusd >= budget.cap_nusd) return { word: "Over budget", icon: "money", tone: "c-warn" };
  if (state === "once") return { word: "Once", icon: "check", tone: "m2" };
  return { word: "Allowed", icon: "check", tone: "c-ok" };
}
