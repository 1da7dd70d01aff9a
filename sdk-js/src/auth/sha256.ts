import { toBase64Url } from "./toBase64Url.js";

/** Return the SHA-256 of a text in base64url: PKCE's S256 challenge of a verifier. Needs a secure context. */
export async function sha256(text: string): Promise<string> {
  return toBase64Url(new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text))));
}
