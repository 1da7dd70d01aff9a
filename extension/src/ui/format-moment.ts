const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A moment as the popup shows it: `just now`, `2 min ago`, `3 h ago`, then `22 Nov, 14:32`, with the year before. */
export function formatMoment(at: Date, now: Date, locale: string | undefined = undefined): string {
  const ago = now.getTime() - at.getTime();
  if (ago < MINUTE) return "just now";
  if (ago < HOUR) return `${Math.floor(ago / MINUTE)} min ago`;
  if (ago < DAY) return `${Math.floor(ago / HOUR)} h ago`;
  const year = at.getFullYear() === now.getFullYear() ? {} : ({ year: "numeric" } as const);
  const time = { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hour12: false } as const;
  return new Intl.DateTimeFormat(locale, { ...time, ...year }).format(at);
}
