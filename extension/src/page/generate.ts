import { RpcCode } from "../wire/rpc-code";
import { RpcFailure } from "../wire/rpc-failure";
import type { StreamEvent } from "../wire/stream-event";
import { Answer } from "./answer";
import type { Channel } from "./channel";
import { intrinsics } from "./intrinsics";

interface Options {
  signal?: AbortSignal | undefined;
  onEvent?: ((event: StreamEvent) => void) | undefined;
}

const AFTER_ABORT_MS = 5_000;

/**
 * Runs `ai_generate`, `ai_embed` or `ai_generateImage`: whole result, or `RpcFailure`, or an `AbortError` that carries the usage and cost so far.
 *
 * After an abort the backend's last word is awaited for five seconds, because it says what the stop came to.
 */
export async function generate(channel: Channel, method: string, params: unknown, options: Options): Promise<unknown> {
  const { signal } = options;
  if (signal?.aborted) throw abortError(null, "");
  const answer = new Answer();
  const onEvent = (event: StreamEvent) => {
    answer.add(event);
    if (!signal?.aborted) deliver(options.onEvent, event);
  };
  const ending = channel.call(method, params, { onEvent, signal });
  const patience = signal === undefined ? null : new Patience(signal);
  try {
    const end = (await (patience === null ? ending : Promise.race([ending, patience.over]))) as object;
    if (signal?.aborted) throw abortError(end, answer.text);
    return { ...end, ...answer.parts(method) };
  } catch (error) {
    if (signal?.aborted && error instanceof RpcFailure) throw abortError(error.data ?? null, answer.text);
    throw error;
  } finally {
    patience?.letGo();
  }
}

/** A page's handler may throw: that is the page's own uncaught error and never stops the stream. */
function deliver(handler: Options["onEvent"], event: StreamEvent): void {
  try {
    handler?.(event);
  } catch (error) {
    intrinsics.setTimeout(() => {
      throw error;
    }, 0);
  }
}

function abortError(end: object | null, text: string): DOMException {
  const facts = (end ?? {}) as { usage?: unknown; cost?: unknown };
  const error = new intrinsics.DOMException("The generation was stopped by the page.", "AbortError");
  return Object.assign(error, { usage: facts.usage ?? null, cost: facts.cost ?? null, text });
}

/** For how long a stop may go without an answer. */
class Patience {
  /** Rejects five seconds after the signal said stop. */
  readonly over: Promise<never>;
  private stop: () => void = () => undefined;

  constructor(private readonly signal: AbortSignal) {
    this.over = new Promise((_, reject) => {
      const silence = () => reject(new RpcFailure(RpcCode.disconnected, "Nobody confirmed the stop."));
      this.stop = () => intrinsics.setTimeout(silence, AFTER_ABORT_MS);
      signal.addEventListener("abort", this.stop);
    });
  }

  /** Hears the signal no more: a page may keep one for all its calls. */
  letGo(): void {
    this.signal.removeEventListener("abort", this.stop);
  }
}
