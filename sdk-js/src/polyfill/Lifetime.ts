import { fault } from "./fault.js";
import * as gate from "./gate.js";

/** How long an object lives: until it is destroyed, or until the signal it was created with says so. */
export class Lifetime {
  readonly #end = new AbortController();

  constructor(signal: AbortSignal | undefined) {
    signal?.addEventListener("abort", () => this.end(signal.reason), { signal: this.#end.signal });
  }

  /** End it: running calls reject with the reason, an `AbortError` by default. */
  end(reason: unknown = fault("AbortError", "The session was destroyed.")): void {
    this.#end.abort(reason);
  }

  /** Begin a call: the signal that ends it. Throws what a call that may not begin rejects with. */
  begin(signal: AbortSignal | undefined): AbortSignal {
    gate.assertActive();
    const both = AbortSignal.any([this.#end.signal, ...(signal ? [signal] : [])]);
    both.throwIfAborted();
    return both;
  }
}
