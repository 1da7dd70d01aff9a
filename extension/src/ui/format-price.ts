import { formatUsd } from "./format-usd";

/** A price per million tokens: two decimals, more where the price has more (`$0.075`). */
export function formatPrice(usdPerMtok: string): string {
  const usd = Number(usdPerMtok);
  const decimals = (usdPerMtok.split(".")[1] ?? "").replace(/0+$/, "").length;
  return formatUsd(usd, Math.min(6, Math.max(2, decimals)));
}
