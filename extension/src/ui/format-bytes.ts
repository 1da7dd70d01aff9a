import { language } from "./language";

const STEPS = [
  [1e6, "megabyte"],
  [1e3, "kilobyte"],
  [1, "byte"],
] as const;

/** The size of a file, at most three digits: `812 byte`, `41 kB`, `1.2 MB`. */
export function formatBytes(bytes: number, locale: string | undefined = language.locale): string {
  const [step, unit] = STEPS.find(([size]) => bytes >= size) ?? [1, "byte"];
  const amount = bytes / step;
  const maximumFractionDigits = amount < 10 && step > 1 ? 1 : 0;
  return new Intl.NumberFormat(locale, { style: "unit", unit, maximumFractionDigits }).format(amount);
}
