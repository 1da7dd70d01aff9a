import { toBase64Url } from "./toBase64Url.js";

/** Return `bytes` random bytes in base64url. */
export function randomText(bytes: number): string {
  return toBase64Url(crypto.getRandomValues(new Uint8Array(bytes)));
}
