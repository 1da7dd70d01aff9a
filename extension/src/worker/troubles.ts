import type { Trouble } from "../wire/trouble";
import type { ConsentSurface } from "./consent-surface";

interface Open {
  trouble: Trouble;
  waiters: Map<string, (isRight: boolean) => void>;
  surface: Awaited<ReturnType<ConsentSurface["open"]>> | null;
}

interface Failure {
  code: string;
  message: string;
  details?: Record<string, unknown>;
}

const KINDS: Readonly<Record<string, Trouble["kind"]>> = {
  key_missing: "key",
  key_rejected: "key",
  vault_locked: "key",
  key_exhausted: "credit",
};
const WAIT_AT_MOST_MS = 10 * 60_000;

/**
 * Requests that wait until the person has put a key right or unlocked the vault: one window for each provider and kind of trouble, however many
 * requests wait for it. A closed window is a no. A worker that dies here asks again when the page's request is repeated.
 */
export class Troubles {
  private readonly open = new Map<string, Open>();

  constructor(
    private readonly surface: ConsentSurface,
    /** Unlocks the vault without asking, where the person wants that; whether it did. */
    private readonly unlock: () => Promise<boolean>,
  ) {}

  /** Whether a failure is one that the person can put right while the page waits. */
  concern(failure: Failure): boolean {
    return Object.hasOwn(KINDS, failure.code);
  }

  /** Resolves with whether to try again. Where nobody looks at who asks, no window is opened. */
  async wait(waiter: string, origin: string, failure: Failure, isSeen: boolean): Promise<boolean> {
    if (kindOf(failure) === "vault" && (await this.unlock())) return true;
    return isSeen && this.ask(waiter, origin, failure);
  }

  /** The trouble of an open window; null when it is over. */
  of(id: string): Trouble | null {
    return this.byId(id)?.trouble ?? null;
  }

  /** The person says that it is put right, or that they will not. */
  decide(id: string, isRight: boolean): void {
    const open = this.byId(id);
    if (open === undefined) return;
    const waiters = [...open.waiters.values()];
    open.waiters.clear();
    this.end(open);
    for (const waiter of waiters) waiter(isRight);
  }

  /** The vault is open for us: whoever waited for that goes on. */
  unlocked(): void {
    const open = this.open.get("vault");
    if (open !== undefined) this.decide(open.trouble.id, true);
  }

  /** A window or tab was closed: when it held a trouble, that is a no. */
  closed(kind: "window" | "tab", id: number): void {
    for (const { trouble, surface } of this.open.values()) {
      if (surface?.kind === kind && surface.id === id) this.decide(trouble.id, false);
    }
  }

  /** A request does not wait any more; with the last one its window goes. */
  leave(waiter: string): void {
    for (const open of [...this.open.values()]) {
      if (open.waiters.delete(waiter) && open.waiters.size === 0) this.end(open);
    }
  }

  private async ask(waiter: string, origin: string, failure: Failure): Promise<boolean> {
    const { provider, key_label: label } = failure.details ?? {};
    const kind = kindOf(failure);
    const key = kind === "vault" ? kind : `${kind}:${String(provider)}:${String(label)}`;
    const known = this.open.get(key);
    const trouble: Trouble = {
      id: known?.trouble.id ?? crypto.randomUUID(),
      kind,
      origin,
      provider: typeof provider === "string" ? provider : null,
      label: typeof label === "string" ? label : null,
      code: failure.code,
      message: failure.message,
    };
    const open = known ?? { trouble, waiters: new Map(), surface: null };
    this.open.set(key, open);
    const decided = new Promise<boolean>((resolve) => open.waiters.set(waiter, resolve));
    if (known === undefined) {
      open.surface = await this.surface.open(trouble.id).catch(() => null);
      if (open.surface === null) this.decide(trouble.id, false);
      setTimeout(() => this.decide(trouble.id, false), WAIT_AT_MOST_MS);
      if (open.waiters.size === 0) this.end(open);
    }
    return decided;
  }

  private byId(id: string): Open | undefined {
    return [...this.open.values()].find(({ trouble }) => trouble.id === id);
  }

  private end(open: Open): void {
    for (const [key, each] of this.open) if (each === open) this.open.delete(key);
    if (open.surface !== null) void this.surface.close(open.surface);
  }
}

function kindOf({ code, details }: Failure): Trouble["kind"] {
  if (code === "vault_locked" && details?.["unlockable"] === true) return "vault";
  return KINDS[code] ?? "key";
}
