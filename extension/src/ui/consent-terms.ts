import type { ConsentCaveats } from "../wire/consent-caveats";

/** What the person has set for “Always allow”; it starts with the smallest of everything. */
export interface ConsentTerms {
  onlyThis: boolean;
  budget: "0.5" | "2" | "5" | "other";
  own: string;
  period: "day" | "week" | "month" | "total";
  expiry: "1" | "7" | "30" | "never";
}

const SMALLEST: ConsentTerms = { onlyThis: true, budget: "0.5", own: "", period: "week", expiry: "1" };
const NUSD_PER_USD = 1_000_000_000;
const DAY_MS = 24 * 60 * 60 * 1000;

/** The budget in dollars; null where the person's own amount cannot be read. */
function dollars(terms: ConsentTerms): number | null {
  const usd = Number(terms.budget === "other" ? terms.own.replace(",", ".") || Number.NaN : terms.budget);
  return Number.isFinite(usd) && usd > 0 ? usd : null;
}

/** The terms as caveats of a grant; null while the amount cannot be read. */
function caveats(terms: ConsentTerms, model: string, now: Date): ConsentCaveats | null {
  const usd = dollars(terms);
  if (usd === null) return null;
  const end = terms.expiry === "never" ? null : new Date(now.getTime() + Number(terms.expiry) * DAY_MS).toISOString();
  return {
    models: terms.onlyThis ? [model] : null,
    budget: { cap_nusd: Math.round(usd * NUSD_PER_USD), period: terms.period },
    expires_at: end,
  };
}

export const ConsentTerms = { SMALLEST, dollars, caveats };
