import { browser } from "wxt/browser";
import { formatCost } from "../ui/format-cost";
import { formatLimit } from "../ui/format-limit";
import { t } from "../ui/t";
import type { Grant } from "../wire/grant";
import { extensionUrl } from "./extension-url";
import { speakChosen } from "./speak-chosen";

/** A notification of the system, in the person's language: which site, how much of what. */
export async function tellNearlySpent({ id, origin, caveats: { budget } }: Grant): Promise<void> {
  if (budget === null) return;
  await speakChosen();
  await browser.notifications.create(`nearly:${id}`, {
    type: "basic",
    iconUrl: extensionUrl("icon/128.png"),
    title: t("notice_nearly", { site: new URL(origin).host }),
    message: t("notice_nearlyText", {
      spent: formatCost(budget.spent_nusd),
      limit: t(`period_ofLimit_${budget.period}`, { limit: formatLimit(budget.cap_nusd) }),
    }),
  });
}
