import { providers } from "@data/providers.toml";

/** What the form knows about a provider: a row of the backend's `data/providers.toml`, read when the portal is built. */
export interface ProviderChoice {
  id: string;
  name: string;
  /** Where it listens; empty where the person gives the address. */
  baseUrl: string;
  needsKey: boolean;
  local: boolean;
  /** Where a person gets a key. */
  keyPage: string | null;
}

const ALL: readonly ProviderChoice[] = providers.map((row) => ({
  id: row.id,
  name: row.name,
  baseUrl: row.base_url ?? "",
  needsKey: row.needs_key ?? true,
  local: row.local ?? false,
  keyPage: row.key_page ?? null,
}));

/** All providers that take a key or an address, in the file's order. The built-in model takes neither. */
export const PROVIDERS: readonly ProviderChoice[] = ALL.filter(({ id }) => id !== "builtin");

/** Return what is known about a provider. */
export function providerOf(id: string): ProviderChoice | undefined {
  return ALL.find((provider) => provider.id === id);
}

/** Return a provider's name; one that is not known here goes by its id. */
export function providerName(id: string): string {
  return providerOf(id)?.name ?? id;
}
