import type { KeyValue } from "../worker/key-value";
import { KeyedQueue } from "../worker/keyed-queue";

const PREFIX = "directRate:";
const MINUTE_MS = 60_000;

/** How often a site asked directly within the last minute: its limit holds here as it does at the backend. */
export class SiteRate {
  private readonly queue = new KeyedQueue();

  constructor(private readonly session: KeyValue) {}

  /** Counts one more unless that is too many. Null when it may go on, else how many seconds to wait. */
  take(site: string, perMinute: number): Promise<number | null> {
    return this.queue.run(site, () => this.taken(site, perMinute));
  }

  private async taken(site: string, perMinute: number): Promise<number | null> {
    const now = Date.now();
    const kept = (await this.session.get<number[]>(PREFIX + site)) ?? [];
    const recent = kept.filter((at) => at > now - MINUTE_MS);
    const first = recent[recent.length - perMinute];
    if (first !== undefined) return Math.ceil((first + MINUTE_MS - now) / 1000);
    await this.session.set(PREFIX + site, [...recent, now]);
    return null;
  }
}
