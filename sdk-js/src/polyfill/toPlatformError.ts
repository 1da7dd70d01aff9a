import { SatchelError } from "../errors/SatchelError.js";
import { toSatchelError } from "../errors/toSatchelError.js";
import { fault } from "./fault.js";
import { quotaExceeded } from "./quotaExceeded.js";

const BY_SATCHEL_CODE: Readonly<Record<string, string>> = {
  content_filtered: "NotReadableError",
  unsupported_feature: "NotSupportedError",
};
const BY_CODE: ReadonlyMap<number, string> = new Map([
  [4001, "NotAllowedError"],
  [4020, "NotAllowedError"],
  [4100, "NotAllowedError"],
  [4200, "NotSupportedError"],
]);

/**
 * Turn what a request failed with into the error that the specification has for it; its `cause` is the whole story.
 *
 * Source: Prompt API, "Errors": NotAllowedError, NotReadableError and NotSupportedError where they fit, else UnknownError.
 */
export function toPlatformError(error: unknown): unknown {
  if (error instanceof DOMException || error instanceof TypeError || error instanceof RangeError) return error;
  const known = error instanceof SatchelError ? error : toSatchelError(error);
  if (!(known instanceof SatchelError)) return known;
  const { code, satchelCode = "", shortMessage } = known;
  if (satchelCode === "context_too_long") {
    const { requested, limit } = known.data;
    return Object.assign(quotaExceeded(count(requested), count(limit)), { cause: known });
  }
  return fault(BY_SATCHEL_CODE[satchelCode] ?? BY_CODE.get(code) ?? "UnknownError", shortMessage, known);
}

function count(value: unknown): number {
  return typeof value === "number" ? value : 0;
}
