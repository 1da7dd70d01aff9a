import type { Answer } from "./Answer.js";
import { toSatchelError } from "./errors/toSatchelError.js";
import type { Part } from "./Part.js";

/** Carries the request; called once, before the constructor returns. */
type Run = (signal: AbortSignal, tell: (part: Part) => void) => Promise<Answer>;

/**
 * One call to a model: await it for the whole answer, iterate it for the parts, or both. There is one request either way.
 *
 * Every iteration starts at the first part, so a late reader misses nothing. Leaving a loop early (`break`, `return`,
 * an exception) stops the generation, unless somebody awaits it or another loop is still reading.
 * Returning it from an `async` function awaits it, as with every promise; return it inside an object to keep it whole.
 */
export class Generation<T = unknown> implements PromiseLike<Answer<T>>, AsyncIterable<Part> {
  readonly #answer: Promise<Answer<T>>;
  readonly #abort = new AbortController();
  readonly #onEvent: ((part: Part) => void) | undefined;
  readonly #parts: Part[] = [];
  #waiting: (() => void)[] = [];
  #ended = false;
  #awaited = false;
  #readers = 0;

  constructor(run: Run, signal?: AbortSignal, onEvent?: (part: Part) => void) {
    this.#onEvent = onEvent;
    this.#answer = this.#carry(run, signal);
    this.#answer.catch(() => undefined); // whoever awaits or iterates is told; nobody else is bothered
  }

  /** Attach to the whole answer, as with a promise. */
  // biome-ignore lint/suspicious/noThenProperty: being awaitable is what this class is for
  then<A = Answer<T>, B = never>(
    onfulfilled?: ((answer: Answer<T>) => A | PromiseLike<A>) | null,
    onrejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    this.#awaited = true;
    return this.#answer.then(onfulfilled, onrejected);
  }

  /** Handle a failure, as with a promise. */
  catch<B = never>(onrejected?: ((reason: unknown) => B | PromiseLike<B>) | null): Promise<Answer<T> | B> {
    return this.then(undefined, onrejected);
  }

  /** Run something afterwards, as with a promise. */
  finally(onfinally?: (() => void) | null): Promise<Answer<T>> {
    this.#awaited = true;
    return this.#answer.finally(onfinally);
  }

  /** Stop the provider. The call rejects with an `AbortError` whose `usage` and `cost` say what was produced. */
  stop(): void {
    this.#abort.abort();
  }

  /** Yield the parts from the first on; throws what the call failed with, after the parts that came. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Part, void, undefined> {
    this.#readers++;
    try {
      let next = 0;
      while (next < this.#parts.length || !this.#ended) {
        const part = this.#parts[next];
        if (part === undefined) {
          await new Promise<void>((wake) => this.#waiting.push(wake));
        } else {
          next++;
          yield part;
        }
      }
      await this.#answer;
    } finally {
      this.#readers--;
      if (!this.#ended && !this.#awaited && this.#readers === 0) this.stop();
    }
  }

  async #carry(run: Run, signal: AbortSignal | undefined): Promise<Answer<T>> {
    const stop = () => this.stop();
    signal?.addEventListener("abort", stop, { once: true });
    try {
      if (signal?.aborted) throw new DOMException("The call was aborted before it began.", "AbortError");
      const answer = await run(this.#abort.signal, (part) => {
        if (!this.#ended) this.#push(part);
      });
      return answer as Answer<T>; // whose `object` has the shape that the caller's schema promises
    } catch (cause) {
      throw toSatchelError(cause);
    } finally {
      signal?.removeEventListener("abort", stop);
      this.#ended = true;
      this.#wake();
    }
  }

  #push(part: Part): void {
    this.#parts.push(part);
    this.#wake();
    try {
      this.#onEvent?.(part);
    } catch (fault) {
      reportError(fault); // the page's own bug: told to the page, harmless to the stream
    }
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const wake of waiting) wake();
  }
}
