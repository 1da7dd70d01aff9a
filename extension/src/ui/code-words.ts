import { language } from "./language";
import type { MessageKey } from "./message-key";
import { t } from "./t";

/** Failures whose message says more than their code: a provider's own words, names, amounts. */
const TELLING = new Set([
  "malformed_request",
  "unknown_model",
  "unsupported_feature",
  "context_too_long",
  "model_not_granted",
  "capability_not_granted",
  "budget_exceeded",
  "plugin_refused",
  "key_missing",
  "key_gone",
  "key_rejected",
  "key_forbidden",
  "key_exhausted",
  "provider_unavailable",
  "provider_timeout",
  "provider_throttled",
  "provider_refused",
  "content_filtered",
  "provider_garbled",
  "stream_broken",
  "all_routes_failed",
]);

/**
 * What a stable code means, in the person's language. The server's own message is English: there it is the better sentence; in another
 * language it follows as a quotation where it says more. A code that we do not know leaves only the message.
 */
export function codeWords(code: string | null, message: string, places: Readonly<Record<string, string>> = {}): string {
  const isKnown = code !== null && Object.hasOwn(language.messages, `error_${code}`);
  if (message !== "" && (language.name === "en" || !isKnown)) return message;
  if (!isKnown) return code ?? "";
  const sentence = t(`error_${code}` as MessageKey, places);
  return message !== "" && TELLING.has(code) ? t("error_inFull", { sentence, words: message }) : sentence;
}
