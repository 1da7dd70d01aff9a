import { RequestEvents } from "../../../sdk-js/src/RequestEvents";
import { isRecord } from "../wire/is-record";
import { RpcCode } from "../wire/rpc-code";
import { RpcFailure } from "../wire/rpc-failure";
import type { StreamEvent } from "../wire/stream-event";
import { ask } from "./ask";
import { bare } from "./bare";
import type { Channel } from "./channel";
import { generate } from "./generate";
import { intrinsics } from "./intrinsics";
import { providerError } from "./provider-error";
import { withDataUrl } from "./with-data-url";

type Handler = (data: unknown) => void;

interface RequestOptions {
  signal?: AbortSignal;
  onEvent?: (event: StreamEvent) => void;
}

const GENERATES = new Set(["ai_generate", "ai_embed", "ai_generateImage", "ai_speak", "ai_transcribe"]);

/** Requests and events of a page, over the private port; what `window.ai` is made of: docs/reference/page-protocol.md. */
export class Provider {
  private readonly handlers = new Map<string, Set<Handler>>();
  private readonly requests = new RequestEvents((name, data) => this.emit(name, data));
  private listens = false;
  private subscribed = false;

  constructor(private readonly channel: Channel) {
    channel.onPush((name, data) => (name === "disconnect" ? this.requests.lost(Object(data)) : this.emit(name, data)));
  }

  /** One call; rejects with an `Error` that has `code` and `data`, or an `AbortError`. */
  readonly request = async (call: unknown, options: RequestOptions = {}): Promise<unknown> => {
    try {
      return await this.send(call, options ?? {});
    } catch (error) {
      throw error instanceof RpcFailure ? providerError(error) : error;
    }
  };

  /** Hears `connect`, `disconnect`, `modelChanged`, `permissionsChanged` and `usage`. */
  readonly on = (name: string, handler: Handler, announce = true): void => {
    const set = this.handlers.get(name) ?? new Set();
    this.handlers.set(name, set.add(handler));
    if (announce) this.subscribe();
  };

  /** Stops hearing. */
  readonly off = (name: string, handler: Handler): void => {
    this.handlers.get(name)?.delete(handler);
  };

  /** Tells the worker once that this document listens, and after a refusal again with the next answer; nothing is sent before the page asks for events. */
  subscribe(): void {
    this.listens = true;
    if (this.subscribed) return;
    this.subscribed = true;
    this.channel.call("ai_subscribe", null).catch(() => {
      this.subscribed = false;
    });
  }

  /** The same as `request`, with the bare failure; the legacy members turn it into their strings. */
  async send(call: unknown, options: RequestOptions = {}): Promise<unknown> {
    if (!isRecord(call) || typeof call["method"] !== "string") {
      throw new RpcFailure(RpcCode.invalidRequest, "request needs an object with a method");
    }
    const { onEvent, signal } = wishes(options);
    const { method } = call;
    const params = plain(method === "ai_transcribe" ? await withDataUrl(call["params"]) : call["params"]);
    const asking = GENERATES.has(method)
      ? generate(this.channel, method, params, { onEvent, signal })
      : ask(this.channel, method, params, signal);
    const answer = await this.requests.watch(asking);
    if (this.listens) this.subscribe();
    return answer;
  }

  private emit(name: string, data: unknown): void {
    for (const handler of [...(this.handlers.get(name) ?? [])]) {
      try {
        handler(data);
      } catch (error) {
        intrinsics.setTimeout(() => {
          throw error;
        }, 0);
      }
    }
  }
}

/** What a page wants besides the call; null is "not given". */
function wishes(options: RequestOptions): { onEvent: RequestOptions["onEvent"]; signal: RequestOptions["signal"] } {
  const { onEvent, signal } = bare(options);
  if (onEvent !== undefined && onEvent !== null && typeof onEvent !== "function") {
    throw new RpcFailure(RpcCode.invalidRequest, "onEvent must be a function");
  }
  if (signal !== undefined && signal !== null && typeof signal.addEventListener !== "function") {
    throw new RpcFailure(RpcCode.invalidRequest, "signal must be an AbortSignal");
  }
  return { onEvent: onEvent ?? undefined, signal: signal ?? undefined };
}

/** Params as plain data, copied: what cannot be copied is the caller's mistake, said at once. */
function plain(params: unknown): unknown {
  if (params === undefined) return null;
  try {
    return JSON.parse(JSON.stringify(params) ?? "null");
  } catch (cause) {
    const message = "params must be plain data that fits into JSON";
    throw Object.assign(new RpcFailure(RpcCode.invalidParams, message), { cause });
  }
}
