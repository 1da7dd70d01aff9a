import type { Grant } from "../wire/grant";
import { formatCost } from "./format-cost";
import { formatDate } from "./format-date";
import { formatLimit } from "./format-limit";
import { Meter } from "./meter";
import { OptionsSection } from "./options-section";
import { OriginName } from "./origin-name";
import { SegmentedChoice } from "./segmented-choice";
import { SiteMonogram } from "./site-monogram";
import { t } from "./t";

type Choice = "allow" | "ask" | "block";

interface Props {
  origin: string;
  grant: Grant | null;
  hasAsked: boolean;
  onChoose(choice: Choice): void;
}

function stateLine(grant: Grant | null, hasAsked: boolean): string {
  if (grant?.state === "blocked") return t("popup_blocked");
  if (grant?.state !== "allowed") return hasAsked ? t("popup_asks") : t("popup_never");
  const until = grant.caveats.expires_at;
  return until === null ? t("popup_allowed") : t("popup_allowedUntil", { day: formatDate(new Date(until)) });
}

function choiceOf(grant: Grant | null): Choice {
  if (grant?.state === "allowed") return "allow";
  return grant?.state === "blocked" ? "block" : "ask";
}

/** This page: who it is, whether it may use models, and what is left of its budget. */
export function SiteCard({ origin, grant, hasAsked, onChoose }: Props) {
  const budget = grant?.state === "allowed" ? grant.caveats.budget : null;
  return (
    <section class="card" aria-labelledby="site">
      <div class="pad3 stack s3">
        <div class="row g3">
          <SiteMonogram origin={origin} />
          <div class="grow">
            <h1 class="t13 cut" id="site">
              <OriginName origin={origin} />
            </h1>
            <p class="row t12 m3">
              <span class="cut">{stateLine(grant, hasAsked)}</span>
              {grant?.state === "allowed" && (
                <a
                  class="end"
                  href={OptionsSection.address("sites", grant.id)}
                  target="_blank"
                  rel="noopener noreferrer"
                  aria-label={t("popup_limitsOf", { site: new URL(origin).host })}
                >
                  {t("popup_limits")}
                </a>
              )}
            </p>
          </div>
        </div>
        <SegmentedChoice
          name="permission"
          acts
          label={t("popup_question")}
          value={choiceOf(grant)}
          onChange={onChoose}
          options={[
            { value: "allow", label: t("popup_allow"), icon: "check" },
            { value: "ask", label: t("popup_ask"), icon: "ask" },
            { value: "block", label: t("popup_block"), icon: "block" },
          ]}
        />
        {budget !== null && (
          <div class="stack s1">
            <div class="meterline">
              <span class="b">{formatCost(budget.spent_nusd)}</span>
              <span class="m3">{t(`period_ofLimit_${budget.period}`, { limit: formatLimit(budget.cap_nusd) })}</span>
            </div>
            <Meter
              spent={budget.spent_nusd}
              held={budget.held_nusd}
              cap={budget.cap_nusd}
              label={t("popup_spent", { spent: formatCost(budget.spent_nusd), cap: formatLimit(budget.cap_nusd) })}
            />
          </div>
        )}
      </div>
    </section>
  );
}
