import { language } from "./language";

const STEPS = [
  [1e9, "G"],
  [1e6, "M"],
  [1e3, "k"],
] as const;

/** Token counts: exact below 10,000, then three significant digits: `3,816`, `41.2k`, `14.2M`. */
export function formatTokens(tokens: number, locale: string | undefined = language.locale): string {
  if (tokens < 10_000) return new Intl.NumberFormat(locale).format(tokens);
  const [size, letter] = STEPS.find(([step]) => tokens >= step * 0.9995) ?? [1, ""];
  const digits = new Intl.NumberFormat(locale, { maximumSignificantDigits: 3, minimumSignificantDigits: 3 });
  return digits.format(tokens / size) + letter;
}
