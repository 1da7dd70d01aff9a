import { RpcCode } from "../wire/rpc-code";
import { RpcFailure } from "../wire/rpc-failure";

const MESSAGES = {
  backend_unreachable: "Your Satchel does not answer",
  signed_out: "Satchel is not connected: sign in from its toolbar button",
  connection_lost: "The connection to your Satchel was lost and could not be restored",
  paused: "All sites are paused in Satchel",
} as const;

/** The failures that mean: there is nobody to ask. */
export function disconnected(satchelCode: keyof typeof MESSAGES, options?: ErrorOptions): RpcFailure {
  return new RpcFailure(RpcCode.disconnected, MESSAGES[satchelCode], { satchelCode }, options);
}
