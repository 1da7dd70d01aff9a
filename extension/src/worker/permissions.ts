import { type Permission, SITE_CAPABILITIES, type SiteCapability, toCaveats } from "../../../sdk-js/src/Permission";
import type { DirectParts } from "../direct/direct-runs";
import { ChatBody } from "../wire/chat-body";
import type { ConsentDecision } from "../wire/consent-decision";
import { PermissionWish } from "../wire/permission-wish";
import type { ReplyMessage } from "../wire/reply-message";
import { RpcCode } from "../wire/rpc-code";
import { RpcFailure } from "../wire/rpc-failure";
import type { Backend } from "./backend";
import type { Caller } from "./caller";
import type { Consent } from "./consent";
import { disconnected } from "./disconnected";
import { newRun, type RunRequest } from "./new-run";
import type { AskedByPage } from "./one-question";
import type { Run } from "./run";
import type { SiteGrants } from "./site-grants";
import { stopped } from "./stopped";

interface Dependencies {
  backend: Pick<Backend, "models">;
  consent: Pick<Consent, "ask" | "leave" | "once">;
  direct: Pick<DirectParts, "once" | "routes">;
  grants: SiteGrants;
  changed(origin: string): void;
}

interface PageModel {
  id: string;
  name: string;
  description?: string;
  contextLength?: number;
  provider: string;
  providerName: string;
  local: boolean;
  available: boolean;
  capabilities: readonly string[];
  preferred: boolean;
}

/** A site's own view of its consent: to ask for it before the first prompt, to look at it, to give it back. */
export class Permissions {
  private readonly asking = new Map<string, { run: Run; refuse(error: RpcFailure): void }>();

  constructor(private readonly deps: Dependencies) {}

  /**
   * Asks the person unless what is there is enough already. A page may ask to be narrowed; the person may narrow
   * further. Resolves with what the site may do afterwards; rejects with 4001 or 4100.
   */
  async request(
    request: RunRequest & Pick<AskedByPage, "wanted">,
    sink: Run["sink"],
  ): Promise<{ permissions: readonly Permission[] }> {
    const wish = PermissionWish.parse(request.params);
    if (typeof wish === "string") throw new RpcFailure(RpcCode.invalidParams, wish);
    const { caller } = request;
    const { state } = await this.deps.grants.state(caller);
    if (state === "denied") throw new RpcFailure(RpcCode.unauthorized, "This site is blocked", BLOCKED);
    if (state === "granted" && (await this.covers(caller, wish)))
      return { permissions: await this.narrowed(caller, wish) };
    const besides = PermissionWish.besides(wish, await this.deps.grants.capabilities(caller));
    if (!request.wanted()) throw stopped();
    const decision = await this.ask(request, besides, sink);
    if (decision.kind === "deny") {
      throw new RpcFailure(RpcCode.rejected, "You denied this request", { satchelCode: "consent_denied" });
    }
    this.deps.changed(caller.origin);
    if (decision.kind === "always") return { permissions: (await this.deps.grants.state(caller)).permissions };
    await this.allowOnce(caller, decision);
    const told = { ...decision.caveats, models: wish.models && (decision.caveats?.models ?? null) };
    const caveats = [...toCaveats(told), { type: "once", value: true }];
    const may = SITE_CAPABILITIES.filter((one) => besides.capabilities?.includes(one) ?? true);
    return { permissions: may.map((one) => ({ invoker: caller.origin, parentCapability: one, caveats, date: null })) };
  }

  /** Gives the site's own consent back. A block is the person's and stays. */
  async revoke(caller: Caller): Promise<Awaited<ReturnType<SiteGrants["state"]>>> {
    await this.deps.direct.once.drop(caller);
    await this.deps.grants.giveBack(caller);
    this.deps.changed(caller.origin);
    return this.deps.grants.state(caller);
  }

  /** The models that the site may use: after a grant, and no others. Where it was allowed certain deeds only, `needed` must be one. */
  async models(caller: Caller, needed: SiteCapability = "model:list"): Promise<{ models: PageModel[] }> {
    const allowed = await this.deps.grants.allows(caller);
    if (allowed === null)
      throw new RpcFailure(RpcCode.unauthorized, "This site has not been allowed to use a model", ASK);
    if ((await this.deps.grants.capabilities(caller))?.includes(needed) === false)
      throw new RpcFailure(RpcCode.unauthorized, `This site was not allowed ${needed}; it may ask for that`, LACKS);
    const models = (await this.deps.backend.models()).filter(({ id, satchel }) => allowed(id, satchel.local));
    return {
      models: models.map(({ id, name, description, context_length, satchel }) => ({
        id,
        name,
        ...(description === null ? {} : { description }),
        ...(context_length === null ? {} : { contextLength: context_length }),
        provider: satchel.provider,
        providerName: satchel.provider_name,
        local: satchel.local,
        available: satchel.available,
        capabilities: satchel.capabilities,
        preferred: satchel.preferred,
      })),
    };
  }

  /** The page has thought better of it. */
  cancel(caller: Caller, id: string): void {
    this.withdraw(keyOf(caller, id));
  }

  /** A document is gone: its questions are withdrawn. */
  abandon(sink: Run["sink"]): void {
    for (const [key, { run }] of [...this.asking]) if (run.sink === sink) this.withdraw(key);
  }

  /** The person leaves this Satchel: what is asked on its behalf ends with 4900. */
  leave(): void {
    for (const key of [...this.asking.keys()]) this.withdraw(key, disconnected("signed_out"));
  }

  private ask(
    request: RunRequest,
    wish: PermissionWish,
    sink: (message: ReplyMessage) => void,
  ): Promise<ConsentDecision> {
    const key = keyOf(request.caller, request.id);
    const params = request.params ?? {};
    const run = newRun(
      key,
      { ...request, params },
      { model: wish.models?.[0] ?? ChatBody.PREFERRED, messages: [] },
      sink,
    );
    run.wish = wish;
    return new Promise<ConsentDecision>((resolve, refuse) => {
      this.asking.set(key, { run, refuse });
      this.deps.consent.ask(run, async () => undefined).then(resolve, refuse);
    }).finally(() => this.asking.delete(key));
  }

  /** Whether what was allowed before is enough: every model that is asked for, and one at least that is left by how the site narrows itself. */
  private async covers(caller: Caller, wish: PermissionWish): Promise<boolean> {
    const { backend, grants } = this.deps;
    if (!(await grants.covers(caller, wish))) return false;
    const allowed = wish.local_only ? await grants.allows(caller) : null;
    if (allowed === null) return true;
    return (await backend.models()).some(({ id, satchel }) => satchel.local && allowed(id, true));
  }

  /** The site is held to what it asks for from now on, without a question: that is never more than it was allowed. */
  private async narrowed(caller: Caller, wish: PermissionWish): Promise<readonly Permission[]> {
    if (await this.deps.grants.narrow(caller, wish)) this.deps.changed(caller.origin);
    return (await this.deps.grants.state(caller)).permissions;
  }

  /** Remembers a yes for the next request, where that will be looked at. */
  private async allowOnce(caller: Caller, decision: Extract<ConsentDecision, { kind: "once" }>): Promise<void> {
    const { consent, direct } = this.deps;
    const { model, caveats } = decision;
    if (await direct.routes.has(model)) return direct.once.keep(caller, model, caveats ?? {});
    const now = async () => true;
    await consent.once(caller, decision, now, async () => undefined);
  }

  private withdraw(key: string, error = stopped()): void {
    const open = this.asking.get(key);
    if (open === undefined) return;
    this.deps.consent.leave(open.run.record);
    open.refuse(error);
  }
}

const LACKS = { satchelCode: "capability_not_granted" };
const BLOCKED = { satchelCode: "origin_blocked" };
const ASK = { satchelCode: "consent_required" };

function keyOf({ tabId, frameId, origin }: Caller, id: string): string {
  return `${tabId}:${frameId}:${origin}:permissions:${id}`;
}
