import type { VaultChallenge } from "../wire/vault-challenge";
import type { WrapDraft } from "../wire/vault-draft";
import { base64url } from "./base64url";
import type { DeviceSecret } from "./device-secret";
import { sealedBlob } from "./sealed-blob";
import { wrapContext } from "./wrap-context";
import { wrapKeyFrom } from "./wrap-key-from";
import { wrapParams } from "./wrap-params";

type Bytes = Uint8Array<ArrayBuffer>;

/** The way to unlock that asks nobody: by a key that this browser holds. Without Argon2, which a worker need not carry. */
export const deviceWay = {
  /** A wrap of the data key that this device opens. */
  async draft(challenge: VaultChallenge, dek: Bytes, secretOf: DeviceSecret): Promise<WrapDraft> {
    const params = wrapParams.fresh();
    const key = await keyOf(challenge, params, secretOf);
    const blob = await sealedBlob.seal(key, dek, wrapContext(challenge, "device", params));
    key.fill(0);
    return { kind: "device", params, blob: base64url.of(blob), label: null };
  },

  /** The data key; null where the wrap is gone, or not this device's. */
  async open(challenge: VaultChallenge, wrapId: string, secretOf: DeviceSecret): Promise<Bytes | null> {
    const wrap = challenge.wraps.find(({ id, kind }) => id === wrapId && kind === "device");
    if (wrap === undefined) return null;
    const key = await keyOf(challenge, wrap.params, secretOf);
    const dek = await sealedBlob.open(key, base64url.bytes(wrap.blob), wrapContext(challenge, "device", wrap.params));
    key.fill(0);
    return dek;
  },
};

async function keyOf({ account_id }: VaultChallenge, params: string, secretOf: DeviceSecret): Promise<Bytes> {
  const { salt } = wrapParams.read(params, false);
  return wrapKeyFrom("device", new Uint8Array([...salt, ...(await secretOf(account_id, salt))]));
}
