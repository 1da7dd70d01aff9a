import { language } from "./language";
import { t } from "./t";

/** Time taken, as lists show it: `0.4 ms`, `412 ms`, `9.4 s`, `1 min 12 s`. */
export function formatDuration(ms: number): string {
  if (ms < 10) return t("duration_ms", { amount: oneDecimal(ms) });
  if (ms < 999.5) return t("duration_ms", { amount: Math.round(ms) });
  if (ms < 59_950) return t("duration_s", { amount: oneDecimal(ms / 1000) });
  const seconds = Math.round(ms / 1000);
  return t("duration_min", { minutes: Math.floor(seconds / 60), seconds: seconds % 60 });
}

function oneDecimal(amount: number): string {
  const digits = { minimumFractionDigits: 1, maximumFractionDigits: 1 };
  return new Intl.NumberFormat(language.locale, digits).format(amount);
}
