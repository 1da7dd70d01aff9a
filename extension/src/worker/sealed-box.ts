/** A value encrypted with a key that no script can read out: what lies in `storage.local` is useless elsewhere. */
export interface SealedBox {
  seal(text: string): Promise<string>;
  /** Throws `NotOurSeal` when the text was not sealed by this browser profile; anything else passes. */
  open(sealed: string): Promise<string>;
}
