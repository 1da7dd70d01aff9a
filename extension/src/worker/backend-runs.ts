import type { GenerationEnd } from "../wire/generation-end";
import { RpcCode } from "../wire/rpc-code";
import { RpcFailure } from "../wire/rpc-failure";
import type { ServerFrame } from "../wire/server-frame";
import { costOf } from "./cost-of";
import { disconnected } from "./disconnected";
import type { Link } from "./link";
import type { Run } from "./run";
import type { RunRecord } from "./run-record";
import type { RunRecords } from "./run-records";
import type { Runs } from "./runs";
import { streamEventOf } from "./stream-event-of";
import { usageOf } from "./usage-of";

type Failed = Extract<ServerFrame, { type: "failed" }>;

interface Dependencies {
  runs: Runs;
  records: RunRecords;
  link: Link;
  /** The origin of our own screens: what they ask is asked by the person, under no site's grant. */
  own: string;
  changed(): void;
  /** The backend will not, or could not, answer a run. */
  failed(run: Run, frame: Failed): void;
}

const REVIVE_AFTER_MS = [0, 500, 1_000, 2_000, 4_000, 8_000, 8_000, 8_000, 8_000, 8_000] as const;
const UNCLAIMED_AFTER_MS = 10_000;

/** The runs that the backend answers: sends them, reads its frames, and takes them up again after the connection was lost. */
export class BackendRuns {
  private reviving = false;

  constructor(private readonly deps: Dependencies) {}

  /** Resolves when frames can be sent, with whether the run still wants it: the connection may have been opened for nobody. Rejects with 4900. */
  async ready(run: Run): Promise<boolean> {
    await this.deps.link.ready();
    if (this.deps.runs.has(run)) return true;
    this.rest();
    return false;
  }

  /** Goes on with what was begun before the worker was killed, after the event that the page has seen last. */
  attach(run: Run, generation: string): void {
    run.sent = true;
    run.state = "writing";
    this.deps.link.send({ type: "attach", generation, after: run.seq });
  }

  /** Sends the request. Throws when it is larger than a message may be. */
  generate(run: Run): void {
    const { caller, clientId } = run.record;
    const embedder = caller.embedder === null ? {} : { embedder: caller.embedder };
    const site = caller.origin === this.deps.own ? {} : { origin: caller.origin, ...embedder };
    const kind = run.kind === "chat" ? {} : { kind: run.kind };
    const frame = { type: "generate", id: clientId, ...site, ...kind, request: run.body } as const;
    const bytes = new TextEncoder().encode(JSON.stringify(frame)).length;
    if (bytes > this.deps.link.messageBytes) {
      const message = `The request is ${bytes} bytes; your Satchel takes ${this.deps.link.messageBytes} at the most`;
      throw new RpcFailure(RpcCode.invalidParams, message, { satchelCode: "request_too_large" });
    }
    run.sent = true;
    this.deps.link.send(frame);
  }

  /** Stops it at the provider, once; its end comes as a frame. */
  cancel(run: Run): void {
    if (run.state === "stopping") return;
    run.state = "stopping";
    this.deps.link.send({ type: "cancel", ...addressOf(run.record) });
    this.deps.changed();
  }

  /** The person leaves this Satchel: nobody is there to answer any more. What it writes is stopped, as long as it can be told. */
  leave(): void {
    for (const run of this.mine()) {
      const { sent, state, record } = run;
      if (sent && state !== "asking") this.deps.link.send({ type: "cancel", ...addressOf(record) });
      this.deps.runs.fail(run, disconnected("signed_out"));
    }
  }

  /** Lets the connection rest when nothing needs it. */
  rest(): void {
    const busy = this.mine().some((run) => run.state !== "asking");
    if (!busy) this.deps.link.rest();
  }

  /** One frame of the backend that concerns a generation. */
  frame(frame: ServerFrame): void {
    if (frame.type === "started") return this.started(frame);
    if (frame.type !== "delta" && frame.type !== "finished" && frame.type !== "failed") return;
    const run = this.deps.runs.find(frame);
    if (run === undefined) return;
    if (frame.type === "delta") this.delta(run, frame);
    else if (frame.type === "finished") this.finish(run, frame);
    else this.deps.failed(run, frame);
  }

  /** The connection is gone: get it back and attach to everything that runs. */
  async revive(): Promise<void> {
    if (this.reviving) return;
    this.reviving = true;
    for (const run of this.mine()) if (run.state === "writing" || run.state === "waiting") run.state = "reconnecting";
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
    const { records, runs } = this.deps;
    const unclaimed = async () => (await records.all()).filter(({ key }) => runs.get(key) === undefined);
    if ((await unclaimed()).length === 0) return;
    await new Promise((resolve) => setTimeout(resolve, UNCLAIMED_AFTER_MS));
    for (const record of await unclaimed()) {
      await records.remove(record.key);
      await this.release(record);
    }
  }

  /** Stops what an earlier worker may have begun, and nobody here waits for. */
  async release(record: RunRecord): Promise<void> {
    if (record.askId !== null || record.direct) return;
    await this.deps.link.ready().catch(() => undefined);
    this.deps.link.send({ type: "cancel", ...addressOf(record) });
    this.rest();
  }

  private async reattach(): Promise<boolean> {
    const { link } = this.deps;
    if (this.mine().length === 0) return true;
    try {
      await link.ready();
    } catch (error) {
      if (error instanceof RpcFailure && error.data?.satchelCode === "signed_out") throw error;
      return false;
    }
    for (const run of this.mine()) if (run.sent && run.state !== "asking") this.resend(run);
    this.rest();
    this.deps.changed();
    return true;
  }

  private resend(run: Run): void {
    const { generationId } = run.record;
    if (generationId === null) this.generate(run);
    else this.deps.link.send({ type: "attach", generation: generationId, after: run.seq });
    if (run.state === "stopping") this.deps.link.send({ type: "cancel", ...addressOf(run.record) });
    else run.state = run.seq > 0 ? "writing" : "waiting";
  }

  private started(frame: Extract<ServerFrame, { type: "started" }>): void {
    const run = this.deps.runs.find(frame);
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
    this.deps.runs.finish(run, result);
  }

  private failAll(error: unknown): void {
    for (const run of this.mine()) if (run.state !== "asking") this.deps.runs.fail(run, error);
  }

  private mine(): Run[] {
    return this.deps.runs.all().filter(({ direct }) => direct === null);
  }
}

function addressOf({ generationId, clientId }: RunRecord): { generation: string } | { id: string } {
  return generationId === null ? { id: clientId } : { generation: generationId };
}
