import { language } from "./language";

const cache = new Map<string, Intl.NumberFormat>();

/** Dollars with exactly so many decimals, in the page's language; the amount is in US$ as billed. */
export function formatUsd(usd: number, decimals: number, locale: string | undefined = language.locale): string {
  const key = `${locale ?? ""}:${decimals}`;
  let format = cache.get(key);
  if (format === undefined) {
    const digits = { minimumFractionDigits: decimals, maximumFractionDigits: decimals };
    const names = { style: "currency", currency: "USD", currencyDisplay: "narrowSymbol" } as const;
    format = new Intl.NumberFormat(locale, { ...names, ...digits });
    cache.set(key, format);
  }
  return format.format(usd);
}
