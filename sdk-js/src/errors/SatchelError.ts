import type { ProviderBody } from "./ProviderBody.js";

/** What may lie under `data` of an error; every field can be missing. */
export interface ErrorData {
  /** The backend's stable code, such as `unknown_model`. */
  satchelCode?: string;
  /** The provider that failed. */
  provider?: string;
  /** The HTTP status the provider answered with. */
  status?: number;
  /** What happened, with the provider's own words. */
  message?: string;
  /** The field of the request that is at fault, in OpenAI's spelling. */
  param?: string;
  /** What the provider's error body says, as far as a page may read it. */
  body?: ProviderBody;
  /** Seconds to wait before another try. */
  retryAfterS?: number;
  [field: string]: unknown;
}

const DOCS = "https://satchel.dev/docs/reference";

/**
 * What every failed call rejects with, save for an aborted one (`AbortError`).
 *
 * Tell errors apart by class or by `code`; messages may change. Show people `shortMessage`.
 */
export class SatchelError extends Error {
  /** The page protocol's code, such as 4001. */
  readonly code: number;
  /** What happened in one sentence, fit to be shown; `message` adds where it is explained. */
  readonly shortMessage: string;
  readonly data: ErrorData;
  /** The backend's stable code, such as `unknown_model`, where there is one. */
  readonly satchelCode: string | undefined;
  /** The page of Satchel's documentation that explains this error. */
  readonly docsUrl: string;

  constructor(code: number, shortMessage: string, data: ErrorData = {}, options: ErrorOptions = {}) {
    const satchelCode = typeof data.satchelCode === "string" ? data.satchelCode : undefined;
    const docsUrl = satchelCode ? `${DOCS}/errors#${satchelCode}` : `${DOCS}/page-protocol#error-codes`;
    super(`${shortMessage}\nSee ${docsUrl}`, options);
    this.name = "SatchelError";
    this.code = code;
    this.shortMessage = shortMessage;
    this.data = data;
    this.satchelCode = satchelCode;
    this.docsUrl = docsUrl;
  }

  /** Return the first error in the chain of causes, this one first, that `matches`; without it the last of the chain. */
  walk(matches?: (error: unknown) => boolean): unknown {
    const seen = new Set<unknown>();
    let error: unknown = this;
    while (!seen.has(error)) {
      if (matches?.(error)) return error;
      seen.add(error);
      const cause = error instanceof Error ? error.cause : undefined;
      if (cause === undefined) break;
      error = cause;
    }
    return matches ? undefined : error;
  }
}
