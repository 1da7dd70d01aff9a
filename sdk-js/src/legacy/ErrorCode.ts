/** What a legacy call rejects with, as a bare string. */
// biome-ignore lint/style/noEnum: the original exports an enum, and old code uses its members as types
export enum ErrorCode {
  NotAuthenticated = "NOT_AUTHENTICATED",
  PermissionDenied = "PERMISSION_DENIED",
  RequestNotFound = "REQUEST_NOT_FOUND",
  InvalidRequest = "INVALID_REQUEST",
  PaymentRequired = "PAYMENT_REQUIRED",
  ModelRejectedRequest = "MODEL_REJECTED_REQUEST",
}

/** Tell whether a rejection is exactly one of the codes; `"MODEL_REJECTED_REQUEST: 429: …"` is not. */
export function isKnownError(err: string): err is ErrorCode {
  return (Object.values(ErrorCode) as string[]).includes(err);
}
