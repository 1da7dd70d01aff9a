import { toServerError } from "../errors/toServerError.js";
import { isRecord } from "../isRecord.js";
import type { TransportEvent } from "../TransportEvent.js";
import { AnswerParts } from "./AnswerParts.js";
import { toBill } from "./toBill.js";
import { toHttpError } from "./toHttpError.js";

/** Reads one answer of an OpenAI-shaped server, whole or in chunks, into events and the result of `ai_generate`. */
export class ChatCompletion {
  readonly #onEvent: (event: TransportEvent) => void;
  readonly #parts = new AnswerParts();
  #id = "";
  #model = "";
  #provider = "";
  #finish = "";
  #pictures = 0;
  #usage: Record<string, unknown> | undefined;

  constructor(onEvent: (event: TransportEvent) => void) {
    this.#onEvent = onEvent;
  }

  /**
   * Take a chunk, or a whole body, which is one chunk whose deltas are called messages.
   *
   * @throws the server's error where the chunk carries one.
   */
  add(chunk: unknown): void {
    if (!isRecord(chunk))
      throw toServerError({ code: "provider_garbled", message: "The answer is no chat completion." });
    this.#id = text(chunk.id) || this.#id;
    this.#model = text(chunk.model) || this.#model;
    this.#provider = text(chunk.provider) || this.#provider;
    if (isRecord(chunk.usage)) this.#usage = chunk.usage;
    if (isRecord(chunk.error)) throw toHttpError(chunk.error, 502, this.facts());
    const choice: unknown = Array.isArray(chunk.choices) ? chunk.choices[0] : undefined;
    if (!isRecord(choice)) return;
    const said = isRecord(choice.delta) ? choice.delta : isRecord(choice.message) ? choice.message : {};
    this.#hear(said);
    if (choice.native_finish_reason === "cancelled") this.#finish = "cancelled";
    else this.#finish = text(choice.finish_reason) || this.#finish;
  }

  /** What was produced so far. */
  facts(): { usage: object | null; cost: object | null; text: string } {
    const bill = this.#usage ? toBill(this.#usage) : { usage: null, cost: null };
    return { ...bill, text: this.#parts.text };
  }

  /**
   * Return the result.
   *
   * @throws an error where the answer broke off before its end.
   */
  result(): object {
    if (!this.#finish) {
      throw toServerError({ code: "stream_broken", message: "The answer broke off.", status: 502, ...this.facts() });
    }
    const { usage, cost } = this.facts();
    return {
      id: this.#id,
      ...this.#parts.whole(),
      finishReason: this.#finish,
      model: this.#model,
      provider: this.#provider,
      usage,
      cost,
    };
  }

  #hear(said: Record<string, unknown>): void {
    const reasoning = text(said.reasoning) || text(said.reasoning_content);
    if (reasoning) this.#push({ type: "reasoning-delta", delta: reasoning });
    if (text(said.content)) this.#push({ type: "text-delta", delta: text(said.content) });
    for (const picture of list(said.images)) {
      const url = isRecord(picture) && isRecord(picture.image_url) ? text(picture.image_url.url) : "";
      if (url) this.#push({ type: "image", index: this.#pictures++, url });
    }
    for (const [place, call] of list(said.tool_calls).entries()) {
      if (!isRecord(call)) continue;
      const named = isRecord(call.function) ? call.function : {};
      this.#push({
        type: "tool-input-delta",
        index: typeof call.index === "number" ? call.index : place,
        ...(text(call.id) && { id: text(call.id) }),
        ...(text(named.name) && { name: text(named.name) }),
        delta: text(named.arguments),
      });
    }
  }

  #push(event: TransportEvent): void {
    this.#parts.add(event);
    this.#onEvent(event);
  }
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}
