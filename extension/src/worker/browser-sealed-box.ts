import { profileKey } from "../vault/profile-key";
import { NotOurSeal } from "./not-our-seal";
import type { SealedBox } from "./sealed-box";

const IV_BYTES = 12;

function sealingKey(): Promise<CryptoKey> {
  const make = () => crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
  return profileKey("at-rest", make);
}

function toText(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}

function toBytes(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
}

/** AES-256-GCM with a fresh nonce in front, under the profile's own key. */
export const browserSealedBox: SealedBox = {
  async seal(text) {
    const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
    const data = await crypto.subtle.encrypt(
      { name: "AES-GCM", iv },
      await sealingKey(),
      new TextEncoder().encode(text),
    );
    return toText(new Uint8Array([...iv, ...new Uint8Array(data)]));
  },
  async open(sealed) {
    const bytes = toBytes(sealed);
    const iv = bytes.subarray(0, IV_BYTES);
    const key = await sealingKey();
    try {
      const data = await crypto.subtle.decrypt({ name: "AES-GCM", iv }, key, bytes.subarray(IV_BYTES));
      return new TextDecoder().decode(data);
    } catch (cause) {
      throw new NotOurSeal("sealed by another browser profile", { cause });
    }
  },
};
