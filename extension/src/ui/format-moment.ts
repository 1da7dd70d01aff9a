import { language } from "./language";
import { t } from "./t";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A moment as the popup shows it: `just now`, `2 min ago`, `3 h ago`, then `22 Nov, 14:32`, with the year before. */
export function formatMoment(at: Date, now: Date, locale: string | undefined = language.locale): string {
  const ago = now.getTime() - at.getTime();
  if (ago < MINUTE) return t("ago_now");
  if (ago < HOUR) return t("ago_minutes", { count: Math.floor(ago / MINUTE) });
  if (ago < DAY) return t("ago_hours", { count: Math.floor(ago / HOUR) });
  const year = at.getFullYear() === now.getFullYear() ? {} : ({ year: "numeric" } as const);
  const time = { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hour12: false } as const;
  return new Intl.DateTimeFormat(locale, { ...time, ...year }).format(at);
}
