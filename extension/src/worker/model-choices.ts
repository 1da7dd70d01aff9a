import { isRecord } from "../wire/is-record";
import type { ModelChoice } from "../wire/model-choice";
import { RpcCode } from "../wire/rpc-code";
import { RpcFailure } from "../wire/rpc-failure";
import type { ConsentSurface } from "./consent-surface";
import type { KeyValue } from "./key-value";
import { type AskedByPage, OneQuestion, type Sink } from "./one-question";
import type { Permissions } from "./permissions";

interface Dependencies {
  permissions: Pick<Permissions, "models">;
  surface: ConsentSurface;
  session: KeyValue;
}

const REASON_LENGTH = 120;

/**
 * A page may ask the person to choose one of the models that it was allowed: in a window of ours, and only while they act on the page.
 * What they choose is told and nothing else: neither the site's consent nor the person's default changes.
 */
export class ModelChoices extends OneQuestion<ModelChoice> {
  constructor(private readonly deps: Dependencies) {
    super(deps);
  }

  /** Resolves with the model's id; rejects with 4001 for a no, 4100 without a grant or a click, 4290 while another choice is open. */
  async request(asked: AskedByPage, sink: Sink): Promise<{ model: string }> {
    const { caller, params, active } = asked;
    const reason = isRecord(params) ? (params["reason"] ?? null) : null;
    if (reason !== null && typeof reason !== "string") {
      throw new RpcFailure(RpcCode.invalidParams, "reason must be a string", { satchelCode: "malformed_request" });
    }
    if (!active) throw new RpcFailure(RpcCode.unauthorized, "Call this while the person acts on the page", IDLE);
    const { models } = await this.deps.permissions.models(caller, "model:choose");
    const { origin, embedder } = caller;
    const able = models.filter(({ available, capabilities }) => available && capabilities.includes("chat"));
    const question = {
      id: crypto.randomUUID(),
      origin,
      embedder,
      reason: reason?.replace(/\s+/g, " ").trim().slice(0, REASON_LENGTH) || null,
      models: able.map(({ id }) => id),
    };
    return { model: String(await this.ask(asked, question, sink)) };
  }

  /** The person chooses one of those that were offered. */
  choose(id: string, model: string): Promise<void> {
    return this.accept(id, async ({ models }) => {
      if (!models.includes(model)) throw new RpcFailure(RpcCode.unauthorized, "The site may not use this model", OTHER);
      return model;
    });
  }
}

const OTHER = { satchelCode: "model_not_granted" };
const IDLE = { satchelCode: "activation_needed" };
