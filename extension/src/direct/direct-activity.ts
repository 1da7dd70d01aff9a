import type { Generation } from "../wire/generation";
import type { KeyValue } from "../worker/key-value";
import { KeyedQueue } from "../worker/keyed-queue";
import type { OwnRecord } from "./own-record";

const KEY = "directActivity";
const KEPT_AT_MOST = 500;

/** What was asked directly, newest first: kept in this browser only, without prompts and answers, like the backend's record. */
export class DirectActivity implements OwnRecord {
  private readonly queue = new KeyedQueue();

  constructor(private readonly local: KeyValue) {}

  add(generation: Generation): Promise<void> {
    return this.change((all) => [generation, ...all].slice(0, KEPT_AT_MOST));
  }

  async list(origin: string | null): Promise<Generation[]> {
    const all = await this.all();
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

  private async all(): Promise<Generation[]> {
    return (await this.local.get<Generation[]>(KEY)) ?? [];
  }

  private change(next: (all: Generation[]) => Generation[]): Promise<void> {
    return this.queue.run(KEY, async () => this.local.set(KEY, next(await this.all())));
  }
}
