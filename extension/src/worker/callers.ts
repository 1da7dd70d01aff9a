import type { Browser } from "wxt/browser";
import { RpcCode } from "../wire/rpc-code";
import { RpcFailure } from "../wire/rpc-failure";
import type { Caller } from "./caller";
import type { TopOrigins } from "./top-origins";

const LOOPBACK = new Set(["localhost", "127.0.0.1", "[::1]"]);

/** Browsers never look up names below `localhost`: they are this computer. */
function isLoopback(hostname: string): boolean {
  return LOOPBACK.has(hostname) || hostname.endsWith(".localhost");
}

function refuse(message: string, satchelCode: string): RpcFailure {
  return new RpcFailure(RpcCode.unauthorized, message, { satchelCode });
}

/** Reads who asks from the port's sender; refuses documents that have no origin one could give consent to. */
export class Callers {
  constructor(private readonly tops: TopOrigins) {}

  async of(sender: Browser.runtime.MessageSender | undefined, opaque: boolean): Promise<Caller> {
    const origin = sender?.origin ?? (sender?.url ? new URL(sender.url).origin : "null");
    const tabId = sender?.tab?.id;
    const frameId = sender?.frameId ?? 0;
    if (opaque || origin === "null") {
      throw refuse("A sandboxed or local document has no origin and may not ask", "opaque_origin");
    }
    const { protocol, hostname } = new URL(origin);
    if (protocol !== "https:" && !isLoopback(hostname)) {
      throw refuse("Only https pages and this computer's own may ask", "insecure_origin");
    }
    if (tabId === undefined) throw refuse("Only pages in a tab may ask", "no_tab");
    if (frameId === 0) return { origin, embedder: null, tabId, frameId };
    const top = await this.tops.of(tabId);
    if (top === null) throw refuse("The page around this frame may not be known, so it may not ask", "unknown_top");
    return { origin, embedder: top === origin ? null : top, tabId, frameId };
  }
}
