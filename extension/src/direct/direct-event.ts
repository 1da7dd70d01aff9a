import type { RpcFailure } from "../wire/rpc-failure";
import type { StreamEvent } from "../wire/stream-event";
import type { UsageFacts } from "../wire/usage-facts";

/** Why an answer is over, in the words that the backend uses, too. */
export type EndReason = "stop" | "length" | "tool_calls" | "content_filter";

/** What comes over a direct route: tries that failed, then increments, then one end. `usage` is null where nobody counted. */
export type DirectEvent =
  | StreamEvent
  | { type: "failed"; error: RpcFailure }
  | { type: "end"; reason: EndReason; usage: UsageFacts | null };
