import { ConsentTerms } from "./consent-terms";
import { formatUsd } from "./format-usd";
import { SegmentedChoice } from "./segmented-choice";
import { t } from "./t";

interface Props {
  terms: ConsentTerms;
  onChange(terms: ConsentTerms): void;
  /** Folded into one line where the question itself needs the room. */
  folded: boolean;
  /** Whether rate and “only here” are offered too: a site that asks to be narrowed is one to be exact with. */
  all: boolean;
}

const BUDGETS = [
  { value: "0.5", label: "$0.50" },
  { value: "2", label: "$2" },
  { value: "5", label: "$5" },
  { value: "other", label: null },
] as const;

/** The limits of an “always”: models, budget, end. */
export function ConsentLimits({ terms, onChange, folded, all }: Props) {
  const rows = <LimitRows terms={terms} onChange={onChange} all={all} />;
  if (!folded) {
    return (
      <fieldset class="terms">
        <legend class="sr">{t("consent_always")}</legend>
        <p class="h4" aria-hidden="true">
          {t("consent_always")}
        </p>
        {rows}
      </fieldset>
    );
  }
  const usd = ConsentTerms.dollars(terms);
  const budget = `${usd === null ? "–" : formatUsd(usd, 2)} ${t(`consent_periods_${terms.period}`)}`;
  return (
    <details class="terms">
      <summary class="t12 b">{t("consent_summary", { budget, expiry: t(`consent_forDays_${terms.expiry}`) })}</summary>
      <div class="stack gap-top">{rows}</div>
    </details>
  );
}

function LimitRows({ terms, onChange, all }: Omit<Props, "folded">) {
  const set = (change: Partial<ConsentTerms>) => onChange({ ...terms, ...change });
  return (
    <>
      <div class="row">
        <span class="t12 m2 termlabel" id="limit-models">
          {t("consent_models")}
        </span>
        <div class="grow">
          <SegmentedChoice
            name="models"
            labelledBy="limit-models"
            value={terms.onlyThis ? "one" : "any"}
            onChange={(value) => set({ onlyThis: value === "one" })}
            options={[
              { value: "one", label: t("consent_onlyThis") },
              { value: "any", label: t("consent_anyModel") },
            ]}
          />
        </div>
      </div>
      <div class="row">
        <span class="t12 m2 termlabel" id="limit-budget">
          {t("consent_budget")}
        </span>
        <div class="grow">
          <SegmentedChoice
            name="budget"
            labelledBy="limit-budget"
            value={terms.budget}
            onChange={(budget) => set({ budget })}
            options={BUDGETS.map(({ value, label }) => ({ value, label: label ?? t("consent_otherBudget") }))}
          />
        </div>
        <select
          class="in small"
          aria-label={t("consent_period")}
          value={terms.period}
          onChange={(event) => set({ period: event.currentTarget.value as ConsentTerms["period"] })}
        >
          {(["day", "week", "month", "total"] as const).map((period) => (
            <option key={period} value={period}>
              {t(`consent_periods_${period}`)}
            </option>
          ))}
        </select>
      </div>
      {terms.budget === "other" && (
        <div class="row">
          <span class="t12 m2 termlabel" aria-hidden="true">
            {t("consent_dollars")}
          </span>
          <input
            class="in small grow"
            inputMode="decimal"
            aria-label={t("consent_ownBudget")}
            aria-invalid={ConsentTerms.dollars(terms) === null}
            aria-describedby={ConsentTerms.dollars(terms) === null ? "limit-own" : undefined}
            placeholder="1.00"
            value={terms.own}
            onInput={(event) => set({ own: event.currentTarget.value })}
          />
          {ConsentTerms.dollars(terms) === null && (
            <span class="t12 m2" id="limit-own">
              {t("consent_badBudget")}
            </span>
          )}
        </div>
      )}
      <div class="row">
        <span class="t12 m2 termlabel" id="limit-end">
          {t("consent_expires")}
        </span>
        <div class="grow">
          <SegmentedChoice
            name="end"
            labelledBy="limit-end"
            value={terms.expiry}
            onChange={(expiry) => set({ expiry })}
            options={(["1", "7", "30", "never"] as const).map((value) => ({
              value,
              label: t(`consent_expiry_${value}`),
            }))}
          />
        </div>
      </div>
      {all && <MoreRows terms={terms} set={set} />}
    </>
  );
}

function MoreRows({ terms, set }: { terms: ConsentTerms; set(change: Partial<ConsentTerms>): void }) {
  return (
    <>
      <div class="row">
        <label class="t12 m2 termlabel" for="limit-rate">
          {t("consent_rate")}
        </label>
        <input
          id="limit-rate"
          class="in small grow"
          inputMode="numeric"
          placeholder={t("sites_noLimit")}
          aria-label={t("sites_rate")}
          value={terms.rate}
          onInput={(event) => set({ rate: event.currentTarget.value })}
        />
        <span class="t12 m3">{t("consent_aMinute")}</span>
      </div>
      <label class="check t12">
        <input
          type="checkbox"
          checked={terms.localOnly}
          onChange={(event) => set({ localOnly: event.currentTarget.checked })}
        />
        {t("sites_localOnly")}
      </label>
    </>
  );
}
