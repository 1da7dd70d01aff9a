import { isRecord } from "../wire/is-record";

/** What a server says of itself. */
export interface ServerFacts {
  /** Its own address for itself; null where it does not say. */
  issuer: string | null;
  /** How far its clock is ahead of ours. */
  aheadMs: number;
  /** What it wants to see in the next proof, if it wants anything. */
  nonce: string | null;
}

/** Asks a server who it is and what time it is there. Rejects when nobody answers within `timeoutMs`. */
export async function serverFacts(backend: string, fetch: typeof globalThis.fetch, timeoutMs: number) {
  const url = `${backend}/.well-known/oauth-authorization-server`;
  const response = await fetch(url, { credentials: "omit", cache: "no-store", signal: AbortSignal.timeout(timeoutMs) });
  const said: unknown = await response.json().catch(() => null);
  const aheadMs = Date.parse(response.headers.get("Date") ?? "") - Date.now();
  return {
    issuer: isRecord(said) && typeof said["issuer"] === "string" ? said["issuer"] : null,
    aheadMs: Number.isNaN(aheadMs) ? 0 : aheadMs,
    nonce: response.headers.get("DPoP-Nonce"),
  } satisfies ServerFacts;
}
