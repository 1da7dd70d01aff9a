import { ChatBody } from "../wire/chat-body";
import type { FailedAttempt, Generation } from "../wire/generation";
import type { GenerationEnd } from "../wire/generation-end";
import type { Grant } from "../wire/grant";
import { RpcCode } from "../wire/rpc-code";
import { RpcFailure } from "../wire/rpc-failure";
import type { UsageFacts } from "../wire/usage-facts";
import { backendFailure } from "../worker/backend-failure";
import type { Caller } from "../worker/caller";
import type { Run } from "../worker/run";
import type { RunRecords } from "../worker/run-records";
import type { Runs } from "../worker/runs";
import { siteKey } from "../worker/site-key";
import type { DirectActivity } from "./direct-activity";
import type { DirectEvent } from "./direct-event";
import type { DirectOnce } from "./direct-once";
import type { DirectRoute } from "./direct-route";
import type { DirectRoutes } from "./direct-routes";
import { holdTo } from "./hold-to";
import type { SiteRate } from "./site-rate";

export interface DirectParts {
  routes: Pick<DirectRoutes, "concerns" | "find" | "has" | "isOn">;
  /** The site's standing consent, as the backend keeps it; it is asked for that and told nothing of the prompt. */
  grant(caller: Caller): Promise<Grant | null>;
  /** The same though it has run out: null where the person took it back. */
  record(caller: Caller): Promise<Grant | null>;
  /** The model that the backend answers by where none is named. */
  preferred(): Promise<string | null>;
  once: Pick<DirectOnce, "drop" | "keep" | "of" | "take">;
  activity: Pick<DirectActivity, "add">;
  rate: Pick<SiteRate, "take">;
  /** Keeps the worker from sleeping until the returned function is called. */
  stayAwake(): () => void;
}

interface Dependencies extends DirectParts {
  runs: Runs;
  records: Pick<RunRecords, "put">;
  own: string;
  changed(): void;
}

/**
 * Whether a request may go on: it may, under a consent that can be taken back ("standing") or not ("go"); the person is to be asked; or
 * another model is to answer where the page left it open.
 */
type Verdict = "go" | "standing" | "ask" | { instead: string };

const CHARACTERS_PER_TOKEN = 4;
/** How often the consent of what runs is looked at: what happens in another browser is told over a socket that need not be open. */
const LOOK_EVERY_MS = 15_000;

/** The runs that never reach the backend: holds a site to its grant, feeds the page, and keeps what is known of each. */
export class DirectRuns {
  private readonly paced = new WeakSet<Run["record"]>();

  constructor(private readonly deps: Dependencies) {}

  /** The way to what a run asks for; null where the backend answers. Throws where it should be here and is away. */
  async routeOf(run: Run): Promise<DirectRoute | null> {
    const route = await this.deps.routes.find(run.body.model);
    if (route === null || isAble(route, run)) return route;
    const message = `${run.body.model} does not do that when it is asked directly`;
    throw backendFailure({ code: "unsupported_feature", message });
  }

  /**
   * What the site's consent says of a run, on its way to a direct model or, with none, to the backend. Throws what a page is to hear that
   * may not.
   */
  async verdict(run: Run, route: DirectRoute | null): Promise<Verdict> {
    const { caller } = run.record;
    if (caller.origin === this.deps.own) return "go";
    if (route === null && !(await this.deps.routes.isOn())) return "go";
    const [grant, once] = await Promise.all([this.deps.grant(caller), this.deps.once.of(caller)]);
    if (route !== null) return this.here(run, route.model.id, grant, once);
    const verdict = run.kind === "chat" ? await this.elsewhere(run, grant, once) : await this.unasked(run, grant);
    if (verdict === "go" && grant?.state === "allowed") await this.pace(run, grant);
    return verdict;
  }

  /** Asks the model and feeds the page until the end, which it also settles. `standing` as `verdict` said. Never rejects. */
  async stream(run: Run, route: DirectRoute, standing: boolean): Promise<void> {
    const stop = new AbortController();
    run.direct = { stop, standing };
    run.record.direct = true;
    run.record.askId = null;
    run.accepted?.();
    const now = Date.now();
    const told: Told = { startedAt: now, triedAt: now, failed: [], firstAt: null, end: null };
    const rest = this.deps.stayAwake();
    const looking = setInterval(() => void this.recheck(run), LOOK_EVERY_MS);
    try {
      if (!run.orphan) await this.deps.records.put(run.record);
      const body = { ...run.body, model: route.model.id };
      for await (const event of route.stream(body, stop.signal)) {
        if (event.type === "failed") this.note(route, event.error, told);
        else this.hear(run, event, told);
      }
      this.finish(run, route, told, told.end?.reason ?? "stop");
    } catch (error) {
      if (stop.signal.aborted) this.finish(run, route, told, "cancelled");
      else this.fail(run, route, told, error);
    } finally {
      clearInterval(looking);
      rest();
    }
  }

  /** Stops it: the server hears the connection close. */
  cancel(run: Run): void {
    run.state = "stopping";
    run.direct?.stop.abort();
    this.deps.changed();
  }

  /** A site's consent has changed, or any site's with null: what it runs without one stops. Never rejects. */
  async heed(origin: string | null): Promise<void> {
    const concerned = this.deps.runs
      .all()
      .filter(({ record: { caller } }) => (origin ?? caller.origin) === caller.origin);
    await Promise.all(concerned.map((run) => this.recheck(run)));
  }

  private async recheck(run: Run): Promise<void> {
    const { caller } = run.record;
    if (run.direct === null || caller.origin === this.deps.own) return;
    const record = await this.deps.record(caller).catch(() => undefined); // nobody to ask: it stands
    if (record === undefined || !this.deps.runs.has(run)) return;
    if (record === null ? run.direct.standing : record.state === "blocked") this.cancel(run);
  }

  /** A direct model is held to the consent here: nobody else sees what it is asked. */
  private async here(run: Run, model: string, grant: Grant | null, once: string | null): Promise<Verdict> {
    const { caller } = run.record;
    if (grant?.state === "blocked") throw backendFailure({ code: "origin_blocked", message: "This site is blocked" });
    const models = grant?.caveats.models ?? null;
    if (grant?.state === "allowed" && (models === null || models.includes(model))) {
      holdTo(run, grant.caveats);
      await this.pace(run, grant);
      return "standing";
    }
    const held = once === model ? await this.deps.once.take(caller, model) : null;
    if (held !== null) {
      holdTo(run, held);
      return "go";
    }
    const other = once ?? models?.[0] ?? model;
    if (run.body.model === ChatBody.PREFERRED && other !== model) return { instead: other };
    if (grant?.state !== "allowed" && run.kind !== "chat") throw unasked();
    if (grant?.state !== "allowed") return "ask";
    throw backendFailure({ code: "model_not_granted", message: `This site may not use ${model}` });
  }

  /** The backend holds a site to its consent itself; but it must not see a prompt that a direct model is, or may be chosen, to answer. */
  private async elsewhere(run: Run, grant: Grant | null, once: string | null): Promise<Verdict> {
    if (grant?.state === "blocked") return "go";
    const isOpen = run.body.model === ChatBody.PREFERRED;
    if (isOpen && once !== null) return { instead: once };
    if (grant === null) return "ask";
    const models = grant.caveats.models ?? [];
    const [first] = models;
    if (!isOpen || first === undefined || !models.some((id) => this.deps.routes.concerns(id))) return "go";
    const preferred = models.length > 1 ? await this.deps.preferred() : null;
    return { instead: preferred !== null && models.includes(preferred) ? preferred : first };
  }

  /** The same for what asks nobody: without a consent nothing is sent, and where only direct models may be used none of the backend's is. */
  private async unasked(run: Run, grant: Grant | null): Promise<Verdict> {
    if (grant === null) throw unasked();
    if (grant.state === "blocked") throw backendFailure({ code: "origin_blocked", message: "This site is blocked" });
    const models = grant.caveats.models ?? [];
    const isOpen = run.body.model.startsWith("satchel/");
    if (!isOpen || models.length === 0 || !models.every((id) => this.deps.routes.concerns(id))) return "go";
    for (const id of models) {
      const route = await this.deps.routes.find(id).catch(() => null);
      if (route !== null && isAble(route, run)) return { instead: id };
    }
    throw backendFailure({ code: "model_not_granted", message: "None of the models that this site may use does that" });
  }

  /** One count for both ways, each run once: the backend knows of its own only. */
  private async pace({ record }: Run, { caveats: { rate_per_minute: perMinute } }: Grant): Promise<void> {
    if (perMinute === null || this.paced.has(record)) return;
    const wait = await this.deps.rate.take(siteKey(record.caller), perMinute);
    this.paced.add(record);
    if (wait === null) return;
    const message = `This site may ask ${perMinute} times a minute; wait ${wait} s`;
    throw backendFailure({ code: "rate_limited", message, retryable: true, retry_after_s: wait });
  }

  /** A try failed: kept is our code of it, and nothing that was said. */
  private note({ model }: DirectRoute, { data }: RpcFailure, told: Told): void {
    const now = Date.now();
    const code = data?.satchelCode ?? "internal_error";
    const { provider } = model.satchel;
    told.failed.push({ provider, endpoint: model.id, code, duration_ms: now - told.triedAt });
    told.triedAt = now;
  }

  private hear(run: Run, event: Exclude<DirectEvent, { type: "failed" }>, told: Told): void {
    told.firstAt ??= Date.now();
    if (event.type === "end") {
      told.end = event;
      return;
    }
    run.seq += 1;
    run.pieces += 1;
    if (run.state !== "stopping") run.state = "writing";
    run.sink({ kind: "event", id: run.id, seq: run.seq, event });
    this.deps.changed();
  }

  private finish(run: Run, route: DirectRoute, told: Told, reason: string): void {
    const usage = told.end?.usage ?? guessed(run);
    const { provider_name: provider } = route.model.satchel;
    const id = idOf(run);
    const result: GenerationEnd = {
      id,
      finishReason: reason,
      model: route.model.id,
      provider,
      usage,
      cost: { usd: 0, known: true },
    };
    this.keep(run, route, told, { status: reason === "cancelled" ? "cancelled" : "finished", reason, usage });
    this.deps.runs.finish(run, result);
  }

  private fail(run: Run, route: DirectRoute, told: Told, error: unknown): void {
    const code = error instanceof RpcFailure ? (error.data?.satchelCode ?? null) : "internal_error";
    if (error instanceof RpcFailure) this.note(route, error, told);
    this.keep(run, route, told, { status: "failed", reason: "error", code, usage: guessed(run) });
    this.deps.runs.fail(run, error);
  }

  private keep(run: Run, { model }: DirectRoute, { startedAt, failed, firstAt }: Told, end: Ended): void {
    const { origin } = run.record.caller;
    const isOwn = origin === this.deps.own;
    const { inputTokens, outputTokens, reasoningTokens, cachedTokens, estimated } = end.usage;
    const tokens = { input_tokens: inputTokens, output_tokens: outputTokens, reasoning_tokens: reasoningTokens };
    const generation: Generation = {
      id: idOf(run),
      origin: isOwn ? null : origin,
      app: isOwn ? "Satchel" : null,
      model: model.id,
      requested_model: run.body.model,
      provider: model.satchel.provider_name,
      status: end.status,
      reason: end.reason,
      error_code: end.code ?? null,
      attempts: end.status === "failed" ? Math.max(1, failed.length) : failed.length + 1,
      failed_attempts: failed,
      usage: { ...tokens, cached_tokens: cachedTokens, estimated },
      cost: { nusd: 0, known: true },
      started_at: new Date(startedAt).toISOString(),
      first_event_ms: firstAt === null ? null : firstAt - startedAt,
      duration_ms: Date.now() - startedAt,
      direct: true,
      ...(run.kind === "embeddings" ? { kind: "embedding" as const } : {}),
    };
    void this.deps.activity.add(generation);
  }
}

/** What is known of a stream while it runs. */
interface Told {
  startedAt: number;
  triedAt: number;
  failed: FailedAttempt[];
  firstAt: number | null;
  end: Extract<DirectEvent, { type: "end" }> | null;
}

interface Ended {
  status: "finished" | "cancelled" | "failed";
  reason: string;
  code?: string | null;
  usage: UsageFacts;
}

const NEEDS = {
  chat: "chat",
  embeddings: "embeddings",
  images: "image_output",
  speech: "speech",
  transcriptions: "transcription",
} as const;

function isAble({ model }: DirectRoute, { kind }: Run): boolean {
  return model.satchel.capabilities.includes(NEEDS[kind]);
}

function unasked(): RpcFailure {
  return backendFailure({ code: "consent_required", message: "This site has not been allowed to use a model" });
}

function idOf({ record }: Run): string {
  return `gen_direct_${record.clientId}`;
}

/** What a stream used that did not say so: a piece is about a token. */
function guessed({ body, pieces }: Run): UsageFacts {
  const asked = JSON.stringify(body).length;
  const inputTokens = Math.ceil(asked / CHARACTERS_PER_TOKEN);
  return { inputTokens, outputTokens: pieces, reasoningTokens: 0, cachedTokens: 0, estimated: true };
}

/** A request that the worker's death cut off in mid-answer: there is nothing left to attach to. */
export function cutOff(): RpcFailure {
  return new RpcFailure(
    RpcCode.disconnected,
    "The browser ended the connection to the model in mid-answer. Ask again",
    {
      satchelCode: "connection_lost",
    },
  );
}
