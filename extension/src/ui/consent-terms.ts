import type { ConsentCaveats } from "../wire/consent-caveats";
import type { PermissionWish } from "../wire/permission-wish";

/** What the person has set for “Always allow”; it starts with the smallest of everything. */
export interface ConsentTerms {
  onlyThis: boolean;
  budget: "0.5" | "2" | "5" | "other";
  own: string;
  period: "day" | "week" | "month" | "total";
  expiry: "1" | "7" | "30" | "never";
  /** Requests a minute; empty does not narrow. */
  rate: string;
  localOnly: boolean;
}

const SMALLEST: ConsentTerms = {
  ...({ onlyThis: true, budget: "0.5", own: "", period: "week", expiry: "1" } as const),
  ...{ rate: "", localOnly: false },
};
const NUSD_PER_USD = 1_000_000_000;
const DAY_MS = 24 * 60 * 60 * 1000;

/** The budget in dollars; null where the person's own amount cannot be read. */
function dollars(terms: ConsentTerms): number | null {
  const usd = Number(terms.budget === "other" ? terms.own.replace(",", ".") || Number.NaN : terms.budget);
  return Number.isFinite(usd) && usd > 0 ? usd : null;
}

/** The smallest of everything, and what the site itself asks to be narrowed to. */
function startingFrom(wish: PermissionWish | null): ConsentTerms {
  if (wish === null) return SMALLEST;
  const own = { rate: wish.rate_per_minute?.toString() ?? "", localOnly: wish.local_only };
  return { ...SMALLEST, ...budgetOf(wish), ...own };
}

/** Where the site asks for less than our smallest budget, that is the smallest. */
function budgetOf({ budget }: PermissionWish): Partial<ConsentTerms> {
  if (budget === null) return {};
  const usd = budget.cap_nusd / NUSD_PER_USD;
  const { period } = budget;
  return usd > 0 && usd < Number(SMALLEST.budget) ? { budget: "other", own: String(usd), period } : { period };
}

/** Whether everything that was entered can be read. */
function isReadable(terms: ConsentTerms): boolean {
  return dollars(terms) !== null && (terms.rate.trim() === "" || /^[1-9]\d{0,4}$/.test(terms.rate.trim()));
}

/** The terms as caveats of a grant; null while something cannot be read. */
function caveats(terms: ConsentTerms, model: string, now: Date): ConsentCaveats | null {
  const usd = dollars(terms);
  if (usd === null || !isReadable(terms)) return null;
  const end = terms.expiry === "never" ? null : new Date(now.getTime() + Number(terms.expiry) * DAY_MS).toISOString();
  return {
    models: terms.onlyThis ? [model] : null,
    budget: { cap_nusd: Math.round(usd * NUSD_PER_USD), period: terms.period },
    rate_per_minute: terms.rate.trim() === "" ? null : Number(terms.rate),
    expires_at: end,
    local_only: terms.localOnly,
  };
}

export const ConsentTerms = { SMALLEST, startingFrom, dollars, isReadable, caveats };
