import { isRecord } from "../isRecord.js";
import { type InjectedProvider, isInjectedProvider } from "./InjectedProvider.js";

/** What an extension says of itself. Any extension can say anything: `rdns` proves nothing, and `icon` belongs into an `<img>`. */
export interface ProviderInfo {
  /** Another one each time the page loads. */
  uuid: string;
  name: string;
  /** A data URL of a square picture. */
  icon: string;
  /** Such as `dev.satchel`. */
  rdns: string;
  /** Of the page protocol: `1` is what this SDK speaks. */
  apiVersion: string;
  features: readonly string[];
}

/** An extension that carries models to pages, as it announced itself. */
export interface Announcement {
  info: ProviderInfo;
  provider: InjectedProvider;
}

const SPOKEN = /^1(\.|$)/;

/** Hear extensions that announce themselves now and later, until the function that is returned is called; others than we can speak with are left out. */
export function hearAnnouncements(heard: (announced: Announcement) => void): () => void {
  const hear = (event: Event) => {
    const { info, provider } = ((event as CustomEvent<unknown>).detail ?? {}) as Record<string, unknown>;
    if (!isRecord(info) || !isInjectedProvider(provider) || !SPOKEN.test(String(info.apiVersion))) return;
    heard({ info: info as unknown as ProviderInfo, provider });
  };
  window.addEventListener("ai:announceProvider", hear);
  window.dispatchEvent(new Event("ai:requestProvider"));
  return () => window.removeEventListener("ai:announceProvider", hear);
}
