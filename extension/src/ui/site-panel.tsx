import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Grant } from "../wire/grant";
import type { GrantDraft } from "../wire/grant-draft";
import type { Model } from "../wire/model";
import { deedWords } from "./deed-words";
import { formatDate } from "./format-date";
import { keepCaveats } from "./keep-caveats";
import { OriginName } from "./origin-name";
import { otherAbilities } from "./other-abilities";
import { SegmentedChoice } from "./segmented-choice";
import { SiteMonogram } from "./site-monogram";
import { SiteTerms } from "./site-terms";
import { t } from "./t";
import { TextField } from "./text-field";

interface Props {
  grant: Grant;
  models: readonly Model[];
  /** Whether something is being kept. */
  busy: boolean;
  onPut(draft: GrantDraft): void;
  onRevoke(): void;
  /** What else is chosen for the site. */
  children: ComponentChildren;
}

/** One site: whether it may, and how far. The state acts at once, limits when they are saved. */
export function SitePanel({ grant, models, busy, onPut, onRevoke, children }: Props) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  const { origin, embedder } = grant;
  const put = (state: "allowed" | "blocked", caveats: GrantDraft["caveats"]) =>
    onPut({ origin, ...(embedder === null ? {} : { embedder }), state, ...(caveats === undefined ? {} : { caveats }) });
  return (
    <section class="panel" aria-labelledby="site-name">
      <div class="pad stack s3">
        <div class="row g3">
          <SiteMonogram origin={origin} />
          <div class="grow">
            <h2 class="t13 anywhere" id="site-name" ref={heading} tabIndex={-1}>
              <OriginName origin={origin} scheme />
            </h2>
            <p class="t12 m3">{t("sites_since", { day: formatDate(new Date(grant.created_at)) })}</p>
          </div>
        </div>
        <SegmentedChoice
          name="site-state"
          acts
          label={t("popup_question")}
          value={grant.state === "blocked" ? "block" : "allow"}
          onChange={(choice: "allow" | "ask" | "block") => {
            if (choice === "ask") onRevoke();
            else put(choice === "allow" ? "allowed" : "blocked", keepCaveats(grant));
          }}
          options={[
            { value: "allow", label: t("popup_allow"), icon: "check" },
            { value: "ask", label: t("popup_ask"), icon: "ask" },
            { value: "block", label: t("popup_block"), icon: "block" },
          ]}
        />
      </div>
      {grant.state === "allowed" && (
        <Limits {...{ grant, models, busy, onRevoke }} onSave={(caveats) => put("allowed", caveats)} />
      )}
      <div class="pad ruled">{children}</div>
    </section>
  );
}

interface LimitsProps extends Pick<Props, "grant" | "models" | "busy" | "onRevoke"> {
  onSave(caveats: NonNullable<GrantDraft["caveats"]>): void;
}

function Limits({ grant, models, busy, onSave, onRevoke }: LimitsProps) {
  const [terms, setTerms] = useState<SiteTerms>(() => SiteTerms.of(grant));
  const [fault, setFault] = useState<ReturnType<typeof SiteTerms.fault>>(null);
  const set = (change: Partial<SiteTerms>) => {
    setTerms({ ...terms, ...change });
    setFault(null);
  };
  const save = (event: Event) => {
    event.preventDefault();
    const found = SiteTerms.fault(terms);
    setFault(found);
    if (found === null && !busy) onSave(SiteTerms.caveats(terms, grant));
  };
  return (
    <form class="pad stack s3 ruled" noValidate onSubmit={save}>
      <h3 class="h4">{t("popup_limits")}</h3>
      <MoneyFields terms={terms} fault={fault} onChange={set} />
      <div class="field">
        <label for="site-model">{t("consent_models")}</label>
        <select
          id="site-model"
          class="in"
          value={terms.model}
          onChange={(event) => set({ model: event.currentTarget.value })}
        >
          <option value="any">{t("consent_anyModel")}</option>
          {terms.model === "kept" && (
            <option value="kept">{t("sites_kept", { count: grant.caveats.models?.length ?? 0 })}</option>
          )}
          <ModelOptions models={models} chosen={terms.model} />
        </select>
      </div>
      <div class="field">
        <label for="site-until">{t("sites_until")}</label>
        <input
          id="site-until"
          class="in"
          type="date"
          value={terms.until}
          aria-describedby="site-until-note"
          onInput={(event) => set({ until: event.currentTarget.value })}
        />
        <p class="hint" id="site-until-note">
          {t("sites_untilHint")}
        </p>
      </div>
      <label class="check">
        <input
          type="checkbox"
          checked={terms.localOnly}
          onChange={(event) => set({ localOnly: event.currentTarget.checked })}
        />
        {t("sites_localOnly")}
      </label>
      <Kept caveats={grant.caveats} />
      <div class="row">
        <button type="submit" class="btn primary" aria-busy={busy}>
          {t("sites_save")}
        </button>
        <button type="button" class="btn quiet danger end" onClick={onRevoke}>
          {t("sites_revoke")}
        </button>
      </div>
    </form>
  );
}

/** What the site asked to be held to besides, which these fields leave as it is. */
function Kept({ caveats: { capabilities, max_tokens: most } }: { caveats: Grant["caveats"] }) {
  const deeds = deedWords(capabilities ?? null);
  const words = [
    deeds === "" ? "" : t("sites_narrowedTo", { deeds }),
    most ? t("consent_tokensAtMost", { count: most }) : "",
  ].filter(Boolean);
  return words.length === 0 ? null : <p class="t12 m2">{words.join(" · ")}</p>;
}

interface MoneyProps {
  terms: SiteTerms;
  fault: ReturnType<typeof SiteTerms.fault>;
  onChange(change: Partial<SiteTerms>): void;
}

function MoneyFields({ terms, fault, onChange }: MoneyProps) {
  return (
    <>
      <div class="row top">
        <div class="grow">
          <TextField
            id="site-budget"
            label={t("consent_ownBudget")}
            inputMode="decimal"
            hint={t("sites_budgetHint")}
            value={terms.budget}
            fault={fault === "budget" ? t("consent_badBudget") : null}
            onInput={(budget) => onChange({ budget })}
          />
        </div>
        <div class="field">
          <label for="site-period">{t("consent_period")}</label>
          <select
            id="site-period"
            class="in"
            value={terms.period}
            onChange={(event) => onChange({ period: event.currentTarget.value as SiteTerms["period"] })}
          >
            {(["day", "week", "month", "total"] as const).map((period) => (
              <option key={period} value={period}>
                {t(`consent_periods_${period}`)}
              </option>
            ))}
          </select>
        </div>
      </div>
      <TextField
        id="site-rate"
        label={t("sites_rate")}
        inputMode="numeric"
        value={terms.rate}
        fault={fault === "rate" ? t("sites_badRate") : null}
        onInput={(rate) => onChange({ rate })}
      />
    </>
  );
}

function ModelOptions({ models, chosen }: { models: readonly Model[]; chosen: string }) {
  const isListed = chosen === "any" || chosen === "kept" || models.some(({ id }) => id === chosen);
  return (
    <>
      {!isListed && <option value={chosen}>{chosen}</option>}
      {models.map((model) => (
        <option key={model.id} value={model.id}>
          {[model.name, otherAbilities(model)].filter(Boolean).join(" · ")}
        </option>
      ))}
    </>
  );
}
