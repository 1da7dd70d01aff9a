import { isRecord } from "../isRecord.js";

/** What a server issued. */
export interface Tokens {
  access: string;
  refresh: string;
  /** When the access token ends, in milliseconds since 1970. */
  expiresAtMs: number;
  /** The hashes of the refresh tokens that these came of, the latest first: by them a tab knows that its own was used. */
  past?: readonly unknown[];
}

/** Tell whether what was kept in storage are tokens. */
export function isTokens(value: unknown): value is Tokens {
  return (
    isRecord(value) &&
    typeof value.access === "string" &&
    typeof value.refresh === "string" &&
    typeof value.expiresAtMs === "number" &&
    Array.isArray(value.past ?? [])
  );
}
