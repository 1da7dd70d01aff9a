import type { Snapshot } from "../wire/snapshot";
import { formatCost } from "./format-cost";
import { formatLimit } from "./format-limit";
import { Meter } from "./meter";
import { t } from "./t";

/** What today cost, and the way to everything else. */
export function PopupFoot({ snapshot }: { snapshot: Snapshot }) {
  const { account } = snapshot;
  if (account === null)
    return (
      <footer class="foot row">
        <span class="m3">{t("popup_safe")}</span>
      </footer>
    );
  const daily = account.budget?.period === "day" ? account.budget : null;
  const spent = formatCost(account.today.cost_nusd);
  return (
    <footer class="foot stack s1">
      <div class="row">
        <span>{t("popup_today")}</span>
        <b class="b">{spent}</b>
        {daily !== null && <span class="m3">{t("popup_ofLimit", { limit: formatLimit(daily.cap_nusd) })}</span>}
        <a class="end" href={`${snapshot.backend}/`} target="_blank" rel="noopener noreferrer">
          {t("popup_openPortal")}
        </a>
      </div>
      {daily !== null && (
        <Meter
          spent={account.today.cost_nusd}
          held={daily.held_nusd}
          cap={daily.cap_nusd}
          label={t("popup_spent", { spent, cap: formatLimit(daily.cap_nusd) })}
        />
      )}
    </footer>
  );
}
