/** What may lie under `data` of an error; every field can be missing. */
export interface ErrorData {
  /** The backend's stable code, such as `unknown_model`. */
  satchelCode?: string;
  /** The provider that failed. */
  provider?: string;
  /** The HTTP status the provider answered with. */
  status?: number;
  /** The provider's own words. */
  message?: string;
  /** Seconds to wait before another try. */
  retryAfterS?: number;
  [field: string]: unknown;
}

/**
 * What every failed call rejects with, save for an aborted one (`AbortError`).
 *
 * Tell errors apart by class or by `code`; messages may change.
 */
export class SatchelError extends Error {
  /** The page protocol's code, such as 4001. */
  readonly code: number;
  readonly data: ErrorData;
  /** The backend's stable code, such as `unknown_model`, where there is one. */
  readonly satchelCode: string | undefined;
  /** The page of Satchel's documentation that explains this error. */
  readonly docs: string;

  constructor(code: number, message: string, data: ErrorData = {}) {
    super(message);
    this.name = "SatchelError";
    this.code = code;
    this.data = data;
    this.satchelCode = typeof data.satchelCode === "string" ? data.satchelCode : undefined;
    this.docs = this.satchelCode
      ? `docs/reference/errors.md#${this.satchelCode}`
      : "docs/reference/page-protocol.md#error-codes";
  }
}
