import { language } from "./language";
import type { MessageKey } from "./message-key";

/** A message with its places still open: `{name}`. Where it has plural forms, `count` chooses one by the language's rules. */
export function messageOf(key: MessageKey, count: unknown): string {
  const found = language.messages as Record<string, { message: string }>;
  const form = typeof count === "number" ? new Intl.PluralRules(language.name).select(count) : "other";
  return (found[key] ?? found[`${key}_${form}`] ?? found[`${key}_other`])?.message ?? key;
}
