import { readJson } from "../readJson.js";
import { isTokens, type Tokens } from "./Tokens.js";

/**
 * Keeps the tokens of one session: in memory, gone with the document, or in the tab's `sessionStorage`, gone with the tab.
 *
 * Never in `localStorage` or a cookie: what outlives the tab is what thieves look for.
 */
export class TokenStore {
  readonly #key: string;
  readonly #storage: Storage | undefined;
  #inMemory: Tokens | undefined;

  constructor(key: string, storage: Storage | undefined) {
    this.#key = key;
    this.#storage = storage;
  }

  /** Whether other tabs can have a copy: the browser copies `sessionStorage` to tabs that a page opens. */
  get isCopied(): boolean {
    return this.#storage !== undefined;
  }

  read(): Tokens | undefined {
    if (!this.#storage) return this.#inMemory;
    const kept = readJson(this.#storage.getItem(this.#key));
    return isTokens(kept) ? kept : undefined;
  }

  write(tokens: Tokens | undefined): void {
    if (!this.#storage) this.#inMemory = tokens;
    else if (tokens) this.#storage.setItem(this.#key, JSON.stringify(tokens));
    else this.#storage.removeItem(this.#key);
  }
}
