import type { VaultDoors } from "@vault/vault-door";
import type { Account } from "@wire/account";
import type { ActivityDays } from "@wire/activity-days";
import { ActivityFilter } from "@wire/activity-filter";
import type { Generation } from "@wire/generation";
import type { GenerationPage } from "@wire/generation-page";
import type { Grant } from "@wire/grant";
import type { Model } from "@wire/model";
import type { ActPage } from "../security/Act";
import type { InvitationDoors } from "../security/Invitation";
import type { SecurityDoors } from "../security/SecurityDoors";
import type { TokenDoors } from "../security/Token";
import type { Key, KeyDraft } from "./Key";
import { PortalError } from "./PortalError";

/** The management doors as the portal reaches them: by the sign-in's cookie, under `/portal/api`. */
export class PortalApi {
  /** Asks the person to prove once more who they are; tells whether they did. Without it such a request just fails. */
  askForProof: (() => Promise<boolean>) | null = null;
  readonly #fetch: typeof fetch;

  constructor(fetcher: typeof fetch = (input, init) => fetch(input, init)) {
    this.#fetch = fetcher;
  }

  account(): Promise<Account> {
    return this.#send("GET", "account");
  }

  /** Choose the model that answers when a page names none. */
  prefer(model: string): Promise<Account> {
    return this.#send("PATCH", "account", { preferred_model: model });
  }

  /** Keep activity for so long from now on; what is older is forgotten at once. */
  keepActivity(days: ActivityDays): Promise<Account> {
    return this.#send("PATCH", "account", { activity_days: days });
  }

  /** What chats, embeds, draws, speaks and listens. */
  async models(): Promise<Model[]> {
    return this.#list("models?output_modalities=all");
  }

  async grants(): Promise<Grant[]> {
    return this.#list("grants");
  }

  /** Forget a grant; the site must ask again. */
  async revoke(grant: Grant): Promise<void> {
    await this.#send("DELETE", `grants/${encodeURIComponent(grant.id)}`);
  }

  /** Put a revoked grant back, with the caveats it had. */
  async restore({ origin, embedder, state, caveats }: Grant): Promise<void> {
    const { budget, ...rest } = caveats;
    const given = Object.entries({
      ...rest,
      budget: budget && { cap_nusd: budget.cap_nusd, period: budget.period },
    }).filter(([, value]) => value !== null);
    await this.#send("PUT", "grants", {
      origin,
      ...(embedder === null ? {} : { embedder }),
      state,
      caveats: Object.fromEntries(given),
    });
  }

  generationPage(limit: number, filter: ActivityFilter, cursor: string | null): Promise<GenerationPage> {
    return this.#send("GET", `generations?${ActivityFilter.query(limit, filter, cursor)}`);
  }

  /** Stop a live generation; it ends as `cancelled` shortly after. */
  async stop(generation: Generation): Promise<void> {
    await this.#send("POST", `generations/${encodeURIComponent(generation.id)}/cancel`);
  }

  /** Forget who asked what of whom, of all that has ended; what it cost stays counted. */
  async forgetGenerations(): Promise<void> {
    await this.#send("DELETE", "generations");
  }

  async keys(): Promise<Key[]> {
    return this.#list("keys");
  }

  /** Seal a key. Its secret never comes back. */
  addKey(draft: KeyDraft): Promise<Key> {
    return this.#send("POST", "keys", draft);
  }

  async deleteKey(key: Key): Promise<void> {
    await this.#send("DELETE", `keys/${encodeURIComponent(key.id)}`);
  }

  /** The vault's doors. */
  readonly vault: VaultDoors = {
    vault: () => this.#send("GET", "vault"),
    beginUnlock: () => this.#send("POST", "vault/unlock/begin"),
    unlock: (draft) => this.#send("POST", "vault/unlock", draft),
    lock: () => this.#send("POST", "vault/lock"),
    beginLockedMode: () => this.#send("POST", "vault/locked-mode/begin"),
    switchOn: (draft) => this.#send("PUT", "vault/locked-mode", draft),
    switchOff: () => this.#send("DELETE", "vault/locked-mode"),
    startOver: () => this.#send("POST", "vault/start-over"),
    addWrap: (draft) => this.#send("POST", "vault/wraps", draft),
    removeWrap: (id) => this.#send("DELETE", `vault/wraps/${encodeURIComponent(id)}`),
  };

  /** The doors that decide who may sign in. */
  readonly security: SecurityDoors = {
    mailLink: (email) => this.#mailLink(email),
    passkeys: () => this.#list("passkeys"),
    beginPasskey: () => this.#send("POST", "passkeys/begin"),
    addPasskey: (credential, name) => this.#send("POST", "passkeys", { credential, name }),
    renamePasskey: (id, name) => this.#send("PATCH", `passkeys/${encodeURIComponent(id)}`, { name }),
    removePasskey: (id) => this.#send("DELETE", `passkeys/${encodeURIComponent(id)}`),
    codes: () => this.#send("GET", "totp"),
    beginCodes: () => this.#send("POST", "totp/begin"),
    confirmCodes: (code) => this.#send("POST", "totp", { code }),
    newRecoveryCodes: () => this.#send("POST", "totp/codes"),
    switchCodesOff: () => this.#send("DELETE", "totp"),
    changePassword: (password, disconnect) => this.#send("PUT", "password", { password, disconnect }),
    signIns: () => this.#list("sign-ins"),
    endSignIn: (id) => this.#send("DELETE", `sign-ins/${encodeURIComponent(id)}`),
    devices: () => this.#list("devices"),
    disconnect: (id) => this.#send("DELETE", `devices/${encodeURIComponent(id)}`),
    exportAccount: async () =>
      new Blob([JSON.stringify(await this.#send("GET", "account/export"), null, 2)], { type: "application/json" }),
    deleteAccount: (email) => this.#send("POST", "account/delete", { email }),
    proofState: () => this.#send("GET", "proof"),
    beginProof: () => this.#send("POST", "proof/begin"),
    prove: (proof) => this.#send("POST", "proof", proof),
  };

  /** The tokens made by hand. */
  readonly tokens: TokenDoors = {
    list: () => this.#list("tokens?include_disabled=true"),
    create: (draft) => this.#send("POST", "tokens", draft),
    switch: ({ hash }, disabled) => this.#send("PATCH", `tokens/${hash}`, { disabled }),
    revoke: ({ hash }) => this.#send("DELETE", `tokens/${hash}`),
  };

  /** Letting others in. */
  readonly invitations: InvitationDoors = {
    list: () => this.#send("GET", "invitations"),
    make: (name) => this.#send("POST", "invitations", { name }),
    revoke: ({ id }) => this.#send("DELETE", `invitations/${encodeURIComponent(id)}`),
  };

  /** What was done to the account, newest first; `before` continues an earlier page. */
  acts(before?: number): Promise<ActPage> {
    return this.#send("GET", `audit?limit=50${before === undefined ? "" : `&before=${before}`}`);
  }

  /** The form of the sign-in page, sent from here; the link leads back to where the portal says whether it worked. */
  async #mailLink(email: string): Promise<void> {
    const body = new URLSearchParams({ email, next: "/#/security" });
    const response = await this.#answered("/sign-in/mail", { method: "POST", credentials: "same-origin", body });
    if (response.status === 429)
      throw new PortalError(429, "Too many links were asked for. Wait a little, then try again.");
    if (!response.ok) throw await PortalError.of(response);
  }

  async #list<T>(path: string): Promise<T[]> {
    const { data } = await this.#send<{ data?: unknown }>("GET", path);
    if (!Array.isArray(data)) throw new PortalError(502, `The server's list of ${path} cannot be read.`);
    return data as T[];
  }

  /** Send it; where the server wants a proof first, ask for that and send it again, once. */
  async #send<T>(method: string, path: string, body?: object): Promise<T> {
    try {
      return await this.#sendOnce(method, path, body);
    } catch (cause) {
      const wanted = cause instanceof PortalError && cause.satchelCode === "proof_needed";
      if (!wanted || !this.askForProof || !(await this.askForProof())) throw cause;
      return this.#sendOnce(method, path, body);
    }
  }

  async #sendOnce<T>(method: string, path: string, body?: object): Promise<T> {
    const response = await this.#answered(`/portal/api/${path}`, {
      method,
      credentials: "same-origin",
      headers: { "X-Satchel-CSRF": "1", ...(body && { "Content-Type": "application/json" }) },
      ...(body && { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw await PortalError.of(response);
    if (response.status === 204) return undefined as T;
    return (await response.json()) as T;
  }

  async #answered(address: string, init: RequestInit): Promise<Response> {
    return this.#fetch(address, init).catch(() => {
      throw new PortalError(0, "Satchel does not answer. Is it still running?");
    });
  }
}
