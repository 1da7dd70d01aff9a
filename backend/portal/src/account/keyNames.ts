import type { Key } from "./Key";
import { providerName } from "./providers";

/** Return what a key goes by, and what it is: its label and provider, or the provider alone. */
export function keyNames({ label, provider }: Pick<Key, "label" | "provider">): [name: string, kind: string | null] {
  return label ? [label, providerName(provider)] : [providerName(provider), null];
}
