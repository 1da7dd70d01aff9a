import type { Account } from "../wire/account";
import type { ActivityDays } from "../wire/activity-days";
import { ActivityFilter } from "../wire/activity-filter";
import type { Generation } from "../wire/generation";
import type { GenerationPage } from "../wire/generation-page";
import type { Grant } from "../wire/grant";
import type { GrantDraft } from "../wire/grant-draft";
import { isRecord } from "../wire/is-record";
import type { Key } from "../wire/key";
import type { KeyDraft } from "../wire/key-draft";
import type { Model } from "../wire/model";
import type { ProviderChoice } from "../wire/provider-choice";
import { RpcCode } from "../wire/rpc-code";
import { RpcFailure } from "../wire/rpc-failure";
import type { VaultChallenge } from "../wire/vault-challenge";
import type { UnlockDraft, WrapDraft } from "../wire/vault-draft";
import type { VaultState, VaultWrap } from "../wire/vault-state";
import { backendFailure } from "./backend-failure";
import { disconnected } from "./disconnected";
import type { Session } from "./session";
import type { Settings } from "./settings";

const TIMEOUT_MS = 20_000;

/** The management HTTP doors that we use: docs/reference/management-http.md. Rejects with `RpcFailure` only. */
export class Backend {
  constructor(
    private readonly settings: Settings,
    private readonly session: Session,
    private readonly fetch: typeof globalThis.fetch,
  ) {}

  account(): Promise<Account> {
    return this.call("GET", "/v1/account");
  }

  setModel(model: string): Promise<Account> {
    return this.call("PATCH", "/v1/account", { preferred_model: model });
  }

  keepActivity(days: ActivityDays): Promise<Account> {
    return this.call("PATCH", "/v1/account", { activity_days: days });
  }

  /** What chats, embeds, draws, speaks and listens. Whatever a Satchel elsewhere says, nothing that it asks stays on this computer. */
  async models(): Promise<Model[]> {
    const { data } = await this.call<{ data: Model[] }>("GET", "/v1/models?output_modalities=all");
    return (await this.settings.isNear()) ? data : data.map(awayFrom);
  }

  async grants(origin: string | null): Promise<Grant[]> {
    const query = origin === null ? "" : `?${new URLSearchParams({ origin })}`;
    return (await this.call<{ data: Grant[] }>("GET", `/v1/grants${query}`)).data;
  }

  putGrant(draft: GrantDraft): Promise<Grant> {
    return this.call("PUT", "/v1/grants", draft);
  }

  /** Narrows a grant at its site's own wish; never widens it, whatever happens to it meanwhile. */
  narrowGrant(id: string, caveats: object): Promise<Grant> {
    return this.call("PATCH", `/v1/grants/${encodeURIComponent(id)}`, { caveats });
  }

  deleteGrant(id: string): Promise<void> {
    return this.call("DELETE", `/v1/grants/${encodeURIComponent(id)}`);
  }

  async generations(limit: number, origin: string | null): Promise<Generation[]> {
    return (await this.generationPage(limit, { ...ActivityFilter.NONE, origin }, null)).data;
  }

  generationPage(limit: number, filter: ActivityFilter, cursor: string | null): Promise<GenerationPage> {
    return this.call("GET", `/v1/generations?${ActivityFilter.query(limit, filter, cursor)}`);
  }

  cancelGeneration(id: string): Promise<void> {
    return this.call("POST", `/v1/generations/${encodeURIComponent(id)}/cancel`);
  }

  forgetGeneration(id: string): Promise<void> {
    return this.call("DELETE", `/v1/generations/${encodeURIComponent(id)}`);
  }

  async forgetGenerations(origin: string | null): Promise<void> {
    const query = origin === null ? "" : `?${new URLSearchParams({ origin })}`;
    await this.call("DELETE", `/v1/generations${query}`);
  }

  async providers(): Promise<ProviderChoice[]> {
    return (await this.call<{ data: ProviderChoice[] }>("GET", "/v1/providers")).data;
  }

  async keys(): Promise<Key[]> {
    return (await this.call<{ data: Key[] }>("GET", "/v1/keys")).data;
  }

  addKey(draft: KeyDraft): Promise<Key> {
    return this.call("POST", "/v1/keys", draft);
  }

  renewKey(id: string, secret: string): Promise<Key> {
    return this.call("PUT", `/v1/keys/${encodeURIComponent(id)}`, { secret });
  }

  checkKey(id: string): Promise<Key> {
    return this.call("POST", `/v1/keys/${encodeURIComponent(id)}/check`);
  }

  deleteKey(id: string): Promise<void> {
    return this.call("DELETE", `/v1/keys/${encodeURIComponent(id)}`);
  }

  vault(): Promise<VaultState> {
    return this.call("GET", "/v1/vault");
  }

  beginUnlock(): Promise<VaultChallenge> {
    return this.call("POST", "/v1/vault/unlock/begin");
  }

  async unlock(draft: UnlockDraft): Promise<VaultState> {
    return this.call("POST", "/v1/vault/unlock", { ...draft, idle_s: await this.settings.lockAfterS() });
  }

  addWrap(draft: WrapDraft): Promise<VaultWrap> {
    return this.call("POST", "/v1/vault/wraps", draft);
  }

  removeWrap(id: string): Promise<void> {
    return this.call("DELETE", `/v1/vault/wraps/${encodeURIComponent(id)}`);
  }

  lock(): Promise<VaultState> {
    return this.call("POST", "/v1/vault/lock");
  }

  private async call<T>(method: string, path: string, body?: unknown): Promise<T> {
    let response = await this.send(method, path, body, false);
    if (response.status === 401) response = await this.send(method, path, body, true);
    if (response.status === 401) {
      await this.session.forget();
      throw disconnected("signed_out");
    }
    if (response.status === 204) return undefined as T;
    const answer: unknown = await response.json().catch(() => null);
    if (!response.ok) throw failureOf(answer, response.status);
    return answer as T;
  }

  private async send(method: string, path: string, body: unknown, fresh: boolean): Promise<Response> {
    const headers = await this.session.headers(method, path.replace(/\?.*/, ""), fresh);
    if (body !== undefined) headers["Content-Type"] = "application/json";
    const { fetch } = this;
    try {
      return await fetch((await this.settings.backend()) + path, {
        method,
        headers,
        body: body === undefined ? null : JSON.stringify(body),
        credentials: "omit",
        cache: "no-store",
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
    } catch (cause) {
      throw disconnected("backend_unreachable", { cause });
    }
  }
}

function awayFrom(model: Model): Model {
  const { satchel } = model;
  return satchel.local ? { ...model, satchel: { ...satchel, local: false, place: "server" } } : model;
}

function failureOf(answer: unknown, status: number): RpcFailure {
  const error = isRecord(answer) && isRecord(answer["error"]) ? answer["error"] : {};
  const facts = isRecord(error["metadata"]) ? error["metadata"] : {};
  const message = typeof error["message"] === "string" ? error["message"] : `Your Satchel answered ${status}`;
  if (typeof facts["satchel_code"] !== "string") return new RpcFailure(RpcCode.internal, message);
  return backendFailure({
    code: facts["satchel_code"],
    message,
    retryable: facts["retryable"] === true,
    retry_after_s: typeof facts["retry_after_s"] === "number" ? facts["retry_after_s"] : null,
    details: isRecord(facts["details"]) ? facts["details"] : {},
  });
}
