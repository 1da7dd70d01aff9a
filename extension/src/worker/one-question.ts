import type { ReplyMessage } from "../wire/reply-message";
import { RpcCode } from "../wire/rpc-code";
import { RpcFailure } from "../wire/rpc-failure";
import type { Caller } from "./caller";
import type { ConsentSurface } from "./consent-surface";
import { disconnected } from "./disconnected";
import type { KeyValue } from "./key-value";
import { stopped } from "./stopped";

/** Where a document hears its answers: what tells documents apart. */
export type Sink = (message: ReplyMessage) => void;

/** What a page asks for. */
export interface AskedByPage {
  id: string;
  params: unknown;
  caller: Caller;
  active: boolean;
  visible: boolean;
  /** Whether the page still waits: it may think better of it, or go, before its question is put. */
  wanted(): boolean;
}

interface Dependencies {
  surface: ConsentSurface;
  session: KeyValue;
}

interface Open<Q> {
  question: Q;
  key: string;
  sink: Sink;
  surface: Awaited<ReturnType<ConsentSurface["open"]>> | null;
  /** The person said yes, and it is being done. */
  isBeingDone: boolean;
  decided(answer: { value: unknown } | null): void;
  failed(error: RpcFailure): void;
}

const COOL = "coolChange:";
const COOL_MS = 60_000;
const WAIT_AT_MOST_MS = 10 * 60_000;

/** A question of a page to the person, in a window of ours, one at a time. A closed window is a no; so are ten minutes. */
export class OneQuestion<Q extends { id: string; origin: string }> {
  private open: Open<Q> | null = null;

  constructor(private readonly at: Dependencies) {}

  /** The question of an open window; null when it is over. */
  of(id: string): Q | null {
    return this.byId(id)?.question ?? null;
  }

  /** The person says yes: does it, then tells the page what came of it. Rejects, and leaves the question open, when it cannot be done. */
  async accept(id: string, deed: (question: Q) => Promise<unknown>): Promise<void> {
    const open = this.byId(id);
    if (open === null || open.isBeingDone) return;
    open.isBeingDone = true;
    try {
      this.end(open, { value: await deed(open.question) });
    } catch (error) {
      open.isBeingDone = false;
      if (open.surface === null) this.end(open, null);
      throw error;
    }
  }

  /** The person says no. */
  refuse(id: string): void {
    const open = this.byId(id);
    if (open !== null && !open.isBeingDone) this.end(open, null);
  }

  /** A window or tab was closed: when it held our question, that is a no. */
  closed(kind: "window" | "tab", id: number): void {
    const { open } = this;
    if (open?.surface?.kind !== kind || open.surface.id !== id) return;
    open.surface = null;
    this.refuse(open.question.id);
  }

  /** The page has thought better of it. */
  cancel(caller: Caller, id: string): void {
    if (this.open?.key === keyOf(caller, id)) this.refuse(this.open.question.id);
  }

  /** A document is gone: its question is withdrawn. */
  abandon(sink: Sink): void {
    if (this.open?.sink === sink) this.refuse(this.open.question.id);
  }

  /** The person leaves this Satchel: the question ends with 4900. */
  leave(): void {
    const { open } = this;
    if (open === null || open.isBeingDone) return;
    open.failed(disconnected("signed_out"));
    this.end(open, null);
  }

  /** Resolves with what came of a yes; rejects with 4001 for a no, and with 4290 while another question is open. */
  protected async ask({ id, caller, active, visible, wanted }: AskedByPage, question: Q, sink: Sink): Promise<unknown> {
    const { session } = this.at;
    const coolUntil = (await session.get<number>(COOL + question.origin)) ?? 0;
    if (!wanted()) throw stopped();
    if (!visible || (!active && Date.now() < coolUntil)) throw denied();
    if (this.open !== null) throw new RpcFailure(RpcCode.rateLimited, "The person is being asked already", BUSY);
    const answer = await this.put(question, keyOf(caller, id), sink);
    if (answer !== null) return answer.value;
    await session.set(COOL + question.origin, Date.now() + COOL_MS);
    throw denied();
  }

  private async put(question: Q, key: string, sink: Sink): Promise<{ value: unknown } | null> {
    let decided!: Open<Q>["decided"];
    let failed!: Open<Q>["failed"];
    const decision = new Promise<{ value: unknown } | null>((resolve, reject) => {
      decided = resolve;
      failed = reject;
    });
    const open: Open<Q> = { question, key, sink, surface: null, isBeingDone: false, decided, failed };
    this.open = open;
    const surface = await this.at.surface.open(question.id).catch(() => null);
    if (this.open === open) open.surface = surface;
    else if (surface !== null) void this.at.surface.close(surface);
    if (surface === null) this.end(open, null);
    const timer = setTimeout(() => this.refuse(question.id), WAIT_AT_MOST_MS);
    return decision.finally(() => clearTimeout(timer));
  }

  private byId(id: string): Open<Q> | null {
    return this.open?.question.id === id ? this.open : null;
  }

  private end(open: Open<Q>, answer: { value: unknown } | null): void {
    if (this.open === open) this.open = null;
    if (open.surface !== null) void this.at.surface.close(open.surface);
    open.decided(answer);
  }
}

const BUSY = { satchelCode: "question_open", retryable: true };

function denied(): RpcFailure {
  return new RpcFailure(RpcCode.rejected, "You denied this request", { satchelCode: "consent_denied" });
}

function keyOf({ tabId, frameId, origin }: Caller, id: string): string {
  return `${tabId}:${frameId}:${origin}:${id}`;
}
