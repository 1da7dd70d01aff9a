import type { RpcFailure } from "../wire/rpc-failure";

/** The `Error` a page's promise rejects with: an own `code`, and `data` that may be looked into. */
export function providerError(failure: RpcFailure): Error {
  const error = new Error(failure.message) as Error & { code: number; data: unknown };
  error.name = "SatchelError";
  error.code = failure.code;
  error.data = failure.data ?? {};
  return error;
}
