import { ChatBody } from "../wire/chat-body";
import type { Grant } from "../wire/grant";
import type { Backend } from "./backend";
import type { Caller } from "./caller";

/** What a site may know about its own consent. The backend enforces it; here it is only read. */
export class SiteGrants {
  constructor(private readonly backend: Pick<Backend, "grants" | "account">) {}

  async state(caller: Caller): Promise<{ state: "granted" | "prompt" | "denied"; capabilities: string[] }> {
    const grant = await this.grant(caller);
    if (grant?.state === "allowed") return { state: "granted", capabilities: ["model:prompt", "model:tools"] };
    return { state: grant?.state === "blocked" ? "denied" : "prompt", capabilities: [] };
  }

  /** The model that would answer; without a standing grant only the neutral name is told. */
  async currentModel(caller: Caller): Promise<{ model: string }> {
    const grant = await this.grant(caller);
    if (grant?.state !== "allowed") return { model: ChatBody.PREFERRED };
    const preferred = (await this.backend.account()).preferred_model ?? ChatBody.PREFERRED;
    const { models } = grant.caveats;
    return { model: models === null || models.includes(preferred) ? preferred : (models[0] ?? preferred) };
  }

  /** The first model a narrowed grant allows; null where nothing narrows. */
  async firstAllowed(caller: Caller): Promise<string | null> {
    return (await this.grant(caller))?.caveats.models?.[0] ?? null;
  }

  private async grant(caller: Caller): Promise<Grant | null> {
    const grants = await this.backend.grants(caller.origin);
    const found = grants.find((grant) => grant.origin === caller.origin && grant.embedder === caller.embedder);
    const until = found?.caveats.expires_at;
    return found === undefined || (until && Date.parse(until) < Date.now()) ? null : found;
  }
}
