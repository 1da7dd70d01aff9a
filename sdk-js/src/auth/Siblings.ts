import { isRecord } from "../isRecord.js";
import { sha256 } from "./sha256.js";
import { isTokens, type Tokens } from "./Tokens.js";

const PATIENCE_MS = 150;
const KEPT = 8;

/**
 * The other tabs that hold a copy of the same session.
 *
 * A refresh token works once. Before a tab uses its own, it asks whether a sibling has used it already, and takes what came of it:
 * a second use would end the session everywhere.
 */
export class Siblings {
  readonly #channel: BroadcastChannel;
  readonly #successors = new Map<string, Tokens>();
  readonly #asking = new Map<string, (tokens: Tokens) => void>();

  constructor(name: string) {
    this.#channel = new BroadcastChannel(name);
    this.#channel.onmessage = ({ data }: MessageEvent<unknown>) => this.#hear(data);
    (this.#channel as { unref?: () => void }).unref?.(); // Node alone: an open channel is no reason to stay
  }

  /** Return what a refresh token became in another tab; `undefined` when none has used it. */
  async successorOf(refresh: string): Promise<Tokens | undefined> {
    const was = await sha256(refresh);
    const answer = new Promise<Tokens | undefined>((resolve) => {
      this.#asking.set(was, resolve);
      setTimeout(() => resolve(undefined), PATIENCE_MS);
    });
    this.#channel.postMessage({ ask: was });
    return answer.finally(() => this.#asking.delete(was));
  }

  /** Remember what a refresh token became, for those who ask. */
  async remember(refresh: string, became: Tokens): Promise<void> {
    this.#successors.set(await sha256(refresh), became);
    const oldest = this.#successors.keys().next();
    if (this.#successors.size > KEPT && !oldest.done) this.#successors.delete(oldest.value);
  }

  /** Forget everything: the session is over. */
  forget(): void {
    this.#successors.clear();
  }

  #hear(data: unknown): void {
    if (!isRecord(data)) return;
    if (typeof data.ask === "string") {
      const tokens = this.#successors.get(data.ask);
      if (tokens) this.#channel.postMessage({ was: data.ask, tokens });
    } else if (typeof data.was === "string" && isTokens(data.tokens)) {
      this.#asking.get(data.was)?.(data.tokens);
    }
  }
}
