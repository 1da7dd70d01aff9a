import { argon2idAsync } from "@noble/hashes/argon2.js";
import type { WrapKind } from "../wire/vault-state";
import { wrapKeyFrom } from "./wrap-key-from";
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
  return wrapKeyFrom(kind, new Uint8Array(stretched));
}
