import { RequestEvents } from "./RequestEvents.js";
import type { Transport } from "./Transport.js";

type Hearer = (data: unknown) => void;

/** Who listens to what of a transport. What a listener throws is its own affair. */
export class Hearers {
  readonly #byEvent = new Map<string, Set<Hearer>>();

  /** Whether anybody listens to anything. */
  get isEmpty(): boolean {
    return this.#byEvent.size === 0;
  }

  /** Listen; returns what stops it. */
  subscribe(event: string, hearer: Hearer): () => void {
    const hearers = this.#byEvent.get(event) ?? new Set();
    this.#byEvent.set(event, hearers.add(hearer));
    return () => {
      hearers.delete(hearer);
      if (hearers.size === 0) this.#byEvent.delete(event);
    };
  }

  tell(event: string, data: unknown): void {
    for (const hearer of this.#byEvent.get(event) ?? []) queueMicrotask(() => hearer(data));
  }

  /** Make requests a transport that tells of itself, too. */
  transport(request: Transport["request"]): Transport {
    const events = new RequestEvents((event, data) => this.tell(event, data));
    return {
      request: (call) => events.watch(request(call)),
      subscribe: (event, hearer) => this.subscribe(event, hearer),
    };
  }
}
