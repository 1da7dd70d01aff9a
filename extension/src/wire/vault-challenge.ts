import type { WrapKind } from "./vault-state";

/** What a client needs to bring a data key; `wraps` are what it can open by what the person has. */
export interface VaultChallenge {
  unlock_id: string;
  deployment_id: string;
  account_id: string;
  client: string;
  dek_id: string;
  dek_version: number;
  expires_s: number;
  node_key: string;
  wraps: readonly { id: string; kind: WrapKind; label: string | null; params: string; blob: string }[];
}
