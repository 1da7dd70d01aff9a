import type { VaultChallenge } from "../wire/vault-challenge";
import type { WrapDraft } from "../wire/vault-draft";
import type { VaultState, WrapKind } from "../wire/vault-state";
import { WorkerFault } from "../wire/worker-fault";
import { base64url } from "./base64url";
import type { DeviceSecret } from "./device-secret";
import { deviceWay } from "./device-way";
import { letterFor } from "./letter-for";
import { passkeySecret } from "./passkey-secret";
import { recoveryCode } from "./recovery-code";
import { sealedBlob } from "./sealed-blob";
import type { VaultDoor, VaultDoors } from "./vault-door";
import { wrapContext } from "./wrap-context";
import { wrapParams } from "./wrap-params";
import { wrappingKey } from "./wrapping-key";

type Bytes = Uint8Array<ArrayBuffer>;
type Secret = string | Bytes;

const DEK_BYTES = 32;

/** The person's half of a locked vault: data keys are made, wrapped and opened here, and leave as ciphertext for the server's key only. */
export const vaultClient = {
  /**
   * Unlocks by a passphrase or a recovery code, whichever it is; a fault if neither opens it. With `deviceSecret` this
   * browser unlocks it without asking from then on.
   */
  async unlockByWords(
    door: VaultDoor,
    words: string,
    everywhere: boolean,
    deviceSecret: DeviceSecret | null = null,
  ): Promise<VaultState> {
    const recovery = await recoveryCode.read(words);
    const challenge = await door.beginUnlock();
    const dek =
      (recovery && (await open(challenge, "recovery", recovery))) ?? (await open(challenge, "passphrase", words));
    if (dek === null) throw wrongWords();
    const device = deviceSecret && (await deviceWay.draft(challenge, dek, deviceSecret));
    return bring(door, challenge, dek, everywhere, device);
  },

  /** Unlocks by a passkey that derives keys: of this page's host, or of `rpId`. With `deviceSecret` as by words. */
  async unlockByPasskey(
    door: VaultDoor,
    everywhere: boolean,
    { rpId = null, deviceSecret = null }: { rpId?: string | null; deviceSecret?: DeviceSecret | null } = {},
  ): Promise<VaultState> {
    const challenge = await door.beginUnlock();
    const dek = await openByPasskey(challenge, rpId);
    const device = deviceSecret && (await deviceWay.draft(challenge, dek, deviceSecret));
    return bring(door, challenge, dek, everywhere, device);
  },

  /** Makes a new data key and switches locked mode on, or begins it anew; `recovery` is what the code on paper says. */
  async switchOn(door: VaultDoors, passphrase: string, recovery: Bytes): Promise<VaultState> {
    const challenge = await door.beginLockedMode();
    const dek = crypto.getRandomValues(new Uint8Array(DEK_BYTES));
    const wraps = [
      await wrap(challenge, "passphrase", passphrase, dek, wrapParams.fresh(wrapParams.costs)),
      await wrap(challenge, "recovery", recovery, dek, wrapParams.fresh()),
    ];
    const sealed = await letterFor(challenge, dek);
    dek.fill(0);
    return door.switchOn({ unlock_id: challenge.unlock_id, sealed, wraps });
  },

  /** Adds a passkey to the ways to unlock. The passphrase or recovery code opens the data key once more. */
  async addPasskey(door: VaultDoors, words: string, label: string | null): Promise<void> {
    const challenge = await door.beginUnlock();
    const recovery = await recoveryCode.read(words);
    const dek =
      (recovery && (await open(challenge, "recovery", recovery))) ?? (await open(challenge, "passphrase", words));
    if (dek === null) throw wrongWords();
    const params = wrapParams.fresh();
    const { secret, credentialId } = await passkeySecret(challenge.account_id, saltOf(params), null, null);
    const named = JSON.stringify({ ...JSON.parse(params), credential_id: base64url.of(credentialId) });
    const draft = await wrap(challenge, "passkey_prf", secret, dek, named);
    dek.fill(0);
    await door.addWrap({ ...draft, label });
  },
};

function wrongWords(): WorkerFault {
  return new WorkerFault("That does not open the vault. Check what you typed.", { code: "wrong_words" });
}

async function bring(
  door: VaultDoor,
  challenge: VaultChallenge,
  dek: Bytes,
  everywhere: boolean,
  device: WrapDraft | null = null,
): Promise<VaultState> {
  const sealed = await letterFor(challenge, dek);
  dek.fill(0);
  return door.unlock({ unlock_id: challenge.unlock_id, sealed, everywhere }, device);
}

async function open(challenge: VaultChallenge, kind: WrapKind, secret: Secret): Promise<Bytes | null> {
  for (const { params, blob } of challenge.wraps.filter((each) => each.kind === kind)) {
    const key = await wrappingKey(kind, secret, params);
    const dek = await sealedBlob.open(key, base64url.bytes(blob), wrapContext(challenge, kind, params));
    key.fill(0);
    if (dek !== null) return dek;
  }
  return null;
}

async function openByPasskey(challenge: VaultChallenge, rpId: string | null): Promise<Bytes> {
  for (const { params, blob } of challenge.wraps.filter(({ kind }) => kind === "passkey_prf")) {
    const { salt, credentialId } = wrapParams.read(params, false);
    const { secret } = await passkeySecret(challenge.account_id, salt, credentialId, rpId);
    const key = await wrappingKey("passkey_prf", secret, params);
    const dek = await sealedBlob.open(key, base64url.bytes(blob), wrapContext(challenge, "passkey_prf", params));
    if (dek !== null) return dek;
  }
  throw new WorkerFault("No passkey of yours opens this vault.", { code: "passkey_foreign" });
}

async function wrap(
  challenge: VaultChallenge,
  kind: WrapKind,
  secret: Secret,
  dek: Bytes,
  params: string,
): Promise<WrapDraft> {
  const key = await wrappingKey(kind, secret, params);
  const blob = await sealedBlob.seal(key, dek, wrapContext(challenge, kind, params));
  key.fill(0);
  return { kind, params, blob: base64url.of(blob), label: null };
}

function saltOf(params: string): Bytes {
  return wrapParams.read(params, false).salt;
}
