import { argon2idAsync } from "@noble/hashes/argon2.js";
import type { WrapKind } from "../wire/vault-state";
import { wrapParams } from "./wrap-params";

type Bytes = Uint8Array<ArrayBuffer>;

const utf8 = new TextEncoder();

/** The key that a wrap is sealed under, from what the person has: words they know, or bytes. Words take some seconds, on purpose. */
export async function wrappingKey(kind: WrapKind, secret: string | Bytes, params: string): Promise<Bytes> {
  const { salt, costs } = wrapParams.read(params, kind === "passphrase");
  const stretched =
    typeof secret === "string"
      ? await argon2idAsync(utf8.encode(secret.normalize("NFKC")), salt, { ...costs, dkLen: 32, asyncTick: 50 })
      : new Uint8Array([...salt, ...secret]);
  const material = await crypto.subtle.importKey("raw", new Uint8Array(stretched), "HKDF", false, ["deriveBits"]);
  stretched.fill(0);
  const info = utf8.encode(`satchel/v1/wk${kind}`);
  const how = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(0), info };
  return new Uint8Array(await crypto.subtle.deriveBits(how, material, 256));
}
