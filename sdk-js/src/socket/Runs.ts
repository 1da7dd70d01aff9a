import type { Credentials } from "../auth/Credentials.js";
import { NotConnected } from "../errors/NotConnected.js";
import { SignInRequired } from "../errors/SignInRequired.js";
import { toAbortError } from "../errors/toAbortError.js";
import { toServerError } from "../errors/toServerError.js";
import type { ServerFrame } from "../frames.gen.js";
import { Hearers } from "../Hearers.js";
import { toChatBody } from "../server/ChatBody.js";
import type { TransportRequest } from "../Transport.js";
import { Link } from "./Link.js";
import { Run } from "./Run.js";

const AFTER_STOP_MS = 5_000;
/** When to try again after the connection is lost: for as long as the server keeps what we missed. */
const RETRY_AFTER_MS: readonly number[] = [0, 250, 500, 1000, 2000, 4000, 8000, 15_000, 25_000];
const PUSHES: Readonly<Record<string, string>> = {
  model_changed: "modelChanged",
  grants_changed: "permissionsChanged",
  models_changed: "modelsChanged",
};

/** All generations of one client over its one link: started, told apart, stopped, and taken up again when the link was lost. */
export class Runs {
  readonly #link: Link;
  readonly #credentials: Credentials;
  readonly #runs = new Set<Run>();
  /** Who hears pushes of the account, while the link is open; listening opens none. */
  readonly hearers: Hearers = new Hearers();
  #isReviving = false;

  constructor(server: string, credentials: Credentials) {
    this.#credentials = credentials;
    this.#link = new Link(server, credentials, {
      onFrame: (frame) => this.#hear(frame),
      onDown: () => void this.#revive(),
    });
  }

  /** Carry one `ai_generate`. */
  async generate(call: TransportRequest): Promise<unknown> {
    const { signal, params, onEvent } = call;
    const run = new Run(await toChatBody(params), onEvent);
    let patience: ReturnType<typeof setTimeout> | undefined;
    const stop = () => {
      patience = this.#stop(run);
    };
    if (signal?.aborted) throw toAbortError();
    signal?.addEventListener("abort", stop, { once: true });
    this.#runs.add(run);
    this.#begin(run, signal).catch((error: unknown) => run.break(error));
    try {
      return await run.ended;
    } finally {
      clearTimeout(patience);
      signal?.removeEventListener("abort", stop);
      this.#runs.delete(run);
      if (this.#runs.size === 0 && this.hearers.isEmpty) this.#link.rest();
    }
  }

  async #begin(run: Run, signal: AbortSignal | undefined): Promise<void> {
    await this.#link.ready(signal);
    if (run.isStopping) return;
    const bytes = new TextEncoder().encode(JSON.stringify(run.opening)).length;
    if (bytes > this.#link.messageBytes) {
      const message = `The request is ${bytes} bytes; this server takes ${this.#link.messageBytes} at the most.`;
      throw toServerError({ code: "request_too_large", message });
    }
    run.isSent = true;
    this.#link.send(run.opening);
  }

  /** Stop a run; the server's last word says what it came to, and is awaited for a while. */
  #stop(run: Run): ReturnType<typeof setTimeout> {
    run.isStopping = true;
    if (run.isSent) this.#link.send(run.cancelling);
    return setTimeout(() => run.stopped(null, null), run.isSent ? AFTER_STOP_MS : 0);
  }

  #hear(frame: ServerFrame): void {
    if (frame.type === "event") {
      return this.hearers.tell(PUSHES[frame.event] ?? "", frame.data);
    }
    if (!("generation" in frame || "id" in frame)) return;
    const run = this.#find(frame);
    if (!run) return;
    if (frame.type === "started") this.#started(run, frame.generation);
    else if (frame.type === "delta") run.delta(frame);
    else if (frame.type === "finished") run.finish(frame);
    else if (frame.type === "failed") run.fail(frame);
  }

  #started(run: Run, generation: string): void {
    run.generation = generation;
    if (run.isStopping) this.#link.send(run.cancelling);
  }

  #find(frame: { generation?: string; id?: string | null }): Run | undefined {
    const runs = [...this.#runs];
    return (
      runs.find((run) => frame.generation !== undefined && run.generation === frame.generation) ??
      runs.find((run) => run.id === frame.id)
    );
  }

  /** The link is gone: get it back, and take up everything that runs where it was left. Nobody is asked to sign in for that. */
  async #revive(): Promise<void> {
    if (this.#isReviving) return;
    this.#isReviving = true;
    let cause: unknown;
    for (const waitMs of RETRY_AFTER_MS) {
      if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
      if (this.#sent().length === 0) break;
      try {
        if (!this.#credentials.isSignedIn) throw new SignInRequired("Nobody is signed in any more.");
        await this.#link.ready();
        for (const run of this.#sent()) this.#resume(run);
        cause = undefined;
        break;
      } catch (error) {
        cause = error;
        if (error instanceof SignInRequired) break;
      }
    }
    this.#isReviving = false;
    if (cause === undefined) return;
    for (const run of this.#sent()) run.break(cause instanceof SignInRequired ? cause : toConnectionLost(cause));
  }

  #sent(): Run[] {
    return [...this.#runs].filter(({ isSent }) => isSent);
  }

  #resume(run: Run): void {
    this.#link.send(run.opening);
    if (run.isStopping) this.#link.send(run.cancelling);
  }
}

function toConnectionLost(cause: unknown): NotConnected {
  const data = { satchelCode: "connection_lost" };
  return new NotConnected(4900, "The connection was lost and could not be had back.", data, { cause });
}
