import type { ActivityDays } from "../wire/activity-days";
import type { Generation } from "../wire/generation";
import type { KeyValue } from "../worker/key-value";
import { KeyedQueue } from "../worker/keyed-queue";
import type { OwnRecord } from "./own-record";

const KEY = "directActivity";
const KEPT_AT_MOST = 500;
const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * What was asked directly, newest first: kept in this browser only, without prompts and answers, like the backend's record, and for as
 * long as that.
 */
export class DirectActivity implements OwnRecord {
  private readonly queue = new KeyedQueue();

  constructor(
    private readonly local: KeyValue,
    private readonly days: () => Promise<ActivityDays>,
    private readonly now: () => number = Date.now,
  ) {}

  async add(generation: Generation): Promise<void> {
    const oldest = await this.oldest();
    await this.change((all) => since(oldest, [generation, ...all]).slice(0, KEPT_AT_MOST));
  }

  async list(origin: string | null): Promise<Generation[]> {
    const all = since(await this.oldest(), await this.all());
    return origin === null ? all : all.filter((one) => one.origin === origin);
  }

  async forget(id: string): Promise<boolean> {
    const there = (await this.all()).some((one) => one.id === id);
    if (there) await this.change((all) => all.filter((one) => one.id !== id));
    return there;
  }

  forgetAll(origin: string | null): Promise<void> {
    return this.change((all) => all.filter((one) => origin !== null && one.origin !== origin));
  }

  /** Deletes what is too old; where everything is kept nothing is even looked at. */
  async expire(): Promise<void> {
    const oldest = await this.oldest();
    if (oldest > 0) await this.change((all) => since(oldest, all));
  }

  private async oldest(): Promise<number> {
    const days = await this.days();
    return days === null ? 0 : this.now() - days * DAY_MS;
  }

  private async all(): Promise<Generation[]> {
    return (await this.local.get<Generation[]>(KEY)) ?? [];
  }

  private change(next: (all: Generation[]) => Generation[]): Promise<void> {
    return this.queue.run(KEY, async () => this.local.set(KEY, next(await this.all())));
  }
}

function since(oldest: number, all: readonly Generation[]): Generation[] {
  return all.filter(({ started_at: startedAt }) => Date.parse(startedAt) >= oldest);
}
