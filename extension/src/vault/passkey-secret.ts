import { WorkerFault } from "../wire/worker-fault";

type Bytes = Uint8Array<ArrayBuffer>;

const LABEL = new TextEncoder().encode("satchel/v1/prf");

/**
 * What a passkey derives for an account and a salt, and which passkey it was. `credentialId` null lets the person choose one;
 * `rpId` is the host whose passkeys are meant, null that of the page.
 * The server never sees any of this: nobody is signed in by it.
 */
export async function passkeySecret(accountId: string, salt: Bytes, credentialId: Bytes | null, rpId: string | null) {
  const account = new TextEncoder().encode(accountId);
  const first = await crypto.subtle.digest("SHA-256", new Uint8Array([...LABEL, ...account, ...salt]));
  const found = await navigator.credentials.get({
    publicKey: {
      challenge: crypto.getRandomValues(new Uint8Array(32)),
      userVerification: "required",
      ...(rpId !== null && { rpId }),
      ...(credentialId !== null && { allowCredentials: [{ type: "public-key" as const, id: credentialId }] }),
      extensions: { prf: { eval: { first } } },
    },
  });
  if (!(found instanceof PublicKeyCredential)) {
    throw new WorkerFault("No passkey was chosen.", { code: "passkey_unchosen" });
  }
  const derived = found.getClientExtensionResults().prf?.results?.first;
  if (derived === undefined) {
    const message = "This passkey cannot derive keys. Choose another one, or a passphrase.";
    throw new WorkerFault(message, { code: "passkey_plain" });
  }
  return { secret: new Uint8Array(derived as ArrayBuffer), credentialId: new Uint8Array(found.rawId) };
}
