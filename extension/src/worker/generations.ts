import { AskedBody } from "../wire/asked-body";
import { ChatBody } from "../wire/chat-body";
import type { ConsentDecision } from "../wire/consent-decision";
import type { GenerationEnd } from "../wire/generation-end";
import { LegacyModel } from "../wire/legacy-model";
import type { LiveGeneration } from "../wire/live-generation";
import { RpcCode } from "../wire/rpc-code";
import type { RpcError } from "../wire/rpc-error";
import { RpcFailure } from "../wire/rpc-failure";
import type { ServerFrame } from "../wire/server-frame";
import { backendFailure } from "./backend-failure";
import type { Caller } from "./caller";
import type { Consent } from "./consent";
import { costOf } from "./cost-of";
import { disconnected } from "./disconnected";
import type { Link } from "./link";
import { newRun, type RunRequest } from "./new-run";
import type { Pace } from "./pace";
import type { Run } from "./run";
import type { RunRecords } from "./run-records";
import { streamEventOf } from "./stream-event-of";
import type { Troubles } from "./troubles";
import { usageOf } from "./usage-of";

interface Dependencies {
  records: RunRecords;
  consent: Consent;
  link: Link;
  /** New requests a second: a page that asks without end must neither get the connection closed for all others nor delay them. */
  pace: Pick<Pace, "turn">;
  /** The model a site's grant allows first, to answer a page that named none. */
  allowedModel(caller: Caller): Promise<string | null>;
  troubles: Pick<Troubles, "concern" | "wait" | "leave">;
  /** The origin of our own screens: what they ask is asked by the person, under no site's grant. */
  own: string;
  changed(): void;
  /** A generation that the backend was told of has ended. */
  ended(origin: string): void;
}

const REVIVE_AFTER_MS = [0, 500, 1_000, 2_000, 4_000, 8_000, 8_000, 8_000, 8_000, 8_000] as const;
const UNCLAIMED_AFTER_MS = 10_000;
const ASK_AT_MOST = 3;
const MOST_PER_SITE = 16;

/** What the backend says of a model that it does not know, or that a site may not use. */
const NOT_HERE = new Set(["unknown_model", "model_not_granted"]);
/**
 * Everything that runs: starts it, feeds the page, asks the person when the backend wants consent, stops it, and takes
 * it up again after the connection or this worker was lost.
 */
export class Generations {
  private readonly runs = new Map<string, Run>();
  private reviving = false;

  constructor(private readonly deps: Dependencies) {}

  /** Starts a request, or goes on with one that was started before the worker was killed. Settles through `sink`. */
  async start(request: RunRequest, sink: Run["sink"]): Promise<void> {
    const key = this.keyOf(request.caller, request.id);
    const running = this.runs.get(key);
    if (running !== undefined) {
      running.sink = sink;
      return;
    }
    const body = AskedBody.fromParams(request.kind ?? "chat", request.params);
    if (typeof body === "string") {
      const error = { code: RpcCode.invalidParams, message: body, data: { satchelCode: "malformed_request" } };
      return sink({ kind: "error", id: request.id, error });
    }
    if (this.runsOf(request.caller.origin) >= MOST_PER_SITE) {
      const message = `${MOST_PER_SITE} requests of this site are open; wait for one to end`;
      const data = { satchelCode: "too_many_generations", retryable: true };
      return sink({ kind: "error", id: request.id, error: { code: RpcCode.rateLimited, message, data } });
    }
    const run = newRun(key, request, body, sink);
    this.runs.set(key, run);
    try {
      const kept = request.after === null ? null : await this.deps.records.get(key);
      if (kept !== null) run.record = kept;
      else await this.deps.records.put(run.record);
      await this.begin(run, kept !== null, request.after ?? 0);
    } catch (error) {
      this.fail(run, error);
    }
    this.deps.changed();
  }

  /** The page has thought better of it. */
  cancel(caller: Caller, id: string): void {
    const run = this.runs.get(this.keyOf(caller, id));
    if (run !== undefined) this.stop(run.record.key);
  }

  /** Stops one by its key: the person pressed Stop, or its page is done with it. */
  stop(key: string): void {
    const run = this.runs.get(key);
    if (run === undefined) return;
    if (run.state === "asking") {
      this.deps.consent.leave(run.record);
      this.deps.troubles.leave(run.record.key);
      return this.fail(run, new RpcFailure(RpcCode.rejected, "Stopped", { satchelCode: "cancelled" }));
    }
    if (!run.sent) return this.fail(run, new RpcFailure(RpcCode.rejected, "Stopped", { satchelCode: "cancelled" }));
    run.state = "stopping";
    this.deps.link.send({ type: "cancel", ...this.address(run) });
    this.deps.changed();
  }

  /** A document is gone: what it asked for stops at the provider at once. */
  abandon(sink: Run["sink"]): void {
    for (const run of [...this.runs.values()]) {
      if (run.sink !== sink) continue;
      run.orphan = true;
      run.sink = () => undefined;
      this.stop(run.record.key);
    }
  }

  /** One frame of the backend that concerns a generation. */
  frame(frame: ServerFrame): void {
    if (frame.type === "started") return this.started(frame);
    if (frame.type !== "delta" && frame.type !== "finished" && frame.type !== "failed") return;
    const run = this.find(frame);
    if (run === undefined) return;
    if (frame.type === "delta") this.delta(run, frame);
    else if (frame.type === "finished") this.finish(run, frame);
    else this.failed(run, frame);
  }

  /** The connection is gone: get it back and attach to everything that runs. */
  async revive(): Promise<void> {
    if (this.reviving) return;
    this.reviving = true;
    for (const run of this.runs.values())
      if (run.state === "writing" || run.state === "waiting") run.state = "reconnecting";
    this.deps.changed();
    try {
      for (const wait of REVIVE_AFTER_MS) {
        await new Promise((resolve) => setTimeout(resolve, wait));
        if (await this.reattach()) return;
      }
      this.failAll(disconnected("connection_lost"));
    } catch (error) {
      this.failAll(error);
    } finally {
      this.reviving = false;
    }
  }

  /** Stops what was running when the last worker was killed and has no page any more. */
  async sweep(): Promise<void> {
    const unclaimed = async () => (await this.deps.records.all()).filter((record) => !this.runs.has(record.key));
    if ((await unclaimed()).length === 0) return;
    await new Promise((resolve) => setTimeout(resolve, UNCLAIMED_AFTER_MS));
    for (const record of await unclaimed()) {
      await this.deps.records.remove(record.key);
      if (record.askId !== null) continue;
      await this.deps.link.ready().catch(() => undefined);
      const which = record.generationId === null ? { id: record.clientId } : { generation: record.generationId };
      this.deps.link.send({ type: "cancel", ...which });
    }
    this.rest();
  }

  live(): LiveGeneration[] {
    return [...this.runs.values()]
      .filter((run) => !run.orphan)
      .map((run) => ({
        key: run.record.key,
        origin: run.record.caller.origin,
        embedder: run.record.caller.embedder,
        model: run.record.model,
        pieces: run.pieces,
        startedAt: run.record.startedAt,
        state: run.state,
      }));
  }

  private keyOf(caller: Caller, id: string): string {
    return `${caller.tabId}:${caller.frameId}:${caller.origin}:${id}`;
  }

  private runsOf(origin: string): number {
    return [...this.runs.values()].filter(({ record, orphan }) => !orphan && record.caller.origin === origin).length;
  }

  private async begin(run: Run, resumed: boolean, after: number): Promise<void> {
    await this.deps.pace.turn(run.record.caller.origin, () => this.runs.get(run.record.key) === run);
    await this.deps.link.ready();
    if (this.runs.get(run.record.key) !== run) return;
    run.seq = after;
    if (!resumed && after > 0) throw disconnected("connection_lost");
    if (run.record.askId !== null) return this.ask(run);
    if (run.record.generationId === null) return this.generate(run);
    run.sent = true;
    run.state = "writing";
    this.deps.link.send({ type: "attach", generation: run.record.generationId, after });
  }

  private generate(run: Run): void {
    const { caller, clientId } = run.record;
    const embedder = caller.embedder === null ? {} : { embedder: caller.embedder };
    const site = caller.origin === this.deps.own ? {} : { origin: caller.origin, ...embedder };
    const kind = run.kind === "chat" ? {} : { kind: run.kind };
    const frame = { type: "generate", id: clientId, ...site, ...kind, request: run.body } as const;
    const bytes = new TextEncoder().encode(JSON.stringify(frame)).length;
    if (bytes > this.deps.link.messageBytes) {
      const message = `The request is ${bytes} bytes; at most ${this.deps.link.messageBytes} can be sent`;
      throw new RpcFailure(RpcCode.invalidParams, message, { satchelCode: "request_too_large" });
    }
    run.sent = true;
    this.deps.link.send(frame);
  }

  private async reattach(): Promise<boolean> {
    if (this.runs.size === 0) return true;
    try {
      await this.deps.link.ready();
    } catch (error) {
      if (error instanceof RpcFailure && error.data?.satchelCode === "signed_out") throw error;
      return false;
    }
    for (const run of [...this.runs.values()]) if (run.sent && run.state !== "asking") this.resend(run);
    this.deps.changed();
    return true;
  }

  private resend(run: Run): void {
    const { generationId } = run.record;
    if (generationId === null) this.generate(run);
    else this.deps.link.send({ type: "attach", generation: generationId, after: run.seq });
    if (run.state === "stopping") this.deps.link.send({ type: "cancel", ...this.address(run) });
    else run.state = run.seq > 0 ? "writing" : "waiting";
  }

  private address(run: Run): { generation: string } | { id: string } {
    const { generationId, clientId } = run.record;
    return generationId === null ? { id: clientId } : { generation: generationId };
  }

  private find(frame: { id?: string | null; generation?: string | null }): Run | undefined {
    return (
      [...this.runs.values()].find(({ record }) =>
        frame.generation ? record.generationId === frame.generation : record.clientId === frame.id,
      ) ?? [...this.runs.values()].find(({ record }) => record.clientId === frame.id)
    );
  }

  private started(frame: Extract<ServerFrame, { type: "started" }>): void {
    const run = this.find(frame);
    if (run === undefined) return;
    run.record.generationId = frame.generation;
    run.accepted?.();
    run.accepted = null;
    if (!run.orphan) void this.deps.records.put(run.record);
    if (run.state === "stopping") this.deps.link.send({ type: "cancel", generation: frame.generation });
  }

  private delta(run: Run, frame: Extract<ServerFrame, { type: "delta" }>): void {
    if (frame.seq <= run.seq) return;
    run.seq = frame.seq;
    run.pieces += 1;
    if (run.state !== "stopping") run.state = "writing";
    const event = streamEventOf(frame);
    if (event !== null) run.sink({ kind: "event", id: run.id, seq: frame.seq, event });
    this.deps.changed();
  }

  private finish(run: Run, frame: Extract<ServerFrame, { type: "finished" }>): void {
    const { generation, reason, model, provider, usage, cost } = frame;
    const facts = { id: generation, finishReason: reason, model, provider };
    const result: GenerationEnd = { ...facts, usage: usageOf(usage), cost: costOf(cost) };
    run.sink({ kind: "result", id: run.id, result });
    this.end(run);
  }

  private failed(run: Run, frame: Extract<ServerFrame, { type: "failed" }>): void {
    const { error } = frame;
    if (error.code === "consent_required" && !run.orphan && run.kind === "chat") return void this.ask(run);
    if (error.code === "model_not_granted" && !run.orphan && run.body.model === ChatBody.PREFERRED) {
      return void this.substitute(run, error);
    }
    if (NOT_HERE.has(error.code) && !run.orphan && LegacyModel.isOf2023(run.body.model)) {
      this.again(run, ChatBody.PREFERRED);
      return this.generate(run);
    }
    const usage = frame.usage ? usageOf(frame.usage) : null;
    const cost = frame.cost ? costOf(frame.cost) : null;
    const failure = backendFailure(error, { usage, cost });
    if (run.seq === 0 && !run.orphan && this.deps.troubles.concern(error))
      return void this.interrupt(run, error, failure);
    this.fail(run, failure);
  }

  /** The person may put a key right while the page waits: then the same request is sent again. */
  private async interrupt(run: Run, error: Parameters<typeof backendFailure>[0], failure: RpcFailure): Promise<void> {
    run.state = "asking";
    run.accepted?.();
    this.deps.changed();
    const { key, caller } = run.record;
    const isSeen = run.visible && caller.origin !== this.deps.own;
    const isRight = await this.deps.troubles.wait(key, caller.origin, error, isSeen);
    if (this.runs.get(key) !== run) return;
    if (!isRight) return this.fail(run, failure);
    this.again(run, run.body.model);
    await this.deps.link.ready().then(
      () => this.generate(run),
      (cause: unknown) => this.fail(run, cause),
    );
  }

  /** The page named no model and the person's default is not granted here: the site's own model answers. */
  private async substitute(run: Run, error: Parameters<typeof backendFailure>[0]): Promise<void> {
    const model = await this.deps.allowedModel(run.record.caller).catch(() => null);
    if (model === null) return this.fail(run, backendFailure(error));
    this.again(run, model);
    this.generate(run);
  }

  private async ask(run: Run): Promise<void> {
    run.state = "asking";
    run.asked += 1;
    run.accepted?.();
    this.deps.changed();
    try {
      if (run.asked > ASK_AT_MOST) throw new RpcFailure(RpcCode.unauthorized, "There is no consent for this request");
      const decision = await this.deps.consent.ask(run, () => {
        this.deps.changed();
        return this.deps.records.put(run.record);
      });
      if (this.runs.get(run.record.key) === run) await this.proceed(run, decision);
    } catch (error) {
      this.fail(run, error);
    }
  }

  private async proceed(run: Run, decision: ConsentDecision): Promise<void> {
    if (decision.kind === "deny") {
      throw new RpcFailure(RpcCode.rejected, "You denied this request", { satchelCode: "consent_denied" });
    }
    this.again(run, decision.model);
    await this.deps.records.put(run.record);
    if (decision.kind === "always") {
      await this.deps.link.ready();
      return this.generate(run);
    }
    const ready = async () => {
      await this.deps.link.ready();
      return this.runs.get(run.record.key) === run;
    };
    await this.deps.consent.once(run.record.caller, decision.model, ready, async () => {
      if (this.runs.get(run.record.key) !== run) return;
      const accepted = new Promise<void>((resolve) => {
        run.accepted = resolve;
      });
      this.generate(run);
      await accepted;
    });
  }

  /** The same request as a new generation: an id that was refused is spent. */
  private again(run: Run, model: string): void {
    run.body = { ...run.body, model };
    Object.assign(run.record, {
      clientId: crypto.randomUUID(),
      generationId: null,
      askId: null,
      model: run.body.model,
    });
    Object.assign(run, { state: "waiting", sent: false, seq: 0 });
    this.deps.changed();
  }

  private fail(run: Run, error: unknown): void {
    if (this.runs.get(run.record.key) !== run) return;
    const wire: RpcError =
      error instanceof RpcFailure ? error.toWire() : { code: RpcCode.internal, message: "Satchel's extension broke" };
    run.sink({ kind: "error", id: run.id, error: wire });
    this.end(run);
  }

  private failAll(error: unknown): void {
    for (const run of [...this.runs.values()]) if (run.state !== "asking") this.fail(run, error);
  }

  private end(run: Run): void {
    this.runs.delete(run.record.key);
    if (run.sent) this.deps.ended(run.record.caller.origin);
    void this.deps.records.remove(run.record.key);
    run.accepted?.();
    this.rest();
    this.deps.changed();
  }

  private rest(): void {
    const busy = [...this.runs.values()].some((run) => run.state !== "asking");
    if (!busy) this.deps.link.rest();
  }
}
