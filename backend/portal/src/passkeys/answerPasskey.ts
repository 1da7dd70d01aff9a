import {
  type PublicKeyCredentialCreationOptionsJSON,
  type PublicKeyCredentialRequestOptionsJSON,
  startAuthentication,
  startRegistration,
} from "@simplewebauthn/browser";

/** What the server asks an authenticator for: to make a passkey, or to use one. */
export type PasskeyOptions =
  | ({ rp: unknown } & PublicKeyCredentialCreationOptionsJSON)
  | ({ rp?: never } & PublicKeyCredentialRequestOptionsJSON);

/**
 * Have the person make or use a passkey; return the answer as JSON.
 *
 * What a PRF derived stays here: it opens the vault, and the server must never see it.
 */
export async function answerPasskey(options: PasskeyOptions): Promise<object> {
  if (options.rp === undefined) {
    const answer = await startAuthentication({ optionsJSON: options });
    return { ...answer, clientExtensionResults: {} };
  }
  const answer = await startRegistration({ optionsJSON: options });
  const results = answer.clientExtensionResults as { prf?: { enabled?: boolean } };
  return { ...answer, clientExtensionResults: { prf: { enabled: results.prf?.enabled === true } } };
}
