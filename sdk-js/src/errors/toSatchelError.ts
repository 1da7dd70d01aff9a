import { isRecord } from "../isRecord.js";
import { BudgetExceeded } from "./BudgetExceeded.js";
import { InvalidRequest } from "./InvalidRequest.js";
import { NotConnected } from "./NotConnected.js";
import { PermissionDenied } from "./PermissionDenied.js";
import { ProviderFailed } from "./ProviderFailed.js";
import { RateLimited } from "./RateLimited.js";
import { type ErrorData, SatchelError } from "./SatchelError.js";
import { UnsupportedMethod } from "./UnsupportedMethod.js";

const INTERNAL = -32603;
const CLASSES: ReadonlyMap<number, typeof SatchelError> = new Map<number, typeof SatchelError>([
  [4001, PermissionDenied],
  [4020, BudgetExceeded],
  [4100, PermissionDenied],
  [4200, UnsupportedMethod],
  [-32601, UnsupportedMethod],
  [4290, RateLimited],
  [-32005, RateLimited],
  [4300, ProviderFailed],
  [4900, NotConnected],
  [4901, NotConnected],
  [-32600, InvalidRequest],
  [-32602, InvalidRequest],
]);

/**
 * Turn what a transport rejected with into the class of its code.
 *
 * An `AbortError` is the caller's own deed and comes back as it is, with its `usage` and `cost`.
 */
export function toSatchelError(cause: unknown): Error {
  if (cause instanceof SatchelError) return cause;
  const { name, code, message, data } = fieldsOf(cause);
  if (name === "AbortError") return cause as Error;
  const known = typeof code === "number" ? code : INTERNAL;
  const SomeError = CLASSES.get(known) ?? SatchelError;
  return new SomeError(known, message, data, { cause });
}

function fieldsOf(cause: unknown): { name?: unknown; code?: unknown; message: string; data: ErrorData } {
  if (!isRecord(cause)) return { message: String(cause), data: {} };
  const { name, code, message, data } = cause;
  return {
    name,
    code,
    message: typeof message === "string" && message ? message : "Satchel failed without saying why.",
    data: isRecord(data) ? data : {},
  };
}
