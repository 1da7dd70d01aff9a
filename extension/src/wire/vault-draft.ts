import type { WrapKind } from "./vault-state";

/** A data key, sealed for a challenge. */
export interface UnlockDraft {
  unlock_id: string;
  sealed: string;
  everywhere: boolean;
}

/** A way to unlock, as the client made it. */
export interface WrapDraft {
  kind: WrapKind;
  params: string;
  blob: string;
  label: string | null;
}

/** A new data key, sealed for a challenge, and the ways to unlock it. */
export interface LockedModeDraft {
  unlock_id: string;
  sealed: string;
  wraps: readonly WrapDraft[];
}
