/** Sealed blobs, version 1, with nothing but WebCrypto. The format: docs/explanation/sealed-blobs.md. */

type Bytes = Uint8Array<ArrayBuffer>;

const VERSION = 1;
const SALT_BYTES = 32;
const COMMIT_BYTES = 32;
const TAG_BYTES = 16;
const BLOCK_BYTES = 64;
const LENGTH_BYTES = 4;
const HEAD_BYTES = 1 + SALT_BYTES + COMMIT_BYTES;
const NONCE = new Uint8Array(12);
const utf8 = new TextEncoder();

export const sealedBlob = {
  /** The context of a blob: each field behind its length, so that no two lists of fields read the same. */
  context(purpose: string, fields: readonly (string | number)[]): Bytes {
    return concat(["satchel/v1", purpose, ...fields].map((field) => prefixed(utf8.encode(String(field)))));
  },

  /** Seals under a key of 32 bytes. `salt` is for tests; it is never used twice. */
  async seal(
    key: Bytes,
    secret: Bytes,
    context: Bytes,
    salt: Bytes = crypto.getRandomValues(new Uint8Array(SALT_BYTES)),
  ) {
    const padded = new Uint8Array(Math.ceil((secret.length + LENGTH_BYTES) / BLOCK_BYTES) * BLOCK_BYTES);
    padded.set(prefixed(secret));
    const keys = await derive(key, salt, context);
    const cipher = await cipherOf(keys, "encrypt");
    const sealed = new Uint8Array(await crypto.subtle.encrypt(algorithm(context), cipher, padded));
    const blob = concat([new Uint8Array([VERSION]), salt, keys.slice(COMMIT_BYTES), sealed]);
    padded.fill(0);
    keys.fill(0);
    return blob;
  },

  /** What was sealed, or null: wrong key, wrong context, changed bytes or unknown version; nothing says which. */
  async open(key: Bytes, blob: Bytes, context: Bytes): Promise<Bytes | null> {
    const sealedBytes = blob.length - HEAD_BYTES - TAG_BYTES;
    if (blob[0] !== VERSION || sealedBytes < BLOCK_BYTES || sealedBytes % BLOCK_BYTES !== 0) return null;
    const keys = await derive(key, blob.slice(1, 1 + SALT_BYTES), context);
    if (!isSame(keys.slice(COMMIT_BYTES), blob.slice(1 + SALT_BYTES, HEAD_BYTES))) return null;
    try {
      const cipher = await cipherOf(keys, "decrypt");
      const padded = await crypto.subtle.decrypt(algorithm(context), cipher, blob.slice(HEAD_BYTES));
      return withoutPadding(new Uint8Array(padded));
    } catch {
      return null;
    } finally {
      keys.fill(0);
    }
  },
};

function algorithm(context: Bytes): AesGcmParams {
  return { name: "AES-GCM", iv: NONCE, additionalData: context };
}

function cipherOf(keys: Bytes, use: "encrypt" | "decrypt"): Promise<CryptoKey> {
  return crypto.subtle.importKey("raw", keys.slice(0, COMMIT_BYTES), "AES-GCM", false, [use]);
}

async function derive(key: Bytes, salt: Bytes, context: Bytes): Promise<Bytes> {
  const secret = await crypto.subtle.importKey("raw", key, "HKDF", false, ["deriveBits"]);
  const info = concat([utf8.encode("satchel/v1/seal"), context]);
  return new Uint8Array(await crypto.subtle.deriveBits({ name: "HKDF", hash: "SHA-256", salt, info }, secret, 512));
}

function withoutPadding(padded: Bytes): Bytes | null {
  const end = LENGTH_BYTES + new DataView(padded.buffer).getUint32(0);
  const isWhole = Math.ceil(end / BLOCK_BYTES) * BLOCK_BYTES === padded.length;
  return isWhole && padded.slice(end).every((byte) => byte === 0) ? padded.slice(LENGTH_BYTES, end) : null;
}

function isSame(one: Bytes, other: Bytes): boolean {
  return one.reduce((difference, byte, at) => difference | (byte ^ (other[at] ?? -1)), one.length ^ other.length) === 0;
}

function prefixed(part: Bytes): Bytes {
  const length = new Uint8Array(LENGTH_BYTES);
  new DataView(length.buffer).setUint32(0, part.length);
  return concat([length, part]);
}

function concat(parts: readonly Bytes[]): Bytes {
  return new Uint8Array(parts.flatMap((part) => [...part]));
}
