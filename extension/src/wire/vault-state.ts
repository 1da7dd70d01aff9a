/** What the person needs to open a locked vault. */
export type WrapKind = "passphrase" | "recovery" | "passkey_prf" | "device";

/** One way to unlock, as it is listed. */
export interface VaultWrap {
  id: string;
  kind: WrapKind;
  label: string | null;
  created_at: string;
}

/** How things stand with the vault, for whoever asks: docs/reference/management-http.md. */
export interface VaultState {
  mode: "managed" | "locked";
  unlocked: boolean;
  everywhere: boolean;
  until_at: string | null;
  /** For how long it stays open without being used. */
  idle_s: number | null;
  /** No device opens it until somebody has unlocked it by hand, here or elsewhere. */
  locked_by_hand: boolean;
  wraps: readonly VaultWrap[];
}
