import { consentStrings as words } from "./consent-strings";
import { ConsentTerms } from "./consent-terms";
import { formatUsd } from "./format-usd";
import { SegmentedChoice } from "./segmented-choice";

interface Props {
  terms: ConsentTerms;
  onChange(terms: ConsentTerms): void;
  /** Folded into one line where the question itself needs the room. */
  folded: boolean;
}

const BUDGETS = [
  { value: "0.5", label: "$0.50" },
  { value: "2", label: "$2" },
  { value: "5", label: "$5" },
  { value: "other", label: words.other },
] as const;

/** The limits of an “always”: models, budget, end. */
export function ConsentLimits({ terms, onChange, folded }: Props) {
  const rows = <LimitRows terms={terms} onChange={onChange} />;
  if (!folded) {
    return (
      <fieldset class="terms">
        <legend class="sr">{words.always}</legend>
        <p class="h4" aria-hidden="true">
          {words.always}
        </p>
        {rows}
      </fieldset>
    );
  }
  const usd = ConsentTerms.dollars(terms);
  const budget = `${usd === null ? "–" : formatUsd(usd, 2)} ${words.periods[terms.period]}`;
  return (
    <details class="terms">
      <summary class="t12 b">{words.summary(budget, words.forDays[terms.expiry])}</summary>
      <div class="stack gap-top">{rows}</div>
    </details>
  );
}

function LimitRows({ terms, onChange }: Omit<Props, "folded">) {
  const set = (change: Partial<ConsentTerms>) => onChange({ ...terms, ...change });
  return (
    <>
      <div class="row">
        <span class="t12 m2 termlabel" id="limit-models">
          {words.models}
        </span>
        <div class="grow">
          <SegmentedChoice
            name="models"
            labelledBy="limit-models"
            value={terms.onlyThis ? "one" : "any"}
            onChange={(value) => set({ onlyThis: value === "one" })}
            options={[
              { value: "one", label: words.onlyThis },
              { value: "any", label: words.anyModel },
            ]}
          />
        </div>
      </div>
      <div class="row">
        <span class="t12 m2 termlabel" id="limit-budget">
          {words.budget}
        </span>
        <div class="grow">
          <SegmentedChoice
            name="budget"
            labelledBy="limit-budget"
            value={terms.budget}
            onChange={(budget) => set({ budget })}
            options={BUDGETS}
          />
        </div>
        <select
          class="in small"
          aria-label={words.period}
          value={terms.period}
          onChange={(event) => set({ period: event.currentTarget.value as ConsentTerms["period"] })}
        >
          {(["day", "week", "month", "total"] as const).map((period) => (
            <option key={period} value={period}>
              {words.periods[period]}
            </option>
          ))}
        </select>
      </div>
      {terms.budget === "other" && (
        <div class="row">
          <span class="t12 m2 termlabel" aria-hidden="true">
            US$
          </span>
          <input
            class="in small grow"
            inputMode="decimal"
            aria-label={words.ownBudget}
            aria-invalid={ConsentTerms.dollars(terms) === null}
            aria-describedby={ConsentTerms.dollars(terms) === null ? "limit-own" : undefined}
            placeholder="1.00"
            value={terms.own}
            onInput={(event) => set({ own: event.currentTarget.value })}
          />
          {ConsentTerms.dollars(terms) === null && (
            <span class="t12 m2" id="limit-own">
              {words.badBudget}
            </span>
          )}
        </div>
      )}
      <div class="row">
        <span class="t12 m2 termlabel" id="limit-end">
          {words.expires}
        </span>
        <div class="grow">
          <SegmentedChoice
            name="end"
            labelledBy="limit-end"
            value={terms.expiry}
            onChange={(expiry) => set({ expiry })}
            options={(["1", "7", "30", "never"] as const).map((value) => ({ value, label: words.expiry[value] }))}
          />
        </div>
      </div>
    </>
  );
}
