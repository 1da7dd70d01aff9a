import type { VaultChallenge } from "../wire/vault-challenge";
import type { LockedModeDraft, UnlockDraft, WrapDraft } from "../wire/vault-draft";
import type { VaultState } from "../wire/vault-state";

/** The server's doors for unlocking, however they are reached. */
export interface VaultDoor {
  vault(): Promise<VaultState>;
  beginUnlock(): Promise<VaultChallenge>;
  /** `device` is a wrap that this browser opens, kept once the vault is unlocked. */
  unlock(draft: UnlockDraft, device?: WrapDraft | null): Promise<VaultState>;
  lock(): Promise<VaultState>;
}

/** All of them: what only the portal does. */
export interface VaultDoors extends VaultDoor {
  beginLockedMode(): Promise<VaultChallenge>;
  switchOn(draft: LockedModeDraft): Promise<VaultState>;
  switchOff(): Promise<VaultState>;
  /** Gives up a locked vault that nobody can open, with the keys in it. */
  startOver(): Promise<VaultState>;
  addWrap(draft: WrapDraft): Promise<unknown>;
  removeWrap(id: string): Promise<void>;
}
