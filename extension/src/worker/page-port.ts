import type { Browser } from "wxt/browser";
import { AskedBody, type AskedKind } from "../wire/asked-body";
import { RelayMessage } from "../wire/relay-message";
import { ReplyMessage } from "../wire/reply-message";
import { RpcCode } from "../wire/rpc-code";
import { RpcFailure } from "../wire/rpc-failure";
import type { Caller } from "./caller";
import type { Callers } from "./callers";
import type { Consent } from "./consent";
import { disconnected } from "./disconnected";
import type { Generations } from "./generations";
import type { KeyValue } from "./key-value";
import { LastRefusal } from "./last-refusal";
import type { ModelChoices } from "./model-choices";
import type { Permissions } from "./permissions";
import type { ProviderChanges } from "./provider-changes";
import type { Settings } from "./settings";
import type { SiteGrants } from "./site-grants";
import type { SitePace } from "./site-pace";
import { stopped } from "./stopped";
import type { Subscribers } from "./subscribers";

interface Dependencies {
  callers: Callers;
  changes: ProviderChanges;
  choices: ModelChoices;
  consent: Consent;
  generations: Generations;
  grants: SiteGrants;
  pace: SitePace;
  permissions: Permissions;
  session: KeyValue;
  settings: Settings;
  subscribers: Subscribers;
}

/** Failures that mean the person was away; the popup says who asked meanwhile. */
const IN_VAIN = new Set(["backend_unreachable", "signed_out", "connection_lost"]);

type Request = Extract<RelayMessage, { type: "request" }>;

/**
 * One document's port. Who asks is read from the browser's facts about the port; what the page claims is not looked
 * at. Every request gets exactly one result or error. When the port closes in a living worker its document is gone.
 */
export class PagePort {
  private caller: Promise<Caller> | null = null;
  private opaque = false;
  private open = true;
  /** Requests that the page still waits for, as far as they have not begun to generate. */
  private readonly waiting = new Set<string>();

  constructor(
    private readonly port: Browser.runtime.Port,
    private readonly deps: Dependencies,
  ) {
    port.onMessage.addListener((message: unknown) => void this.receive(RelayMessage.parse(message)));
    port.onDisconnect.addListener(() => {
      this.open = false;
      this.waiting.clear();
      this.deps.generations.abandon(this.send);
      this.deps.permissions.abandon(this.send);
      this.deps.changes.abandon(this.send);
      this.deps.choices.abandon(this.send);
    });
  }

  private readonly send = (message: ReplyMessage): void => {
    if (!this.open) return;
    void this.tellThePopup(message);
    try {
      this.port.postMessage(ReplyMessage.format(message));
    } catch {
      this.open = false;
    }
  };

  private async receive(message: RelayMessage | null): Promise<void> {
    if (message === null || message.type === "alive") return;
    try {
      if (message.type === "request") await this.request(message);
      else if (message.type === "cancel") await this.cancel(message.id);
      else await this.visibility(message.visible);
    } catch (error) {
      if (message.type === "request") this.refuse(message.id, error);
    } finally {
      if (message.type === "request") this.waiting.delete(message.id);
    }
  }

  /** A refusal is not kept: the page around a frame may have been too busy to say who it is. What was opaque once stays so. */
  private who(opaque: boolean): Promise<Caller> {
    if (opaque) this.caller = null;
    this.opaque ||= opaque;
    this.caller ??= this.deps.callers.of(this.port.sender, this.opaque).catch((error: unknown) => {
      this.caller = null;
      throw error;
    });
    return this.caller;
  }

  private async visibility(visible: boolean): Promise<void> {
    await this.deps.consent.visible((await this.who(false)).tabId, visible);
  }

  private async request(request: Request): Promise<void> {
    this.waiting.add(request.id);
    const caller = await this.who(request.opaque);
    if (!this.deps.pace.take(caller.origin)) {
      const data = { satchelCode: "rate_limited", retryable: true };
      throw new RpcFailure(RpcCode.rateLimited, "This site asks too often; wait a moment", data);
    }
    const listens = request.method === "ai_subscribe"; // also while nobody answers: it is told when somebody does again
    if (!listens && (await this.deps.settings.paused())) throw disconnected("paused");
    const kind = AskedBody.kindOf(request.method);
    if (kind !== undefined) return this.generate(request, caller, kind);
    const wanted = () => this.waiting.has(request.id);
    if (!wanted()) throw stopped();
    const asked = { ...request, caller, wanted };
    switch (request.method) {
      case "ai_getCurrentModel":
        return this.result(request.id, await this.deps.grants.currentModel(caller));
      case "ai_getPermissions":
        return this.result(request.id, await this.deps.grants.state(caller));
      case "ai_requestPermissions":
        return this.result(request.id, await this.deps.permissions.request({ ...asked, after: null }, this.send));
      case "ai_revokePermissions":
        return this.result(request.id, await this.deps.permissions.revoke(caller));
      case "ai_listModels":
        return this.result(request.id, await this.deps.permissions.models(caller));
      case "ai_chooseModel":
        return this.result(request.id, await this.deps.choices.request(asked, this.send));
      case "ai_updateModelProvider":
        return this.result(request.id, await this.deps.changes.request(asked, this.send));
      case "ai_subscribe":
        await this.deps.subscribers.add(caller);
        return this.result(request.id, null);
      default:
        throw new RpcFailure(RpcCode.unsupported, `${request.method.slice(0, 64)} is not supported`);
    }
  }

  private async cancel(id: string): Promise<void> {
    this.waiting.delete(id);
    const caller = await this.who(false);
    this.deps.generations.cancel(caller, id);
    this.deps.permissions.cancel(caller, id);
    this.deps.changes.cancel(caller, id);
    this.deps.choices.cancel(caller, id);
  }

  private async generate(request: Request, caller: Caller, kind: AskedKind): Promise<void> {
    const { id, params, active, visible, resume } = request;
    const asked = { id, params, caller, active, visible, after: resume?.after ?? null };
    const started = this.deps.generations.start({ ...asked, kind }, this.send);
    if (!this.waiting.delete(id)) this.deps.generations.cancel(caller, id);
    await started;
  }

  private result(id: string, result: unknown): void {
    this.send({ kind: "result", id, result });
  }

  private refuse(id: string, error: unknown): void {
    const known = error instanceof RpcFailure;
    const wire = known ? error.toWire() : { code: RpcCode.internal, message: "Satchel's extension broke" };
    this.send({ kind: "error", id, error: wire });
  }

  private async tellThePopup(message: ReplyMessage): Promise<void> {
    if (message.kind !== "error" && message.kind !== "result") return;
    const caller = await this.caller?.catch(() => null);
    if (!caller) return;
    const { origin } = caller;
    await new LastRefusal(this.deps.session).heed(origin, message);
    if (message.kind === "error" && IN_VAIN.has(message.error.data?.satchelCode ?? ""))
      await this.deps.session.set("missed", { origin, at: Date.now() });
  }
}
