import { language } from "./language";

/** A day with its year, for what ends then: `30 Nov 2026`. */
export function formatDate(at: Date, locale: string | undefined = language.locale): string {
  return new Intl.DateTimeFormat(locale, { day: "numeric", month: "short", year: "numeric" }).format(at);
}
