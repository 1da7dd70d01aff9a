import { isRecord } from "../wire/is-record";
import { disconnected } from "./disconnected";
import type { KeyValue } from "./key-value";
import { NotOurSeal } from "./not-our-seal";
import type { ProofKey } from "./proof-key";
import type { SealedBox } from "./sealed-box";
import { serverFacts } from "./server-facts";
import type { Settings } from "./settings";

/** What a proof needs to know of the server: its own address for itself, and how far its clock is ahead of ours. */
interface Server {
  issuer: string;
  aheadMs: number;
}

interface Access {
  token: string;
  expiresAt: number;
  /** Set where the token is bound to our key. */
  server?: Server;
}

interface Dependencies {
  local: KeyValue;
  session: KeyValue;
  box: SealedBox;
  key: ProofKey;
  settings: Settings;
  fetch: typeof fetch;
}

const CLIENT_ID = "satchel-extension";
const EARLY_MS = 30_000;
const TIMEOUT_MS = 20_000;
/** As long as this the server tells the same key its last answer again. */
const GRACE_MS = 9_000;
const BOUND = "DPoP ";
const PROOF_FAULTS = ["invalid_dpop_proof", "use_dpop_nonce"];
/** What a server says of a sign-in that is over (RFC 6749 §5.2). All else passes: too many requests, a proxy's page. */
const OVER = ["invalid_grant", "invalid_client", "unauthorized_client"];

/**
 * The sign-in: a short-lived access token in memory-only storage, a rotating refresh token sealed at rest, both bound to a key
 * that cannot leave this browser. Tokens of a sign-in before there was such a key are plain bearers, until the next sign-in.
 *
 * A refresh token used twice kills the whole family, so refreshes never run side by side.
 */
export class Session {
  private refreshing: Promise<Access> | null = null;
  /** Goes up with every sign-in that is forgotten: an answer for one before is for nobody. */
  private forgotten = 0;

  constructor(private readonly deps: Dependencies) {}

  /**
   * The headers that let a request in, with a token that is good for at least 30 s. `fresh` gets a new one although the
   * present one looks good: the backend has just refused it. Rejects with 4900 when signed out or when nobody answers.
   */
  async headers(method: string, path: string, fresh = false): Promise<Record<string, string>> {
    const { token, server } = await this.access(fresh);
    if (server === undefined) return { Authorization: `Bearer ${token}` };
    return { Authorization: BOUND + token, DPoP: await this.proof(server, { method, path, token }) };
  }

  /** What lets a socket in, opened at `path`. Rejects as `headers`. */
  async hello(path: string, fresh = false): Promise<{ token: string; proof?: string }> {
    const { token, server } = await this.access(fresh);
    return server === undefined
      ? { token }
      : { token, proof: await this.proof(server, { method: "GET", path, token }) };
  }

  async signedIn(): Promise<boolean> {
    return (await this.deps.local.get<string>("refresh")) !== null;
  }

  /** Trades an authorization code for tokens. */
  async redeem(code: string, verifier: string, redirectUri: string): Promise<void> {
    await this.trade(
      { grant_type: "authorization_code", code, code_verifier: verifier, redirect_uri: redirectUri },
      true,
    );
  }

  /** Revokes at the backend as far as it answers, and forgets in any case. */
  async signOut(): Promise<void> {
    const sealed = await this.deps.local.get<string>("refresh");
    await this.forget();
    if (sealed === null) return;
    try {
      const { token } = opened(await this.deps.box.open(sealed));
      await this.send("/oauth/revoke", { token, token_type_hint: "refresh_token" });
    } catch {
      // The backend may be away; its tokens end by themselves and can be revoked in the portal.
    }
  }

  async forget(): Promise<void> {
    this.forgotten += 1;
    this.refreshing = null;
    await this.deps.session.remove("access");
    await this.deps.local.remove("refresh");
  }

  private async access(fresh: boolean): Promise<Access> {
    const access = fresh ? null : await this.deps.session.get<Access>("access");
    if (access !== null && access.expiresAt - EARLY_MS > Date.now()) return access;
    if (this.refreshing === null) {
      const exchange = this.exchange().finally(() => {
        if (this.refreshing === exchange) this.refreshing = null;
      });
      this.refreshing = exchange;
    }
    return this.refreshing;
  }

  private async exchange(): Promise<Access> {
    const { forgotten } = this;
    const sealed = await this.deps.local.get<string>("refresh");
    if (sealed === null) throw disconnected("signed_out");
    let text: string;
    try {
      text = await this.deps.box.open(sealed);
    } catch (cause) {
      // A browser that is only starting may not give its database yet: that is no reason to forget a sign-in.
      if (cause instanceof NotOurSeal && forgotten === this.forgotten) await this.forget();
      throw disconnected("signed_out", { cause });
    }
    const { token, bound } = opened(text);
    return this.trade({ grant_type: "refresh_token", refresh_token: token }, bound, forgotten);
  }

  private async trade(form: Record<string, string>, bound: boolean, forgotten = this.forgotten): Promise<Access> {
    const path = "/oauth/token";
    const [server, response] = bound ? await this.sendProven(path, form) : [undefined, await this.send(path, form)];
    if (response.status >= 500) throw disconnected("backend_unreachable");
    const body: unknown = await response.json().catch(() => null);
    if (!response.ok || !isRecord(body) || typeof body["access_token"] !== "string") {
      const fault = isRecord(body) && !response.ok ? String(body["error"]) : "";
      if (OVER.includes(fault) && forgotten === this.forgotten) await this.forget();
      // What is wrong with a proof, such as a clock, can be put right: the sign-in is as good as before.
      throw disconnected([...OVER, ...PROOF_FAULTS].includes(fault) ? "signed_out" : "backend_unreachable");
    }
    const lifetimeS = typeof body["expires_in"] === "number" ? body["expires_in"] : 600;
    const access: Access = { token: body["access_token"], expiresAt: Date.now() + lifetimeS * 1000 };
    if (server !== undefined && body["token_type"] === "DPoP") access.server = server;
    const next = body["refresh_token"];
    const sealed =
      typeof next === "string" && (await this.deps.box.seal((access.server === undefined ? "" : BOUND) + next));
    if (forgotten !== this.forgotten) throw disconnected("signed_out");
    await Promise.all([
      sealed !== false && this.deps.local.set("refresh", sealed),
      this.deps.session.set("access", access),
    ]);
    return access;
  }

  /** Sends a form with a proof of our key: with another nonce where the server wants one, and again where an answer is lost. */
  private async sendProven(path: string, form: Record<string, string>): Promise<[Server, Response]> {
    const { nonce, ...server } = await this.server();
    const begunAt = Date.now();
    const mayRepeat = () => form["grant_type"] === "refresh_token" && Date.now() - begunAt < GRACE_MS;
    const tried = (wanted: string | null) => this.tryProven(server, path, form, wanted);
    const response = await tried(nonce).catch((lost: unknown) => {
      if (mayRepeat()) return tried(nonce);
      throw lost;
    });
    const other = response.status === 400 ? response.headers.get("DPoP-Nonce") : null;
    return [server, other === null ? response : await tried(other)];
  }

  private async tryProven(server: Server, path: string, form: Record<string, string>, nonce: string | null) {
    return this.send(path, form, { DPoP: await this.proof(server, { method: "POST", path, nonce }) });
  }

  private async proof(
    { issuer, aheadMs }: Server,
    of: { method: string; path: string; token?: string; nonce?: string | null },
  ) {
    const { path, ...proven } = of;
    try {
      return await this.deps.key.proof({ ...proven, address: issuer + path, atMs: Date.now() + aheadMs });
    } catch (cause) {
      throw disconnected("signed_out", { cause }); // a browser that is only starting, as in `exchange`
    }
  }

  private async server(): Promise<Server & { nonce: string | null }> {
    const { fetch, settings } = this.deps;
    const backend = await settings.backend();
    try {
      const { issuer, aheadMs, nonce } = await serverFacts(backend, fetch, TIMEOUT_MS);
      return { issuer: issuer ?? backend, aheadMs, nonce };
    } catch (cause) {
      throw disconnected("backend_unreachable", { cause });
    }
  }

  private async send(
    path: string,
    form: Record<string, string>,
    headers: Record<string, string> = {},
  ): Promise<Response> {
    const { fetch, settings } = this.deps;
    try {
      return await fetch((await settings.backend()) + path, {
        method: "POST",
        headers,
        body: new URLSearchParams({ ...form, client_id: CLIENT_ID }),
        credentials: "omit",
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
    } catch (cause) {
      throw disconnected("backend_unreachable", { cause });
    }
  }
}

/** A refresh token as it was sealed: with a word before it if it is bound to our key. */
function opened(text: string): { token: string; bound: boolean } {
  const bound = text.startsWith(BOUND);
  return { token: bound ? text.slice(BOUND.length) : text, bound };
}
