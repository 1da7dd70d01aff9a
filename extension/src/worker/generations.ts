import { cutOff, type DirectParts, DirectRuns } from "../direct/direct-runs";
import { holdTo } from "../direct/hold-to";
import { AskedBody } from "../wire/asked-body";
import { ChatBody } from "../wire/chat-body";
import type { ConsentDecision } from "../wire/consent-decision";
import { LegacyModel } from "../wire/legacy-model";
import type { LiveGeneration } from "../wire/live-generation";
import { RpcCode } from "../wire/rpc-code";
import { RpcFailure } from "../wire/rpc-failure";
import type { ServerFrame } from "../wire/server-frame";
import { backendFailure } from "./backend-failure";
import { BackendRuns } from "./backend-runs";
import type { Caller } from "./caller";
import type { Consent } from "./consent";
import { costOf } from "./cost-of";
import { disconnected } from "./disconnected";
import type { Link } from "./link";
import { newRun, type RunRequest } from "./new-run";
import type { Pace } from "./pace";
import type { Run } from "./run";
import type { RunRecords } from "./run-records";
import { Runs } from "./runs";
import { stopped } from "./stopped";
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
  direct: DirectParts;
  troubles: Pick<Troubles, "concern" | "wait" | "leave">;
  /** The origin of our own screens: what they ask is asked by the person, under no site's grant. */
  own: string;
  changed(): void;
  /** A generation that the backend was told of has ended. */
  ended(origin: string): void;
}

const ASK_AT_MOST = 3;
const MOST_PER_SITE = 16;

/** What the backend says of a model that it does not know, or that a site may not use. */
const NOT_HERE = new Set(["unknown_model", "model_not_granted"]);

/** Everything that runs: starts it, asks the person when consent is wanted or a key is wrong, and stops it. */
export class Generations {
  private readonly runs: Runs;
  private readonly backend: BackendRuns;
  private readonly direct: DirectRuns;

  constructor(private readonly deps: Dependencies) {
    const { records, link, own, changed } = deps;
    this.runs = new Runs({ records, changed, ended: (run) => this.ended(run) });
    const told = { changed, failed: this.failed.bind(this) };
    this.backend = new BackendRuns({ runs: this.runs, records, link, own, ...told });
    this.direct = new DirectRuns({ ...deps.direct, runs: this.runs, records, own, changed });
  }

  /** Starts a request, or goes on with one that was started before the worker was killed. Settles through `sink`. */
  async start(request: RunRequest, sink: Run["sink"]): Promise<void> {
    const key = Runs.keyOf(request.caller, request.id);
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
    const most = Math.min(MOST_PER_SITE, Math.floor(this.deps.link.generations / 2)); // one site never has all that there is
    if (this.runs.countOf(request.caller.origin) >= most) {
      const message = `${most} requests of this site are open; wait for one to end`;
      const data = { satchelCode: "too_many_generations", retryable: true };
      return sink({ kind: "error", id: request.id, error: { code: RpcCode.rateLimited, message, data } });
    }
    const run = newRun(key, request, body, sink);
    this.runs.add(run);
    try {
      const kept = request.after === null ? null : await this.deps.records.get(key);
      if (kept !== null) run.record = kept;
      else await this.deps.records.put(run.record);
      await this.begin(run, kept !== null, request.after ?? 0);
      if (kept !== null && !run.sent && !this.runs.has(run)) await this.backend.release(kept);
    } catch (error) {
      this.runs.fail(run, error);
    }
    this.deps.changed();
  }

  /** The page has thought better of it. */
  cancel(caller: Caller, id: string): void {
    const run = this.runs.get(Runs.keyOf(caller, id));
    if (run !== undefined) this.stop(run.record.key);
  }

  /** Stops one by its key: the person pressed Stop, or its page is done with it. */
  stop(key: string): void {
    const run = this.runs.get(key);
    if (run === undefined) return;
    if (run.state === "asking") {
      this.withdraw(run);
      return this.runs.fail(run, stopped());
    }
    if (run.direct !== null) return this.direct.cancel(run);
    if (!run.sent) return this.runs.fail(run, stopped());
    this.backend.cancel(run);
  }

  /** A document is gone: what it asked for stops at the provider at once. */
  abandon(sink: Run["sink"]): void {
    for (const run of this.runs.all()) {
      if (run.sink !== sink) continue;
      run.orphan = true;
      run.sink = () => undefined;
      this.stop(run.record.key);
    }
  }

  /** The person leaves this Satchel: whatever was to be answered there is stopped, and ends with 4900. */
  leave(): void {
    for (const run of this.runs.all()) if (run.state === "asking") this.withdraw(run);
    this.backend.leave();
  }

  /** A site's consent has changed, or any site's with null: what is asked past the backend stops where it is gone. Never rejects. */
  heed(origin: string | null): Promise<void> {
    return this.direct.heed(origin);
  }

  /** One frame of the backend that concerns a generation. */
  frame(frame: ServerFrame): void {
    this.backend.frame(frame);
  }

  /** The connection is gone. */
  revive(): Promise<void> {
    return this.backend.revive();
  }

  /** Stops what was running when the last worker was killed and has no page any more. */
  sweep(): Promise<void> {
    return this.backend.sweep();
  }

  live(): LiveGeneration[] {
    return this.runs.live();
  }

  private async begin(run: Run, resumed: boolean, after: number): Promise<void> {
    await this.deps.pace.turn(run.record.caller.origin, () => this.runs.has(run));
    if (!this.runs.has(run)) return;
    run.seq = after;
    const { askId, generationId, direct } = run.record;
    if (after > 0 && direct) throw cutOff();
    if (after > 0 && !resumed) throw disconnected("connection_lost");
    if (askId === null && generationId === null) return this.dispatch(run);
    if (!(await this.backend.ready(run))) return;
    if (generationId !== null) this.backend.attach(run, generationId);
    else await this.ask(run);
  }

  /** Sends a run the way that its model is reached, once it may go there. */
  private async dispatch(run: Run): Promise<void> {
    const route = await this.direct.routeOf(run);
    const verdict = await this.direct.verdict(run, route);
    if (!this.runs.has(run)) return;
    if (verdict === "ask") return this.ask(run);
    if (typeof verdict !== "string") {
      this.again(run, verdict.instead);
      return this.dispatch(run);
    }
    if (route !== null) return void this.direct.stream(run, route, verdict === "standing");
    if (await this.backend.ready(run)) this.backend.generate(run);
  }

  /** The same once more, perhaps with another model. */
  private redo(run: Run, model: string): void {
    this.again(run, model);
    void this.dispatch(run).catch((error: unknown) => this.runs.fail(run, error));
  }

  private failed(run: Run, frame: Extract<ServerFrame, { type: "failed" }>): void {
    const { error } = frame;
    const isWanted = !run.orphan && run.state !== "stopping";
    if (isWanted && isAsked(run, error.code)) return void this.ask(run);
    if (error.code === "model_not_granted" && isWanted && run.body.model === ChatBody.PREFERRED) {
      return void this.substitute(run, error);
    }
    if (NOT_HERE.has(error.code) && isWanted && this.fallBack(run, error)) return;
    const usage = frame.usage ? usageOf(frame.usage) : null;
    const cost = frame.cost ? costOf(frame.cost) : null;
    const failure = backendFailure(error, { usage, cost });
    if (run.seq === 0 && isWanted && this.deps.troubles.concern(error)) return void this.interrupt(run, error, failure);
    this.runs.fail(run, failure);
  }

  /** The model that the page named is not here: tells whether another is asked in its place. If that is not here, too, the first one counts. */
  private fallBack(run: Run, error: Parameters<typeof backendFailure>[0]): boolean {
    if (run.refused !== null) this.runs.fail(run, run.refused);
    const instead = run.refused === null ? LegacyModel.insteadOf(run.body.model, run.legacy) : null;
    if (instead === null) return run.refused !== null;
    run.refused = backendFailure(error);
    this.redo(run, instead);
    return true;
  }

  /** The person may put a key right while the page waits: then the same request is sent again. */
  private async interrupt(run: Run, error: Parameters<typeof backendFailure>[0], failure: RpcFailure): Promise<void> {
    run.state = "asking";
    run.accepted?.();
    this.deps.changed();
    const { key, caller } = run.record;
    const isSeen = run.visible && caller.origin !== this.deps.own;
    const isRight = await this.deps.troubles.wait(key, caller.origin, error, isSeen);
    if (!this.runs.has(run)) return;
    if (!isRight) return this.runs.fail(run, failure);
    this.redo(run, run.body.model);
  }

  /** The page named no model and the person's default is not granted here: the site's own model answers. */
  private async substitute(run: Run, error: Parameters<typeof backendFailure>[0]): Promise<void> {
    const model = await this.deps.allowedModel(run.record.caller).catch(() => null);
    if (model === null) return this.runs.fail(run, backendFailure(error));
    this.redo(run, model);
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
      if (this.runs.has(run)) await this.proceed(run, decision);
    } catch (error) {
      this.runs.fail(run, error);
    }
  }

  private async proceed(run: Run, decision: ConsentDecision): Promise<void> {
    if (decision.kind === "deny") {
      throw new RpcFailure(RpcCode.rejected, "You denied this request", { satchelCode: "consent_denied" });
    }
    this.again(run, decision.model);
    await this.deps.records.put(run.record);
    if (decision.kind === "always") return this.dispatch(run);
    const route = await this.direct.routeOf(run);
    if (!this.runs.has(run)) return;
    if (route !== null) {
      holdTo(run, decision.caveats ?? {});
      return void this.direct.stream(run, route, false);
    }
    const ready = () => this.backend.ready(run);
    await this.deps.consent.once(run.record.caller, decision, ready, async () => {
      if (!this.runs.has(run)) return;
      const accepted = new Promise<void>((resolve) => {
        run.accepted = resolve;
      });
      this.backend.generate(run);
      await accepted;
    });
  }

  /** Whatever the person is asked for its sake, they need not answer any more. */
  private withdraw(run: Run): void {
    this.deps.consent.leave(run.record);
    this.deps.troubles.leave(run.record.key);
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
    Object.assign(run, { state: "waiting", sent: false, direct: null, seq: 0 });
    this.deps.changed();
  }

  private ended(run: Run): void {
    if (run.sent) this.deps.ended(run.record.caller.origin);
    this.backend.rest();
  }
}

/**
 * Whether the person is asked about a refused run: who has not been allowed anything yet; and, where somebody has just acted on the page,
 * who was allowed a model that has gone with its key, for then another can be chosen.
 */
function isAsked({ kind, active }: Run, code: string): boolean {
  if (kind !== "chat") return false;
  return code === "consent_required" || (code === "key_gone" && active);
}
