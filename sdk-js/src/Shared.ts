import { toAbortError } from "./errors/toAbortError.js";

/** One deed that several wait for: each may go when it likes, and the deed is given up when the last one has gone. */
export class Shared {
  readonly #abort = new AbortController();
  readonly #result: Promise<void>;
  #waiting = 0;

  constructor(work: (signal: AbortSignal) => Promise<void>) {
    this.#result = work(this.#abort.signal);
    this.#result.catch(() => undefined); // whoever waits is told
  }

  /** Whether it was given up: whoever comes now starts another one. */
  get isAbandoned(): boolean {
    return this.#abort.signal.aborted;
  }

  /** Wait for the end; reject with an `AbortError` as soon as the signal says so. */
  wait(signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.reject(toAbortError());
    this.#waiting++;
    return new Promise<void>((resolve, reject) => {
      const leave = () => {
        this.#waiting--;
        if (this.#waiting === 0) this.#abort.abort();
        reject(toAbortError());
      };
      signal?.addEventListener("abort", leave, { once: true });
      this.#result.then(resolve, reject).finally(() => signal?.removeEventListener("abort", leave));
    });
  }
}
