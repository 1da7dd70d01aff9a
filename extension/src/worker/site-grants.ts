import { type Permission, type SiteCapability, toPermissions } from "../../../sdk-js/src/Permission";
import { ChatBody } from "../wire/chat-body";
import type { Grant } from "../wire/grant";
import { PermissionWish } from "../wire/permission-wish";
import type { Backend } from "./backend";
import type { Caller } from "./caller";

type State = "granted" | "prompt" | "denied";

/** What a site may know about its own consent. The backend enforces it; here it is only read. */
export class SiteGrants {
  constructor(private readonly backend: Pick<Backend, "grants" | "account" | "deleteGrant" | "narrowGrant">) {}

  async state(caller: Caller): Promise<{ state: State; capabilities: string[]; permissions: Permission[] }> {
    const grant = await this.grant(caller);
    if (grant?.state === "allowed") {
      const permissions = toPermissions(grant);
      return {
        state: "granted",
        capabilities: permissions.map(({ parentCapability }) => parentCapability),
        permissions,
      };
    }
    return { state: grant?.state === "blocked" ? "denied" : "prompt", capabilities: [], permissions: [] };
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

  /** Whether the site's standing consent reaches as far as the models and the capabilities that it names; none named is none certain. */
  async covers(caller: Caller, wish: PermissionWish): Promise<boolean> {
    const grant = await this.grant(caller);
    if (grant?.state !== "allowed") return false;
    const { models, capabilities } = grant.caveats;
    const hasModels = models === null || (wish.models ?? []).every((id) => models.includes(id));
    return hasModels && (wish.capabilities ?? []).every((one) => capabilities?.includes(one) ?? true);
  }

  /** What the site was allowed to do at all, under its standing consent; null where that is not narrowed, or there is none. */
  async capabilities(caller: Caller): Promise<readonly SiteCapability[] | null> {
    const grant = await this.grant(caller);
    return grant?.state === "allowed" ? (grant.caveats.capabilities ?? null) : null;
  }

  /** Tells which models the site may use; null without a standing consent. */
  async allows(caller: Caller): Promise<((model: string, local: boolean) => boolean) | null> {
    const grant = await this.grant(caller);
    if (grant?.state !== "allowed") return null;
    const { models, local_only } = grant.caveats;
    return (model, local) => (models === null || models.includes(model)) && (local || local_only !== true);
  }

  /** Holds the site to what it asks for itself, where that is less than it was allowed; tells whether it was. */
  async narrow(caller: Caller, wish: PermissionWish): Promise<boolean> {
    const grant = await this.grant(caller);
    if (grant?.state !== "allowed" || !PermissionWish.asksForLess(wish, grant.caveats)) return false;
    await this.backend.narrowGrant(grant.id, PermissionWish.toNarrowing(wish));
    return true;
  }

  /** Removes the site's consent at its own wish; what the person blocked stays blocked. */
  async giveBack(caller: Caller): Promise<void> {
    const grant = await this.grant(caller);
    if (grant !== null && grant.state !== "blocked") await this.backend.deleteGrant(grant.id);
  }

  /** The record of the site's consent, whatever it says; null where there is none, or it has run out. */
  async grant(caller: Caller): Promise<Grant | null> {
    const record = await this.record(caller);
    const until = record?.state === "blocked" ? null : record?.caveats.expires_at;
    return until && Date.parse(until) < Date.now() ? null : record;
  }

  /** The same though it has run out: null where the person took it back. A no to a site is a no inside other pages, too. */
  async record(caller: Caller): Promise<Grant | null> {
    const grants = (await this.backend.grants(caller.origin)).filter(({ origin }) => origin === caller.origin);
    const found = grants.find(({ embedder }) => embedder === caller.embedder);
    const alone = grants.find(({ embedder }) => embedder === null);
    return (alone?.state === "blocked" ? alone : found) ?? null;
  }
}
