/**
 * Show a moment in a list: the time today, the date and time this year, with the year before.
 *
 * @param now The moment to compare with; the reader's own clock and zone decide what "today" is.
 */
export function formatMoment(moment: Date, now: Date, language?: string): string {
  const time = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", hour12: false }).format(moment);
  if (moment.toDateString() === now.toDateString()) return time;
  const sameYear = moment.getFullYear() === now.getFullYear();
  return `${formatDay(moment, sameYear, language)}, ${time}`;
}

/** Show a day: `30 Nov`, with its year when that is not this one. */
export function formatDay(moment: Date, sameYear: boolean, language?: string): string {
  const year = sameYear ? {} : ({ year: "numeric" } as const);
  return new Intl.DateTimeFormat(language, { day: "numeric", month: "short", ...year }).format(moment);
}
