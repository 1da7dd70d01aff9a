import { Aes256Gcm, CipherSuite, DhkemX25519HkdfSha256, HkdfSha256 } from "@hpke/core";
import type { VaultChallenge } from "../wire/vault-challenge";
import { base64url } from "./base64url";
import { sealedBlob } from "./sealed-blob";

/** The data key, sealed for a challenge: HPKE to the server's key of this hour, bound to who asks, for what, and until when. */
export async function letterFor(challenge: VaultChallenge, dek: Uint8Array<ArrayBuffer>): Promise<string> {
  const { deployment_id, account_id, client, unlock_id, dek_id, expires_s } = challenge;
  const info = sealedBlob.context("unlock", [deployment_id, account_id, client, unlock_id, dek_id, expires_s]);
  const kem = new DhkemX25519HkdfSha256();
  const suite = new CipherSuite({ kem, kdf: new HkdfSha256(), aead: new Aes256Gcm() });
  const recipientPublicKey = await kem.deserializePublicKey(base64url.bytes(challenge.node_key));
  const sender = await suite.createSenderContext({ recipientPublicKey, info });
  const sealed = new Uint8Array(await sender.seal(dek));
  return base64url.of(new Uint8Array([...new Uint8Array(sender.enc), ...sealed]));
}
