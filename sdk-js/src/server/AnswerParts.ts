import type { ToolCall } from "../Answer.js";
import type { TransportEvent } from "../TransportEvent.js";

/** Puts the pieces of one answer together. */
export class AnswerParts {
  readonly #text: string[] = [];
  readonly #reasoning: string[] = [];
  readonly #calls: ToolCall[] = [];
  readonly #images: { url: string }[] = [];

  /** Take the next event. */
  add(event: TransportEvent): void {
    if (event.type === "text-delta") this.#text.push(event.delta);
    else if (event.type === "reasoning-delta") this.#reasoning.push(event.delta);
    else if (event.type === "image") this.#images[event.index] = { url: event.url };
    else {
      const call = this.#calls[event.index] ?? { id: "", name: "", arguments: "" };
      this.#calls[event.index] = call;
      call.id ||= event.id ?? "";
      call.name ||= event.name ?? "";
      call.arguments += event.delta;
    }
  }

  get text(): string {
    return this.#text.join("");
  }

  /** Return what came so far, in the words of `ai_generate`'s result. */
  whole(): { text: string; reasoning: string; toolCalls: ToolCall[]; images: { url: string }[] } {
    return {
      text: this.text,
      reasoning: this.#reasoning.join(""),
      toolCalls: this.#calls.filter(Boolean),
      images: this.#images.filter(Boolean),
    };
  }
}
