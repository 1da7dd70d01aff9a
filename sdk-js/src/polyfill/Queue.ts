import { orAborted } from "./orAborted.js";

/** One deed after another. A deed that is aborted while it waits is never begun; one that is aborted while it runs lets the next one go. */
export class Queue {
  #last: Promise<unknown> = Promise.resolve();

  run<T>(signal: AbortSignal, deed: () => Promise<T>): Promise<T> {
    const before = this.#last;
    const done = orAborted(
      signal,
      before.then(() => {
        signal.throwIfAborted();
        return deed();
      }),
    );
    this.#last = Promise.allSettled([before, done]).then(() => undefined); // what they came to is not ours to keep
    return done;
  }
}
