import { language } from "./language";

/** A time to come: the clock today, the weekday with it on another day. */
export function formatUntil(at: Date, now: Date, locale: string | undefined = language.locale): string {
  const isToday = at.toDateString() === now.toDateString();
  const day = isToday ? {} : ({ weekday: "short" } as const);
  return new Intl.DateTimeFormat(locale, { ...day, hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(at);
}
