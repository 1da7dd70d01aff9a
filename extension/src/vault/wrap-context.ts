import type { VaultChallenge } from "../wire/vault-challenge";
import type { WrapKind } from "../wire/vault-state";
import { sealedBlob } from "./sealed-blob";

/** What a wrap is bound to: whose data key it holds, which one, and how its own key is derived. */
export function wrapContext(challenge: VaultChallenge, kind: WrapKind, params: string): Uint8Array<ArrayBuffer> {
  const { deployment_id, account_id, dek_id, dek_version } = challenge;
  return sealedBlob.context("dek-wrap", [deployment_id, account_id, dek_id, dek_version, kind, params]);
}
