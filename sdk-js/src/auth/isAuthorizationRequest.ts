import { isRecord } from "../isRecord.js";

/** Who asks, for what, and where the answer goes. */
export interface AppOptions {
  clientId: string;
  redirectUri: string;
  scopes: readonly string[];
}

/** One question to the person, from leaving the page until the code is back. Plain data: it outlives a redirect in storage. */
export interface AuthorizationRequest {
  state: string;
  verifier: string;
  issuer: string;
  clientId: string;
  redirectUri: string;
}

/** Tell whether what was kept over a redirect is a request of ours. */
export function isAuthorizationRequest(value: unknown): value is AuthorizationRequest {
  const fields = ["state", "verifier", "issuer", "clientId", "redirectUri"];
  return isRecord(value) && fields.every((name) => typeof value[name] === "string");
}
