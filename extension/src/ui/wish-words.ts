import type { Model } from "../wire/model";
import type { PermissionWish } from "../wire/permission-wish";
import { formatDate } from "./format-date";
import { formatLimit } from "./format-limit";
import { t } from "./t";

const NAMED = 3;

/** How a page itself asks to be narrowed, in words, one for each limit; empty where it does not. */
export function wishWords(wish: PermissionWish, models: readonly Model[]): string[] {
  const { budget, rate_per_minute: rate, expires_at: end } = wish;
  return [
    wish.models === null ? null : namesOf(wish.models, models),
    budget === null ? null : `${formatLimit(budget.cap_nusd)} ${t(`consent_periods_${budget.period}`)}`,
    rate === null ? null : t("consent_ratePerMinute", { count: rate }),
    end === null ? null : t("consent_untilDay", { day: formatDate(new Date(end)) }),
    wish.local_only ? t("sites_localOnly") : null,
    wish.max_tokens === null ? null : t("consent_tokensAtMost", { count: wish.max_tokens }),
    wish.no_tools ? t("consent_noTools") : null,
  ].filter((word) => word !== null);
}

function namesOf(ids: readonly string[], models: readonly Model[]): string {
  const names = ids.slice(0, NAMED).map((id) => models.find((model) => model.id === id)?.name ?? id);
  const more = ids.length - names.length;
  return more === 0 ? names.join(", ") : t("sites_andMore", { name: names.join(", "), count: more });
}
