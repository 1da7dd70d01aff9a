import type { Snapshot } from "../wire/snapshot";
import { formatCost } from "./format-cost";
import { formatLimit } from "./format-limit";
import { Meter } from "./meter";
import { popupStrings as words } from "./popup-strings";

/** What today cost, and the way to everything else. */
export function PopupFoot({ snapshot }: { snapshot: Snapshot }) {
  const { account } = snapshot;
  if (account === null)
    return (
      <footer class="foot row">
        <span class="m3">{words.safe}</span>
      </footer>
    );
  const daily = account.budget?.period === "day" ? account.budget : null;
  const spent = formatCost(account.today.cost_nusd);
  return (
    <footer class="foot stack s1">
      <div class="row">
        <span>{words.today}</span>
        <b class="b">{spent}</b>
        {daily !== null && <span class="m3">of {formatLimit(daily.cap_nusd)}</span>}
        <a class="end" href={`${snapshot.backend}/`} target="_blank" rel="noopener noreferrer">
          {words.openPortal}
        </a>
      </div>
      {daily !== null && (
        <Meter
          spent={account.today.cost_nusd}
          held={daily.held_nusd}
          cap={daily.cap_nusd}
          label={words.spent(spent, formatLimit(daily.cap_nusd))}
        />
      )}
    </footer>
  );
}
