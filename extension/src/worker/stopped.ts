import { RpcCode } from "../wire/rpc-code";
import { RpcFailure } from "../wire/rpc-failure";

/** The end of a request that its page, or the person, has thought better of. */
export function stopped(): RpcFailure {
  return new RpcFailure(RpcCode.rejected, "Stopped", { satchelCode: "cancelled" });
}
