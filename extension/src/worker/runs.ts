import type { GenerationEnd } from "../wire/generation-end";
import type { LiveGeneration } from "../wire/live-generation";
import { RpcCode } from "../wire/rpc-code";
import type { RpcError } from "../wire/rpc-error";
import { RpcFailure } from "../wire/rpc-failure";
import type { Caller } from "./caller";
import type { Run } from "./run";
import type { RunRecords } from "./run-records";

interface Dependencies {
  records: Pick<RunRecords, "remove">;
  changed(): void;
  /** A run is over and has been told so. */
  ended(run: Run): void;
}

/** What runs now in this worker's life. Each run ends here, once, with one result or one error. */
export class Runs {
  private readonly byKey = new Map<string, Run>();

  constructor(private readonly deps: Dependencies) {}

  static keyOf(caller: Caller, id: string): string {
    return `${caller.tabId}:${caller.frameId}:${caller.origin}:${id}`;
  }

  get(key: string): Run | undefined {
    return this.byKey.get(key);
  }

  add(run: Run): void {
    this.byKey.set(run.record.key, run);
  }

  /** Whether this very run still goes on. */
  has(run: Run): boolean {
    return this.byKey.get(run.record.key) === run;
  }

  all(): Run[] {
    return [...this.byKey.values()];
  }

  /** How many of a site's are open. */
  countOf(origin: string): number {
    return this.all().filter(({ record, orphan }) => !orphan && record.caller.origin === origin).length;
  }

  /** The run that a frame of the backend is about. */
  find(frame: { id?: string | null; generation?: string | null }): Run | undefined {
    return (
      this.all().find(({ record }) =>
        frame.generation ? record.generationId === frame.generation : record.clientId === frame.id,
      ) ?? this.all().find(({ record }) => record.clientId === frame.id)
    );
  }

  live(): LiveGeneration[] {
    return this.all()
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

  finish(run: Run, result: GenerationEnd): void {
    if (!this.has(run)) return;
    run.sink({ kind: "result", id: run.id, result });
    this.end(run);
  }

  fail(run: Run, error: unknown): void {
    if (!this.has(run)) return;
    const wire: RpcError =
      error instanceof RpcFailure ? error.toWire() : { code: RpcCode.internal, message: "Satchel's extension broke" };
    run.sink({ kind: "error", id: run.id, error: wire });
    this.end(run);
  }

  private end(run: Run): void {
    this.byKey.delete(run.record.key);
    void this.deps.records.remove(run.record.key);
    run.accepted?.();
    this.deps.ended(run);
    this.deps.changed();
  }
}
