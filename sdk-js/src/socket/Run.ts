import { toAbortError } from "../errors/toAbortError.js";
import { toServerError } from "../errors/toServerError.js";
import type { ClientFrame, Delta, Failed, Finished, FrameCost, FrameUsage } from "../frames.gen.js";
import { AnswerParts } from "../server/AnswerParts.js";
import type { ChatBody } from "../server/ChatBody.js";
import type { TransportRequest } from "../Transport.js";
import type { TransportEvent } from "../TransportEvent.js";

/** One generation on the socket: what to send for it, and what has come of it. Settles once. */
export class Run {
  /** Our own name for it, under which a lost `generate` can be repeated without starting a second one. */
  readonly id: string = crypto.randomUUID();
  readonly ended: Promise<unknown>;
  generation: string | undefined;
  isStopping = false;
  /** Whether `generate` has left; until then a stop needs no server. */
  isSent = false;
  readonly #body: ChatBody;
  readonly #onEvent: TransportRequest["onEvent"];
  readonly #parts = new AnswerParts();
  #seq = 0;
  #resolve: (result: unknown) => void = () => undefined;
  #reject: (error: unknown) => void = () => undefined;

  constructor(body: ChatBody, onEvent: TransportRequest["onEvent"]) {
    this.#body = body;
    this.#onEvent = onEvent;
    this.ended = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  /** What begins it, or takes it up again after a lost connection. */
  get opening(): ClientFrame {
    return this.generation === undefined
      ? { type: "generate", id: this.id, request: this.#body }
      : { type: "attach", generation: this.generation, after: this.#seq };
  }

  get cancelling(): ClientFrame {
    return { type: "cancel", ...(this.generation === undefined ? { id: this.id } : { generation: this.generation }) };
  }

  /** Take a piece; one that came before is ignored. */
  delta(frame: Delta): void {
    if (frame.seq <= this.#seq) return;
    this.#seq = frame.seq;
    const event = toEvent(frame);
    if (!event) return;
    this.#parts.add(event);
    if (!this.isStopping) this.#onEvent?.(event);
  }

  finish({ generation, reason, model, provider, usage, cost }: Finished): void {
    if (this.isStopping) return this.stopped(usage, cost);
    const facts = { usage: toUsage(usage), cost: toCost(cost) };
    this.#resolve({ id: generation, ...this.#parts.whole(), finishReason: reason, model, provider, ...facts });
  }

  fail({ error, usage, cost }: Failed): void {
    if (this.isStopping) return this.stopped(usage, cost);
    const { details } = error;
    this.#reject(
      toServerError({
        code: error.code,
        message: error.message,
        retryable: error.retryable,
        retryAfterS: error.retry_after_s ?? undefined,
        provider: typeof details?.provider === "string" ? details.provider : undefined,
        status: typeof details?.status === "number" ? details.status : undefined,
        param: details?.param,
        body: details?.provider_body,
        usage: usage ? toUsage(usage) : undefined,
        cost: cost ? toCost(cost) : undefined,
      }),
    );
  }

  /** End it for a reason that the server did not give. */
  break(error: unknown): void {
    this.#reject(this.isStopping ? toAbortError({ text: this.#parts.text }) : error);
  }

  /** End it as its caller wished, with what it came to. */
  stopped(usage: FrameUsage | null, cost: FrameCost | null): void {
    const facts = { usage: usage && toUsage(usage), cost: cost && toCost(cost), text: this.#parts.text };
    this.#reject(toAbortError(facts));
  }
}

function toEvent({ text, reasoning, image, tool_call: call }: Delta): TransportEvent | undefined {
  if (typeof text === "string") return { type: "text-delta", delta: text };
  if (typeof reasoning === "string") return { type: "reasoning-delta", delta: reasoning };
  if (image) return { type: "image", ...image };
  if (!call) return undefined;
  return {
    type: "tool-input-delta",
    index: call.index,
    ...(call.id && { id: call.id }),
    ...(call.name && { name: call.name }),
    delta: call.arguments,
  };
}

function toUsage(usage: FrameUsage): object {
  return {
    inputTokens: usage.input_tokens,
    outputTokens: usage.output_tokens,
    reasoningTokens: usage.reasoning_tokens,
    cachedTokens: usage.cached_tokens,
    estimated: usage.estimated,
  };
}

function toCost({ nusd, known }: FrameCost): object {
  return { usd: nusd / 1e9, known };
}
