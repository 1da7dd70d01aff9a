import type { Account } from "@wire/account";
import type { GenerationPage } from "@wire/generation-page";
import type { Grant } from "@wire/grant";
import type { VaultState } from "@wire/vault-state";
import type { Key } from "./Key";
import type { PortalApi } from "./PortalApi";
import type { Resource } from "./useResource";

/** What only this page did just now, said once; `undo` when it can be undone. */
export interface Toast {
  text: string;
  undo?: () => Promise<void>;
}

/** What every page of the portal is given. */
export interface ViewProps {
  api: PortalApi;
  account: Resource<Account>;
  grants: Resource<Grant[]>;
  keys: Resource<Key[]>;
  generations: Resource<GenerationPage>;
  vault: Resource<VaultState>;
  toast(toast: Toast): void;
}
