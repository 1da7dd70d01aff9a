import type { ProviderChange } from "../wire/provider-change";
import { ProviderWish } from "../wire/provider-wish";
import type { ReplyMessage } from "../wire/reply-message";
import { RpcCode } from "../wire/rpc-code";
import { RpcFailure } from "../wire/rpc-failure";
import type { Backend } from "./backend";
import type { Caller } from "./caller";
import type { ConsentSurface } from "./consent-surface";
import type { KeyValue } from "./key-value";
import type { Settings } from "./settings";

interface Dependencies {
  backend: Pick<Backend, "keys" | "providers">;
  settings: Pick<Settings, "backend">;
  surface: ConsentSurface;
  session: KeyValue;
}

type Sink = (message: ReplyMessage) => void;

interface Asked {
  id: string;
  params: unknown;
  caller: Caller;
  active: boolean;
  visible: boolean;
}

interface Open {
  change: ProviderChange;
  key: string;
  sink: Sink;
  surface: Awaited<ReturnType<ConsentSurface["open"]>> | null;
  /** The person said yes, and it is being done. */
  isBeingDone: boolean;
  decided(isDone: boolean): void;
}

const COOL = "coolChange:";
const COOL_MS = 60_000;
const WAIT_AT_MOST_MS = 10 * 60_000;

/**
 * The original's `BETA_updateModelProvider`, for a provider's own page only: the person is asked, in a window of ours, one question at
 * a time. What a page says about itself is neither kept nor opened. A closed window is a no.
 */
export class ProviderChanges {
  private open: Open | null = null;
  /** Documents that went away, perhaps before their question could be put. */
  private readonly gone = new WeakSet<Sink>();

  constructor(private readonly deps: Dependencies) {}

  /** Resolves once the person has let it be done, or there was nothing to do; rejects with 4001, 4100, 4290, 4900 or -32602. */
  async request({ id, params, caller, active, visible }: Asked, sink: Sink): Promise<null> {
    const wish = ProviderWish.parse(params, caller.origin);
    if (typeof wish !== "string") throw new RpcFailure(RpcCode.invalidParams, wish.fault, MALFORMED);
    const keys = await this.keysOf(caller);
    if (wish === "nothing") return null;
    const { origin } = caller;
    const coolUntil = (await this.deps.session.get<number>(COOL + origin)) ?? 0;
    if (!visible || this.gone.has(sink) || (!active && Date.now() < coolUntil)) throw denied();
    if (this.open !== null) throw new RpcFailure(RpcCode.rateLimited, "The person is being asked already", BUSY);
    await this.ask({ id: crypto.randomUUID(), kind: wish, origin, keys }, keyOf(caller, id), sink);
    return null;
  }

  /** The question of an open window; null when it is over. */
  of(id: string): ProviderChange | null {
    return this.byId(id)?.change ?? null;
  }

  /** The person says yes: does it, then tells the page. Rejects, and leaves the question open, when it cannot be done. */
  async accept(id: string, deed: (change: ProviderChange) => Promise<void>): Promise<void> {
    const open = this.byId(id);
    if (open === null || open.isBeingDone) return;
    open.isBeingDone = true;
    try {
      await deed(open.change);
      this.end(open, true);
    } catch (error) {
      open.isBeingDone = false;
      if (open.surface === null) this.end(open, false);
      throw error;
    }
  }

  /** The person says no. */
  refuse(id: string): void {
    const open = this.byId(id);
    if (open !== null && !open.isBeingDone) this.end(open, false);
  }

  /** A window or tab was closed: when it held our question, that is a no. */
  closed(kind: "window" | "tab", id: number): void {
    const { open } = this;
    if (open?.surface?.kind !== kind || open.surface.id !== id) return;
    open.surface = null;
    this.refuse(open.change.id);
  }

  /** The page has thought better of it. */
  cancel(caller: Caller, id: string): void {
    if (this.open?.key === keyOf(caller, id)) this.refuse(this.open.change.id);
  }

  /** A document is gone: its question is withdrawn. */
  abandon(sink: Sink): void {
    this.gone.add(sink);
    if (this.open?.sink === sink) this.refuse(this.open.change.id);
  }

  /**
   * The person's keys for the provider whose own page asks: by the address that a key is sent to, or the page where one gets it, both from
   * what we know ourselves. Null for the person's Satchel. Rejects with 4100 for every other page, and for frames in pages of others.
   */
  private async keysOf({ origin, embedder }: Caller): Promise<ProviderChange["keys"]> {
    const { backend, settings } = this.deps;
    if (embedder !== null) throw foreign();
    if (origin === new URL(await settings.backend()).origin) return null;
    const [keys, providers] = await Promise.all([backend.keys(), backend.providers()]);
    const found = keys.flatMap(({ id, provider, base_url, label, last4 }) => {
      const choice = providers.find(({ slug }) => slug === provider);
      const isIts = [base_url, choice?.satchel.key_page].some((address) => isAt(address, origin));
      return isIts ? [{ id, provider, name: choice?.name ?? provider, label, last4 }] : [];
    });
    if (found.length === 0) throw foreign();
    return found;
  }

  private async ask(change: ProviderChange, key: string, sink: Sink): Promise<void> {
    let decided!: Open["decided"];
    const decision = new Promise<boolean>((resolve) => {
      decided = resolve;
    });
    const open: Open = { change, key, sink, surface: null, isBeingDone: false, decided };
    this.open = open;
    const surface = await this.deps.surface.open(change.id).catch(() => null);
    if (this.open === open) open.surface = surface;
    else if (surface !== null) void this.deps.surface.close(surface);
    if (surface === null) this.end(open, false);
    const timer = setTimeout(() => this.refuse(change.id), WAIT_AT_MOST_MS);
    const isDone = await decision;
    clearTimeout(timer);
    if (isDone) return;
    await this.deps.session.set(COOL + change.origin, Date.now() + COOL_MS);
    throw denied();
  }

  private byId(id: string): Open | null {
    return this.open?.change.id === id ? this.open : null;
  }

  private end(open: Open, isDone: boolean): void {
    if (this.open === open) this.open = null;
    if (open.surface !== null) void this.deps.surface.close(open.surface);
    open.decided(isDone);
  }
}

const MALFORMED = { satchelCode: "malformed_request" };
const BUSY = { satchelCode: "question_open", retryable: true };

function isAt(address: string | null | undefined, origin: string): boolean {
  return typeof address === "string" && URL.canParse(address) && new URL(address).origin === origin;
}

function foreign(): RpcFailure {
  const message = "Only a provider's own page may ask for this, and only where the person has a key for it";
  return new RpcFailure(RpcCode.unauthorized, message, { satchelCode: "foreign_origin" });
}

function denied(): RpcFailure {
  return new RpcFailure(RpcCode.rejected, "You denied this request", { satchelCode: "consent_denied" });
}

function keyOf({ tabId, frameId, origin }: Caller, id: string): string {
  return `${tabId}:${frameId}:${origin}:${id}`;
}
