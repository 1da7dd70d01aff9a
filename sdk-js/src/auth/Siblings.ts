import { isRecord } from "../isRecord.js";
import { sha256 } from "./sha256.js";
import type { TokenStore } from "./TokenStore.js";
import { isTokens, type Tokens } from "./Tokens.js";

const PATIENCE_MS = 150;
const PATIENCE_WHEN_OLD_MS = 1000;

/**
 * The other tabs that hold a copy of the same session.
 *
 * A refresh token works once; a second use would end the session everywhere. So a tab that has used its own tells the others what came
 * of it, and one that may have missed that, because it was asleep or not there yet, asks before it uses its own.
 */
export class Siblings {
  readonly #channel: BroadcastChannel;
  readonly #store: TokenStore;
  #told: (() => void) | undefined;

  constructor(name: string, store: TokenStore) {
    this.#store = store;
    this.#channel = new BroadcastChannel(name);
    this.#channel.onmessage = ({ data }: MessageEvent<unknown>) => void this.#hear(data);
    (this.#channel as { unref?: () => void }).unref?.(); // Node alone: an open channel is no reason to stay
  }

  /** Give a sibling that has used our refresh token the time to say so; then the store has what came of it. */
  async ask({ refresh, expiresAtMs }: Tokens): Promise<void> {
    this.#channel.postMessage({ ask: await sha256(refresh) });
    await new Promise<void>((resolve) => {
      this.#told = resolve;
      setTimeout(resolve, expiresAtMs > Date.now() ? PATIENCE_MS : PATIENCE_WHEN_OLD_MS);
    });
  }

  /** Tell all what we have now. */
  tell(tokens: Tokens): void {
    this.#channel.postMessage({ tokens });
  }

  async #hear(data: unknown): Promise<void> {
    const mine = this.#store.read();
    if (!mine || !isRecord(data)) return;
    const { ask, tokens } = data;
    if (mine.past?.includes(ask)) this.tell(mine);
    if (!isTokens(tokens) || !tokens.past?.includes(await sha256(mine.refresh))) return;
    if (this.#store.read()?.refresh !== mine.refresh) return; // signed out, or in anew
    this.#store.write(tokens);
    this.#told?.();
  }
}
