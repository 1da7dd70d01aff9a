import type { Backend } from "./backend";
import type { KeyValue } from "./key-value";
import type { Session } from "./session";
import type { Settings } from "./settings";

interface Dependencies {
  /** What lies here is gone when the browser is closed. */
  memory: KeyValue;
  settings: Pick<Settings, "lockOnClose">;
  session: Pick<Session, "signedIn">;
  backend: Pick<Backend, "lock">;
}

const NAME = "begun";

/**
 * Locks the vault when the browser is opened, where the person wants it locked when they close it: a browser that closes has no
 * time for that. Until it is locked nothing is asked of any model, so a page that was open before comes too late.
 */
export class StartLock {
  private running: Promise<void> | null = null;

  constructor(private readonly deps: Dependencies) {}

  /** Resolves when what was open before is locked. Rejects where that cannot be had: the next who asks tries again. */
  ready(): Promise<void> {
    this.running ??= this.begin().finally(() => {
      this.running = null;
    });
    return this.running;
  }

  private async begin(): Promise<void> {
    const { memory, settings, session, backend } = this.deps;
    if ((await memory.get(NAME)) !== null) return;
    if ((await settings.lockOnClose()) && (await session.signedIn())) await backend.lock();
    await memory.set(NAME, true);
  }
}
