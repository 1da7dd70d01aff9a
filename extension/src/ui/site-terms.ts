import type { Grant } from "../wire/grant";
import type { GrantDraft } from "../wire/grant-draft";

import { keepCaveats } from "./keep-caveats";

/** A site's limits as they stand in the form. Empty text means: not narrowed. */
export interface SiteTerms {
  budget: string;
  period: "day" | "week" | "month" | "total";
  rate: string;
  /** `any`, `kept` for the list that is there, or a model's id. */
  model: string;
  /** `YYYY-MM-DD`, the last day in the person's own time. */
  until: string;
  localOnly: boolean;
}

const NUSD_PER_USD = 1_000_000_000;

function of({ caveats }: Grant): SiteTerms {
  const { budget, models, rate_per_minute: rate, expires_at: end, local_only: localOnly = false } = caveats;
  return {
    budget: budget === null ? "" : (budget.cap_nusd / NUSD_PER_USD).toFixed(2),
    period: budget?.period ?? "week",
    rate: rate === null ? "" : String(rate),
    model: models === null ? "any" : models.length === 1 ? (models[0] ?? "any") : "kept",
    until: end === null ? "" : dayOf(new Date(end)),
    localOnly,
  };
}

/** The form's day is the person's, not Greenwich's. */
function dayOf(at: Date): string {
  const two = (part: number) => String(part).padStart(2, "0");
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}

function dollars({ budget }: SiteTerms): number | null {
  const usd = Number(budget.trim().replace(",", ".") || Number.NaN);
  return Number.isFinite(usd) && usd > 0 && usd <= 1_000_000 ? usd : null;
}

/** The field that cannot be read, if one cannot. */
function fault(terms: SiteTerms): "budget" | "rate" | null {
  if (terms.budget.trim() !== "" && dollars(terms) === null) return "budget";
  if (terms.rate.trim() !== "" && !/^[1-9]\d{0,4}$/.test(terms.rate.trim())) return "rate";
  return null;
}

/** The form as `PUT /v1/grants` takes it. Call it only where there is no `fault`. */
function caveats(terms: SiteTerms, grant: Grant): NonNullable<GrantDraft["caveats"]> {
  const usd = dollars(terms);
  const same = grant.caveats.expires_at !== null && dayOf(new Date(grant.caveats.expires_at)) === terms.until;
  return {
    ...keepCaveats(grant),
    models: terms.model === "any" ? null : terms.model === "kept" ? grant.caveats.models : [terms.model],
    budget: usd === null ? null : { cap_nusd: Math.round(usd * NUSD_PER_USD), period: terms.period },
    rate_per_minute: terms.rate.trim() === "" ? null : Number(terms.rate),
    expires_at: same ? grant.caveats.expires_at : terms.until === "" ? null : endOf(terms.until),
    local_only: terms.localOnly,
  };
}

function endOf(day: string): string {
  return new Date(`${day}T23:59:59`).toISOString();
}

export const SiteTerms = { of, fault, caveats };
