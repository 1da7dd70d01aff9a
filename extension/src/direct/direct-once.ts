import type { Caller } from "../worker/caller";
import type { KeyValue } from "../worker/key-value";
import { KeyedQueue } from "../worker/keyed-queue";
import { siteKey } from "../worker/site-key";

interface Kept {
  model: string;
  until: number;
}

const PREFIX = "directOnce:";
/** As long as the backend keeps one of its own. */
const GOOD_FOR_MS = 10 * 60_000;

/** The direct models that sites were allowed once before they asked anything: no grant at the backend, which would not see it used. */
export class DirectOnce {
  private readonly queue = new KeyedQueue();

  constructor(private readonly session: KeyValue) {}

  /** The site may ask this model once, within ten minutes, or before `end` where it asked for an earlier one itself. */
  keep(caller: Caller, model: string, end: string | null): Promise<void> {
    const until = Math.min(Date.now() + GOOD_FOR_MS, end === null ? Number.POSITIVE_INFINITY : Date.parse(end));
    return this.session.set(PREFIX + siteKey(caller), { model, until } satisfies Kept);
  }

  /** The model that the site may still ask once. */
  async of(caller: Caller): Promise<string | null> {
    const kept = await this.session.get<Kept>(PREFIX + siteKey(caller));
    return kept !== null && kept.until > Date.now() ? kept.model : null;
  }

  /** Uses it up for this model; false where there was none, or another request was faster. */
  take(caller: Caller, model: string): Promise<boolean> {
    return this.queue.run(siteKey(caller), async () => {
      const isThere = (await this.of(caller)) === model;
      if (isThere) await this.drop(caller);
      return isThere;
    });
  }

  drop(caller: Caller): Promise<void> {
    return this.session.remove(PREFIX + siteKey(caller));
  }
}
