import { language } from "./language";
import type { MessageKey } from "./message-key";
import { messageOf } from "./message-of";

/** A sentence in the person's language. Places are written `{name}`; numbers are written as the language writes them. */
export function t(key: MessageKey, values: Readonly<Record<string, string | number>> = {}): string {
  return messageOf(key, values["count"]).replace(/\{(\w+)\}/g, (place, name: string) => {
    const value = values[name];
    return typeof value === "number" ? new Intl.NumberFormat(language.locale).format(value) : (value ?? place);
  });
}
