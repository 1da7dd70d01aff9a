import type { GrantDraft } from "../wire/grant-draft";
import type { Caller } from "../worker/caller";
import type { KeyValue } from "../worker/key-value";
import { KeyedQueue } from "../worker/keyed-queue";
import { siteKey } from "../worker/site-key";

type Caveats = NonNullable<GrantDraft["caveats"]>;

interface Kept {
  model: string;
  /** What the site asked to be held to itself. */
  caveats: Caveats;
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
  keep(caller: Caller, model: string, caveats: Caveats): Promise<void> {
    const { expires_at: end } = caveats;
    const until = Math.min(Date.now() + GOOD_FOR_MS, end ? Date.parse(end) : Number.POSITIVE_INFINITY);
    return this.session.set(PREFIX + siteKey(caller), { model, caveats, until } satisfies Kept);
  }

  /** The model that the site may still ask once. */
  async of(caller: Caller): Promise<string | null> {
    return (await this.kept(caller))?.model ?? null;
  }

  /** Uses it up for this model, and says what it is held to; null where there was none, or another request was faster. */
  take(caller: Caller, model: string): Promise<Caveats | null> {
    return this.queue.run(siteKey(caller), async () => {
      const kept = await this.kept(caller);
      if (kept?.model !== model) return null;
      await this.drop(caller);
      return kept.caveats;
    });
  }

  private async kept(caller: Caller): Promise<Kept | null> {
    const kept = await this.session.get<Kept>(PREFIX + siteKey(caller));
    return kept !== null && kept.until > Date.now() ? kept : null;
  }

  drop(caller: Caller): Promise<void> {
    return this.session.remove(PREFIX + siteKey(caller));
  }
}
