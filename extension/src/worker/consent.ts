import type { AskedBody } from "../wire/asked-body";
import type { ConsentDecision } from "../wire/consent-decision";
import type { ConsentQuestion } from "../wire/consent-question";
import { isRecord } from "../wire/is-record";
import { PermissionWish } from "../wire/permission-wish";
import type { RequestViews } from "../wire/request-views";
import { RpcCode } from "../wire/rpc-code";
import { RpcFailure } from "../wire/rpc-failure";
import { WorkerFault } from "../wire/worker-fault";
import type { Backend } from "./backend";
import type { Caller } from "./caller";
import type { ConsentSurface } from "./consent-surface";
import type { KeyValue } from "./key-value";
import { KeyedQueue } from "./keyed-queue";
import { requestViews } from "./request-views";
import type { Run } from "./run";
import type { RunRecord } from "./run-record";
import { siteKey } from "./site-key";

interface Dependencies {
  session: KeyValue;
  surface: ConsentSurface;
  backend: Pick<Backend, "putGrant">;
  /** How many questions wait without being shown. */
  waiting(count: number): void;
  /** A question waits for its answer, and is to be looked after by `sweep`. */
  asking(): void;
}

interface Waiter {
  decided(decision: ConsentDecision): void;
  body: AskedBody;
}

type Once = Pick<Extract<ConsentDecision, { kind: "once" }>, "model" | "caveats">;

const QUESTION = "ask:";
const COOL = "cool:";
const COOL_MS = 60_000;
const KEEP_DECIDED_MS = 60_000;
const UNCLAIMED_AFTER_MS = 10_000;
const ASK_FOR_AT_MOST_MS = 10 * 60_000;
const REASON_LENGTH = 120;
const TOOLS_AT_MOST = 1_000;
const FRAMES_AT_MOST = 8;

/**
 * The questions to the person: one at a time, one per site however many requests wait for it, remembered in
 * `storage.session` so that the death of the worker loses neither the question nor its answer.
 */
export class Consent {
  private readonly waiters = new Map<string, Map<string, Waiter>>();
  /** Runs that went away, perhaps before their question could be put. */
  private readonly left = new WeakSet<RunRecord>();
  private readonly queue = new KeyedQueue();

  constructor(private readonly deps: Dependencies) {}

  /** Resolves with what the person says about this run, never when it leaves before. `remember` stores its record with its `askId`. */
  async ask(run: Run, remember: () => Promise<void>): Promise<ConsentDecision> {
    let decided!: Waiter["decided"];
    const decision = new Promise<ConsentDecision>((resolve) => {
      decided = resolve;
    });
    await this.exclusive(async () => {
      const question = await this.questionFor(run);
      if (this.left.has(run.record)) return;
      if (question === null) return decided({ kind: "deny" });
      if (question.decision !== null) return decided(question.decision);
      run.record.askId = question.id;
      await remember();
      if (this.left.has(run.record)) return;
      const waiters = this.waiters.get(question.id) ?? new Map<string, Waiter>();
      this.waiters.set(question.id, waiters.set(run.record.key, { decided, body: run.body }));
      await this.put(question);
      this.deps.asking();
      await this.show();
    });
    return decision;
  }

  /**
   * Lets one request through under a fresh `once` grant for the model that was shown, narrowed by what the site itself asked for; requests
   * of one site go one after another. The grant is made only when `ready` says that the request is still wanted and can be sent.
   */
  once(
    caller: Caller,
    { model, caveats }: Once,
    ready: () => Promise<boolean>,
    send: () => Promise<void>,
  ): Promise<void> {
    return this.queue.run(siteKey(caller), async () => {
      if (!(await ready())) return;
      const { origin, embedder } = caller;
      const place = { origin, ...(embedder === null ? {} : { embedder }) };
      await this.deps.backend.putGrant({ ...place, state: "once", caveats: { ...caveats, models: [model] } });
      await send();
    });
  }

  /**
   * What the person answered. Rejects, and leaves the question open, when the grant cannot be stored, or when more was
   * asked than a "once" was shown, or another model than the site wants.
   */
  decide(id: string, decision: ConsentDecision): Promise<void> {
    return this.exclusive(async () => {
      const question = await this.get(id);
      if (question === null || question.decision !== null) return;
      if (decision.kind === "once" && decision.requests !== question.requests) {
        throw new WorkerFault("The site asked for more meanwhile. Look again.", { code: "consent_changed" });
      }
      if (decision.kind !== "deny" && !PermissionWish.allows(question.wish, decision.model, true)) {
        throw new WorkerFault("The site asked not to be given this model. Choose another.", {
          code: "model_not_wished",
        });
      }
      if (decision.kind === "always") await this.grant(question, decision.caveats);
      if (decision.kind === "deny") await this.cool(question);
      const { surface } = question;
      const bound = boundBy(question, decision);
      await this.put({ ...question, decision: bound, decidedAt: Date.now(), surface: null });
      for (const { decided } of this.waiters.get(id)?.values() ?? []) decided(bound);
      this.waiters.delete(id);
      if (surface !== null) void this.deps.surface.close(surface);
      await this.show();
    });
  }

  /** A window or tab was closed: when it held a question, that is a no. */
  async closed(kind: "window" | "tab", id: number): Promise<void> {
    const shown = await this.exclusive(() => this.open()); // after the question that is being shown knows its window
    const open = shown.find(({ surface }) => surface?.kind === kind && surface.id === id);
    if (open !== undefined) await this.decide(open.id, { kind: "deny" });
  }

  /** A run does not wait any more; with the last one the question goes away unanswered. */
  leave(record: RunRecord): void {
    this.left.add(record);
    const id = record.askId;
    if (id === null) return;
    const waiters = this.waiters.get(id);
    waiters?.delete(record.key);
    if (waiters === undefined || waiters.size > 0) return;
    void this.exclusive(() => this.drop(id));
  }

  /** A tab was shown or hidden. */
  visible(tabId: number, visible: boolean): Promise<void> {
    return this.exclusive(async () => {
      for (const question of await this.open()) {
        if (!question.tabs.some(({ id }) => id === tabId) || question.surface !== null) continue;
        await this.put({ ...question, tabs: withTab(question.tabs, { id: tabId, visible }) });
      }
      await this.show();
    });
  }

  /** The question and how many others wait; null when it is answered or gone. */
  async question(id: string): Promise<{ question: ConsentQuestion; others: number } | null> {
    const open = await this.open();
    const question = open.find((item) => item.id === id);
    return question === undefined ? null : { question, others: open.length - 1 };
  }

  /** What the requests that wait for it would send. Read from the requests themselves: nothing of them is stored. */
  asked(id: string): RequestViews {
    const bodies = [...(this.waiters.get(id)?.values() ?? [])].map(({ body }) => body);
    return requestViews.of(bodies);
  }

  /**
   * Questions that nobody has answered for ten minutes, perhaps because their window is covered, are a no; and after a
   * new start of the worker those that no page claims within ten seconds are withdrawn. Tells whether one is still open.
   */
  async sweep(): Promise<boolean> {
    const before = Date.now() - ASK_FOR_AT_MOST_MS;
    for (const { id, createdAt } of await this.open()) if (createdAt < before) await this.decide(id, { kind: "deny" });
    if ((await this.open()).length === 0) return false;
    await new Promise((resolve) => setTimeout(resolve, UNCLAIMED_AFTER_MS));
    await this.exclusive(async () => {
      for (const { id } of await this.open()) if (!this.waiters.has(id)) await this.drop(id);
    });
    return (await this.open()).length > 0;
  }

  private async questionFor(run: Run): Promise<ConsentQuestion | null> {
    const { record } = run;
    const kept = record.askId === null ? null : await this.get(record.askId);
    if (kept !== null) return kept;
    if (!run.active && (await this.isCool(record.caller))) return null;
    const open = await this.open();
    const same = open.find((question) => siteKey(question) === siteKey(record.caller));
    if (same !== undefined) return merged(same, questionOf(run));
    const { tabId, embedder } = record.caller;
    const frames = open.filter(
      (question) => question.embedder !== null && question.tabs.some(({ id }) => id === tabId),
    );
    if (embedder === null || frames.length < FRAMES_AT_MOST) return questionOf(run);
    const message = `${FRAMES_AT_MOST} frames of this page wait for an answer of the person`;
    throw new RpcFailure(RpcCode.rateLimited, message, { satchelCode: "too_many_generations", retryable: true });
  }

  /** After a no: the site, and with a frame all frames of its page, else a page could ask on and on under other names. */
  private async cool({ origin, embedder }: ConsentQuestion): Promise<void> {
    for (const name of coolNames({ origin, embedder })) await this.deps.session.set(name, Date.now() + COOL_MS);
  }

  private async isCool(caller: Caller): Promise<boolean> {
    const until = await Promise.all(coolNames(caller).map((name) => this.deps.session.get<number>(name)));
    return until.some((time) => Date.now() < (time ?? 0));
  }

  private async grant(question: ConsentQuestion, caveats: Extract<ConsentDecision, { kind: "always" }>["caveats"]) {
    const { origin, embedder } = question;
    await this.deps.backend.putGrant({
      origin,
      ...(embedder === null ? {} : { embedder }),
      state: "allowed",
      caveats: question.wish ? PermissionWish.narrow(caveats, question.wish) : caveats,
    });
  }

  private async show(): Promise<void> {
    const open = await this.open();
    const hidden = open.filter(({ surface }) => surface === null);
    const next =
      hidden.length < open.length ? undefined : hidden.find(({ tabs }) => tabs.some(({ visible }) => visible));
    if (next !== undefined) await this.put({ ...next, surface: await this.deps.surface.open(next.id) });
    this.deps.waiting(hidden.length - (next === undefined ? 0 : 1));
  }

  private async drop(id: string): Promise<void> {
    const question = await this.get(id);
    this.waiters.delete(id);
    await this.deps.session.remove(QUESTION + id);
    if (question?.surface) void this.deps.surface.close(question.surface);
    await this.show();
  }

  /** Open questions, oldest first; decided ones are forgotten a minute later. */
  private async open(): Promise<ConsentQuestion[]> {
    const all = (await this.deps.session.list<ConsentQuestion>(QUESTION)).map(([, question]) => question);
    for (const { id, decidedAt } of all) {
      if (decidedAt !== null && Date.now() - decidedAt > KEEP_DECIDED_MS) await this.deps.session.remove(QUESTION + id);
    }
    return all.filter(({ decision }) => decision === null).sort((a, b) => a.createdAt - b.createdAt);
  }

  private get(id: string): Promise<ConsentQuestion | null> {
    return this.deps.session.get(QUESTION + id);
  }

  private put(question: ConsentQuestion): Promise<void> {
    return this.deps.session.set(QUESTION + question.id, question);
  }

  private exclusive<T>(task: () => Promise<T>): Promise<T> {
    return this.queue.run("questions", task);
  }
}

/** A "once" as the site itself asked to be held to; an "always" is so by its grant. */
function boundBy({ wish }: ConsentQuestion, decision: ConsentDecision): ConsentDecision {
  if (decision.kind !== "once" || !wish) return decision;
  return { ...decision, caveats: PermissionWish.narrow({ models: [decision.model] }, wish) };
}

function toolNames(tools: readonly unknown[] | undefined): string[] {
  return (tools ?? []).slice(0, TOOLS_AT_MOST).map((tool) => {
    const named = isRecord(tool) && isRecord(tool["function"]) ? tool["function"]["name"] : null;
    return typeof named === "string" ? named.slice(0, 64) : "unnamed";
  });
}

function coolNames({ origin, embedder }: Pick<Caller, "origin" | "embedder">): string[] {
  return [siteKey({ origin, embedder }), ...(embedder === null ? [] : [siteKey({ origin: "", embedder })])].map(
    (key) => COOL + key,
  );
}

/** The tabs with what is known of one of them now. */
function withTab(tabs: ConsentQuestion["tabs"], tab: ConsentQuestion["tabs"][number]): ConsentQuestion["tabs"] {
  return [...tabs.filter(({ id }) => id !== tab.id), tab];
}

function questionOf(run: Run): ConsentQuestion {
  const { origin, embedder, tabId } = run.record.caller;
  return {
    id: crypto.randomUUID(),
    origin,
    embedder,
    tabs: [{ id: tabId, visible: run.visible }],
    reason: run.reason?.replace(/\s+/g, " ").trim().slice(0, REASON_LENGTH) || null,
    tools: toolNames(run.body.tools),
    model: run.body.model,
    inputBytes: new TextEncoder().encode(JSON.stringify(run.body)).length,
    readable: requestViews.has(run.body),
    maxTokens: run.body.max_tokens ?? null,
    requests: 1,
    wish: run.wish,
    surface: null,
    createdAt: Date.now(),
    decision: null,
    decidedAt: null,
  };
}

function merged(first: ConsentQuestion, next: ConsentQuestion): ConsentQuestion {
  const maxTokens = first.maxTokens === null || next.maxTokens === null ? null : first.maxTokens + next.maxTokens;
  return {
    ...first,
    tabs: next.tabs.reduce(withTab, first.tabs),
    tools: [...new Set([...first.tools, ...next.tools])].slice(0, TOOLS_AT_MOST),
    inputBytes: first.inputBytes + next.inputBytes,
    readable: first.readable || next.readable,
    maxTokens,
    wish: PermissionWish.both(first.wish, next.wish),
    requests: first.requests + 1,
  };
}
