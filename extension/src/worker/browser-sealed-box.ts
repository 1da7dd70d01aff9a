import { NotOurSeal } from "./not-our-seal";
import type { SealedBox } from "./sealed-box";

const DATABASE = "satchel";
const STORE = "keys";
const NAME = "at-rest";
const IV_BYTES = 12;

function finished<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error("IndexedDB failed"));
  });
}

async function database(): Promise<IDBDatabase> {
  const request = indexedDB.open(DATABASE, 1);
  request.onupgradeneeded = () => request.result.createObjectStore(STORE);
  return finished(request);
}

/** The profile's own key: made on first use, not extractable, so that it can be used here and copied nowhere. */
async function profileKey(): Promise<CryptoKey> {
  const opened = await database();
  try {
    const there = await finished(opened.transaction(STORE).objectStore(STORE).get(NAME));
    if (there !== undefined) return there as CryptoKey;
    const made = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
    const writing = opened.transaction(STORE, "readwrite", { durability: "strict" });
    await finished(writing.objectStore(STORE).put(made, NAME));
    return made;
  } finally {
    opened.close();
  }
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
      await profileKey(),
      new TextEncoder().encode(text),
    );
    return toText(new Uint8Array([...iv, ...new Uint8Array(data)]));
  },
  async open(sealed) {
    const bytes = toBytes(sealed);
    const iv = bytes.subarray(0, IV_BYTES);
    const key = await profileKey();
    try {
      const data = await crypto.subtle.decrypt({ name: "AES-GCM", iv }, key, bytes.subarray(IV_BYTES));
      return new TextDecoder().decode(data);
    } catch (cause) {
      throw new NotOurSeal("sealed by another browser profile", { cause });
    }
  },
};
