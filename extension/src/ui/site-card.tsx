import type { Grant } from "../wire/grant";
import { formatCost } from "./format-cost";
import { formatDate } from "./format-date";
import { formatLimit } from "./format-limit";
import { Meter } from "./meter";
import { OriginName } from "./origin-name";
import { popupStrings as words } from "./popup-strings";
import { SegmentedChoice } from "./segmented-choice";
import { SiteMonogram } from "./site-monogram";

type Choice = "allow" | "ask" | "block";

interface Props {
  origin: string;
  grant: Grant | null;
  hasAsked: boolean;
  portal: string;
  onChoose(choice: Choice): void;
}

const PERIODS = { day: "today", week: "this week", month: "this month", total: "in all" } as const;

function stateLine(grant: Grant | null, hasAsked: boolean): string {
  if (grant?.state === "blocked") return words.blocked;
  if (grant?.state !== "allowed") return hasAsked ? words.asks : words.never;
  const until = grant.caveats.expires_at;
  return until === null ? words.allowed : words.allowedUntil(formatDate(new Date(until)));
}

function choiceOf(grant: Grant | null): Choice {
  if (grant?.state === "allowed") return "allow";
  return grant?.state === "blocked" ? "block" : "ask";
}

/** This page: who it is, whether it may use models, and what is left of its budget. */
export function SiteCard({ origin, grant, hasAsked, portal, onChoose }: Props) {
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
                  href={`${portal}/#/sites`}
                  target="_blank"
                  rel="noopener noreferrer"
                  aria-label={`Limits of ${new URL(origin).host}`}
                >
                  {words.limits}
                </a>
              )}
            </p>
          </div>
        </div>
        <SegmentedChoice
          name="permission"
          label={words.question}
          value={choiceOf(grant)}
          onChange={onChoose}
          options={[
            { value: "allow", label: words.allow, icon: "check" },
            { value: "ask", label: words.ask, icon: "ask" },
            { value: "block", label: words.block, icon: "block" },
          ]}
        />
        {budget !== null && (
          <div class="stack s1">
            <div class="meterline">
              <span class="b">{formatCost(budget.spent_nusd)}</span>
              <span class="m3">
                of {formatLimit(budget.cap_nusd)} {PERIODS[budget.period]}
              </span>
            </div>
            <Meter
              spent={budget.spent_nusd}
              held={budget.held_nusd}
              cap={budget.cap_nusd}
              label={words.spent(formatCost(budget.spent_nusd), formatLimit(budget.cap_nusd))}
            />
          </div>
        )}
      </div>
    </section>
  );
}
