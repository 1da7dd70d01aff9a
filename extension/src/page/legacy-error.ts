import { RpcCode } from "../wire/rpc-code";
import type { RpcFailure } from "../wire/rpc-failure";

function byStatus(failure: RpcFailure): string {
  const status = failure.data?.status ?? 502;
  if (status === 401) return "NOT_AUTHENTICATED";
  if (status === 402) return "PAYMENT_REQUIRED";
  return `MODEL_REJECTED_REQUEST: ${status}: ${failure.message}`;
}

/** The bare string that the original would have rejected with: window-ai.md §2.4, page-protocol.md "Error codes". */
export function legacyError(failure: RpcFailure): string {
  switch (failure.code) {
    case RpcCode.rejected:
    case RpcCode.unauthorized:
      return "PERMISSION_DENIED";
    case RpcCode.budgetExceeded:
      return "PAYMENT_REQUIRED";
    case RpcCode.unsupported:
    case RpcCode.methodNotFound:
    case RpcCode.invalidRequest:
    case RpcCode.invalidParams:
      return "INVALID_REQUEST";
    case RpcCode.rateLimited:
    case -32005:
      return `MODEL_REJECTED_REQUEST: 429: ${failure.message}`;
    case RpcCode.providerFailed:
      return byStatus(failure);
    case RpcCode.disconnected:
      return "NOT_AUTHENTICATED";
    default:
      return failure.message;
  }
}
