import type { WrapKind } from "../wire/vault-state";

type Bytes = Uint8Array<ArrayBuffer>;

/** The key that a wrap is sealed under, from bytes that nobody can guess; they are wiped. */
export async function wrapKeyFrom(kind: WrapKind, material: Bytes): Promise<Bytes> {
  const key = await crypto.subtle.importKey("raw", material, "HKDF", false, ["deriveBits"]);
  material.fill(0);
  const info = new TextEncoder().encode(`satchel/v1/wk${kind}`);
  const how = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(0), info };
  return new Uint8Array(await crypto.subtle.deriveBits(how, key, 256));
}
