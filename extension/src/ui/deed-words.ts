import type { SiteCapability } from "../../../sdk-js/src/Permission";
import type { MessageKey } from "./message-key";
import { t } from "./t";

/** What a site may do, or wants to, in words; empty where that is not narrowed. */
export function deedWords(capabilities: readonly SiteCapability[] | null): string {
  return (capabilities ?? []).map((one) => t(`consent_deed_${one.replace("model:", "")}` as MessageKey)).join(", ");
}
