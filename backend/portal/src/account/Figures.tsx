import { formatCost } from "@ui/format-cost";
import { formatLimit } from "@ui/format-limit";
import { formatTokens } from "@ui/format-tokens";
import { Meter } from "@ui/meter";
import type { Account } from "@wire/account";
import type { JSX } from "preact";
import { meterLabel } from "./meterLabel";
import type { ViewProps } from "./ViewProps";

/** The figures on top of Home. What is not loaded yet is a dash, not a zero. */
export function Figures({ account, grants, keys }: ViewProps): JSX.Element {
  const allowed = grants.data?.filter(({ state }) => state !== "blocked").length;
  const blocked = grants.data ? grants.data.length - (allowed ?? 0) : 0;
  return (
    <div class="strip">
      <div>
        <p class="t12 m2">Cost today</p>
        <p class="metric">{account.data ? formatCost(account.data.today.cost_nusd) : "–"}</p>
        <Budget account={account.data} />
      </div>
      <div>
        <p class="t12 m2">Generations today</p>
        <p class="metric">{account.data ? formatTokens(account.data.today.generations) : "–"}</p>
        <p class="t12 m3">since midnight, UTC</p>
      </div>
      <div>
        <p class="t12 m2">Sites allowed</p>
        <p class="metric">{allowed ?? "–"}</p>
        <p class="t12 m3">{blocked > 0 ? `${blocked} blocked` : "none blocked"}</p>
      </div>
      <div>
        <p class="t12 m2">Keys</p>
        <p class="metric">{keys.data?.length ?? "–"}</p>
        <p class="t12 m3">
          <a href="#/keys">{keys.data?.length === 0 ? "Add one" : "Manage"}</a>
        </p>
      </div>
    </div>
  );
}

function Budget({ account }: { account: Account | null }): JSX.Element {
  const budget = account?.budget;
  if (!budget) return <p class="t12 m3">no limit</p>;
  return (
    <>
      <Meter spent={budget.spent_nusd} held={budget.held_nusd} cap={budget.cap_nusd} label={meterLabel(budget)} />
      <p class="t12 m3">
        {formatLimit(budget.spent_nusd)} of {formatLimit(budget.cap_nusd)} a {budget.period}
      </p>
    </>
  );
}
