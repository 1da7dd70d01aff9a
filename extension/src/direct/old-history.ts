import type { Generation } from "../wire/generation";
import { WorkerFault } from "../wire/worker-fault";
import type { OwnRecord } from "./own-record";

interface Kept {
  generation: Generation;
  /** When it was brought over, in milliseconds. */
  since: number;
}

const DATABASE = "window-ai";
const STORE = "history";
const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * What the original Window AI kept, questions and answers included, once the person brought it over. It lies in a database of this
 * browser, as it may be larger than `storage.local` takes, until the person forgets it or the days are over.
 */
export class OldHistory implements OwnRecord {
  constructor(
    /** For how many days each is kept; 0 is until it is forgotten. */
    private readonly days: () => Promise<number>,
    private readonly now: () => number = Date.now,
  ) {}

  /** Keeps them; one that is there already is not doubled. */
  async add(generations: readonly Generation[]): Promise<void> {
    const since = this.now();
    await this.change((store) => {
      for (const generation of generations) store.put({ generation, since } satisfies Kept, generation.id);
    });
  }

  async list(origin: string | null): Promise<Generation[]> {
    const until = await this.oldest();
    const all = (await this.all()).filter(({ since }) => since >= until).map(({ generation }) => generation);
    return origin === null ? all : all.filter((one) => one.origin === origin);
  }

  async forget(id: string): Promise<boolean> {
    const there = (await this.all()).some(({ generation }) => generation.id === id);
    if (there) await this.change((store) => store.delete(id));
    return there;
  }

  forgetAll(origin: string | null): Promise<void> {
    return this.drop(({ generation }) => origin === null || generation.origin === origin);
  }

  /** Deletes what is past its days; without an end nothing is even looked at. */
  async expire(): Promise<void> {
    const until = await this.oldest();
    if (until > 0) await this.drop(({ since }) => since < until);
  }

  private async oldest(): Promise<number> {
    const days = await this.days();
    return days === 0 ? 0 : this.now() - days * DAY_MS;
  }

  private async drop(isDoomed: (kept: Kept) => boolean): Promise<void> {
    const doomed = (await this.all()).filter(isDoomed).map(({ generation }) => generation.id);
    if (doomed.length === 0) return;
    await this.change((store) => {
      for (const id of doomed) store.delete(id);
    });
  }

  private async all(): Promise<Kept[]> {
    const database = await opened();
    try {
      return await result<Kept[]>(database.transaction(STORE).objectStore(STORE).getAll());
    } finally {
      database.close();
    }
  }

  private async change(deed: (store: IDBObjectStore) => void): Promise<void> {
    const database = await opened();
    try {
      const transaction = database.transaction(STORE, "readwrite");
      deed(transaction.objectStore(STORE));
      await new Promise<void>((resolve, reject) => {
        transaction.oncomplete = () => resolve();
        transaction.onabort = () => reject(unkept(transaction.error));
      });
    } finally {
      database.close();
    }
  }
}

function opened(): Promise<IDBDatabase> {
  const request = indexedDB.open(DATABASE, 1);
  request.onupgradeneeded = () => request.result.createObjectStore(STORE);
  return result(request);
}

function result<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(unkept(request.error));
  });
}

function unkept(cause: DOMException | null): WorkerFault {
  const full = cause?.name === "QuotaExceededError";
  const message = full
    ? "There is no room for it in this browser."
    : "This browser keeps no history for Satchel just now.";
  return new WorkerFault(message, { code: full ? "history_too_large" : "history_unkept", cause });
}
