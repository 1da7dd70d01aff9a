import { isRecord } from "../wire/is-record";
import { disconnected } from "./disconnected";
import type { KeyValue } from "./key-value";
import { NotOurSeal } from "./not-our-seal";
import type { SealedBox } from "./sealed-box";
import type { Settings } from "./settings";

interface Access {
  token: string;
  expiresAt: number;
}

interface Dependencies {
  local: KeyValue;
  session: KeyValue;
  box: SealedBox;
  settings: Settings;
  fetch: typeof fetch;
}

const CLIENT_ID = "satchel-extension";
const EARLY_MS = 30_000;
const TIMEOUT_MS = 20_000;

/**
 * The sign-in: a short-lived access token in memory-only storage, a rotating refresh token sealed at rest.
 *
 * A refresh token used twice kills the whole family, so refreshes never run side by side.
 */
export class Session {
  private refreshing: Promise<string> | null = null;

  constructor(private readonly deps: Dependencies) {}

  /** A token that is good for at least 30 s; rejects with 4900 when signed out or when nobody answers. */
  async accessToken(): Promise<string> {
    const access = await this.deps.session.get<Access>("access");
    if (access !== null && access.expiresAt - EARLY_MS > Date.now()) return access.token;
    return this.refresh();
  }

  /** Gets a fresh token although the present one looks good: the backend has just refused it. */
  refresh(): Promise<string> {
    this.refreshing ??= this.exchange().finally(() => {
      this.refreshing = null;
    });
    return this.refreshing;
  }

  async signedIn(): Promise<boolean> {
    return (await this.deps.local.get<string>("refresh")) !== null;
  }

  /** Trades an authorization code for tokens. */
  async redeem(code: string, verifier: string, redirectUri: string): Promise<void> {
    await this.post({ grant_type: "authorization_code", code, code_verifier: verifier, redirect_uri: redirectUri });
  }

  /** Revokes at the backend as far as it answers, and forgets in any case. */
  async signOut(): Promise<void> {
    const sealed = await this.deps.local.get<string>("refresh");
    await this.forget();
    if (sealed === null) return;
    try {
      const token = await this.deps.box.open(sealed);
      await this.send("/oauth/revoke", { token, token_type_hint: "refresh_token" });
    } catch {
      // The backend may be away; its tokens end by themselves and can be revoked in the portal.
    }
  }

  async forget(): Promise<void> {
    await this.deps.session.remove("access");
    await this.deps.local.remove("refresh");
  }

  private async exchange(): Promise<string> {
    const sealed = await this.deps.local.get<string>("refresh");
    if (sealed === null) throw disconnected("signed_out");
    let token: string;
    try {
      token = await this.deps.box.open(sealed);
    } catch (cause) {
      // A browser that is only starting may not give its database yet: that is no reason to forget a sign-in.
      if (cause instanceof NotOurSeal) await this.forget();
      throw disconnected("signed_out", { cause });
    }
    return this.post({ grant_type: "refresh_token", refresh_token: token });
  }

  private async post(form: Record<string, string>): Promise<string> {
    const response = await this.send("/oauth/token", form);
    if (response.status >= 500) throw disconnected("backend_unreachable");
    const body: unknown = await response.json().catch(() => null);
    if (!response.ok || !isRecord(body) || typeof body["access_token"] !== "string") {
      await this.forget();
      throw disconnected("signed_out");
    }
    const lifetimeS = typeof body["expires_in"] === "number" ? body["expires_in"] : 600;
    if (typeof body["refresh_token"] === "string") {
      await this.deps.local.set("refresh", await this.deps.box.seal(body["refresh_token"]));
    }
    const access: Access = { token: body["access_token"], expiresAt: Date.now() + lifetimeS * 1000 };
    await this.deps.session.set("access", access);
    return access.token;
  }

  private async send(path: string, form: Record<string, string>): Promise<Response> {
    const { fetch, settings } = this.deps;
    try {
      return await fetch((await settings.backend()) + path, {
        method: "POST",
        body: new URLSearchParams({ ...form, client_id: CLIENT_ID }),
        credentials: "omit",
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
    } catch (cause) {
      throw disconnected("backend_unreachable", { cause });
    }
  }
}
