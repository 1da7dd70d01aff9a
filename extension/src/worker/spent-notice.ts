import { browser } from "wxt/browser";
import { formatCost } from "../ui/format-cost";
import { formatLimit } from "../ui/format-limit";
import { OptionsSection } from "../ui/options-section";
import { t } from "../ui/t";
import type { Grant } from "../wire/grant";
import { extensionUrl } from "./extension-url";
import { speakChosen } from "./speak-chosen";

const PREFIX = "nearly:";

/** A notification of the system, in the person's language: which site, how much of what. A click leads to the site's limits. */
export const spentNotice = {
  async show({ id, origin, caveats: { budget } }: Grant): Promise<void> {
    if (budget === null) return;
    await speakChosen();
    await browser.notifications.create(PREFIX + id, {
      type: "basic",
      iconUrl: extensionUrl("icon/128.png"),
      title: t("notice_nearly", { site: new URL(origin).host }),
      message: t("notice_nearlyText", {
        spent: formatCost(budget.spent_nusd),
        limit: t(`period_ofLimit_${budget.period}`, { limit: formatLimit(budget.cap_nusd) }),
      }),
    });
  },

  /** A notification outlives the worker, so the click may be what starts it. */
  listen(): void {
    browser.notifications.onClicked.addListener((id) => {
      if (!id.startsWith(PREFIX)) return;
      void browser.notifications.clear(id);
      void browser.tabs.create({ url: extensionUrl(OptionsSection.address("sites", id.slice(PREFIX.length))) });
    });
  },
};
