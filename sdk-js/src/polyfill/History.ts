import type { Message } from "../Message.js";
import { quotaExceeded } from "./quotaExceeded.js";

/** A prompt with its response, or messages that were appended, and about how many tokens they take. */
interface Turn {
  messages: readonly Message[];
  tokens: number;
}

/** What a session remembers: what it began with, which stays, and the turns since, of which the oldest make room for new ones. */
export class History {
  readonly window: number;
  #initial: Turn;
  readonly #turns: Turn[] = [];

  /** Throws `QuotaExceededError` when it begins with more than fits. */
  constructor(initial: Turn, window: number) {
    if (initial.tokens > window) throw quotaExceeded(initial.tokens, window);
    this.#initial = initial;
    this.window = window;
  }

  get messages(): Message[] {
    return [this.#initial, ...this.#turns].flatMap(({ messages }) => messages);
  }

  get usage(): number {
    return this.#turns.reduce((sum, turn) => sum + turn.tokens, this.#initial.tokens);
  }

  get isEmpty(): boolean {
    return this.messages.length === 0;
  }

  /**
   * Make room for so many tokens by forgetting the oldest turns.
   *
   * @returns Whether something was forgotten.
   * @throws QuotaExceededError, and forgets nothing, when all of them would not do.
   */
  makeRoom(tokens: number): boolean {
    const left = this.window - this.usage;
    if (this.#initial.tokens + tokens > this.window) throw quotaExceeded(tokens, left);
    const before = this.#turns.length;
    while (this.usage + tokens > this.window) this.#turns.shift();
    return this.#turns.length < before;
  }

  /** Remember a turn. A system prompt in it belongs to what stays. */
  add({ messages, tokens }: Turn): void {
    const [first, ...rest] = messages;
    if (first?.role !== "system") {
      this.#turns.push({ messages, tokens });
      return;
    }
    const share = Math.min(tokens, Math.ceil(tokens / messages.length));
    this.#initial = { messages: [first, ...this.#initial.messages], tokens: this.#initial.tokens + share };
    this.#turns.push({ messages: rest, tokens: tokens - share });
  }

  copy(): History {
    const twin = new History(this.#initial, this.window);
    twin.#turns.push(...this.#turns);
    return twin;
  }
}
