import { base64url } from "../vault/base64url";
import { profileKey } from "../vault/profile-key";
import type { ProofKey } from "./proof-key";

const ID_BYTES = 16;

function keyPair(): Promise<CryptoKeyPair> {
  const make = () => crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, false, ["sign", "verify"]);
  return profileKey("proof", make);
}

function utf8(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

async function digest(text: string): Promise<string> {
  return base64url.of(new Uint8Array(await crypto.subtle.digest("SHA-256", utf8(text))));
}

/** The public half, its members in the order that a thumbprint wants. */
async function publicHalf(pair: CryptoKeyPair) {
  const { crv, kty, x, y } = await crypto.subtle.exportKey("jwk", pair.publicKey);
  return { crv, kty, x, y };
}

/** An ECDSA key of this browser profile; its private half never leaves the browser's own keeping. */
export const browserProofKey: ProofKey = {
  async thumbprint() {
    return digest(JSON.stringify(await publicHalf(await keyPair())));
  },
  async proof({ method, address, token, nonce, atMs }) {
    const pair = await keyPair();
    const header = { typ: "dpop+jwt", alg: "ES256", jwk: await publicHalf(pair) };
    const claims = {
      jti: base64url.of(crypto.getRandomValues(new Uint8Array(ID_BYTES))),
      htm: method,
      htu: address,
      iat: Math.floor(atMs / 1000),
      ...(token === undefined ? {} : { ath: await digest(token) }),
      ...(nonce ? { nonce } : {}),
    };
    const said = [header, claims].map((part) => base64url.of(utf8(JSON.stringify(part)))).join(".");
    const signature = await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, pair.privateKey, utf8(said));
    return `${said}.${base64url.of(new Uint8Array(signature))}`;
  },
};
