import { NotConnected } from "../errors/NotConnected.js";
import { SignInRequired } from "../errors/SignInRequired.js";
import { toSatchelError } from "../errors/toSatchelError.js";
import { Shared } from "../Shared.js";
import type { AuthorizationServer } from "./AuthorizationServer.js";
import { ask } from "./ask.js";
import { askInPopup, openPopup } from "./askInPopup.js";
import type { Credentials } from "./Credentials.js";
import type { AppOptions, AuthorizationRequest } from "./isAuthorizationRequest.js";
import { keepRequest, takeReturn } from "./returnAddress.js";
import { Siblings } from "./Siblings.js";
import { sha256 } from "./sha256.js";
import { TokenStore } from "./TokenStore.js";
import type { Tokens } from "./Tokens.js";
import { withLock } from "./withLock.js";

/** What a session is made of, all of it said. */
export interface SessionOptions extends AppOptions {
  server: string;
  via: "popup" | "redirect";
  keep: "memory" | "session";
}

const EARLY_MS = 30_000;
/** How many refreshes a tab may miss and still be told: at ten minutes each, five hours. */
const KEPT = 32;

/** A person signed in to a Satchel server from this page, or about to. Made by `oauth`. */
export class Session implements Credentials {
  readonly #options: SessionOptions;
  readonly #store: TokenStore;
  readonly #name: string;
  readonly #siblings: Siblings | undefined;
  readonly #listeners = new Set<(isSignedIn: boolean) => void>();
  #described: Promise<AuthorizationServer> | undefined;
  #signingIn: Shared | undefined;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#name = `satchel:${new URL(options.server).origin}:${options.clientId}`;
    this.#store = new TokenStore(this.#name, options.keep === "session" ? globalThis.sessionStorage : undefined);
    this.#siblings = this.#store.isCopied ? new Siblings(this.#name, this.#store) : undefined;
    const back = takeReturn();
    if (back) this.#share(() => this.#redeem(back.query, back.request)); // whoever asks for a token next is told
  }

  get isSignedIn(): boolean {
    return this.#store.read() !== undefined;
  }

  /**
   * Sign in: opens the server's window, or leaves the page for it. Call it in a click.
   *
   * @param signal Ends the waiting; the window closes when nobody waits for it any more.
   * @throws PermissionDenied when the person says no; SignInRequired when the window is blocked.
   */
  signIn(signal?: AbortSignal): Promise<void> {
    const attempt = this.#signingIn;
    const shared = attempt && !attempt.isAbandoned ? attempt : this.#share((stop) => this.#ask(stop));
    return shared.wait(signal);
  }

  /** Sign out here, and end the session at the server. */
  async signOut(): Promise<void> {
    const tokens = this.#store.read();
    this.#adopt(undefined);
    if (!tokens) return;
    const { revoke } = await this.#server();
    await ask(revoke, { token: tokens.refresh, client_id: this.#options.clientId });
  }

  /** Hear whether somebody is signed in, whenever that changes; returns what stops it. */
  onChange(listener: (isSignedIn: boolean) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  async token(signal?: AbortSignal): Promise<string> {
    if (!this.isSignedIn) await this.signIn(signal);
    const tokens = this.#store.read();
    if (tokens && tokens.expiresAtMs > Date.now() + EARLY_MS) return tokens.access;
    return this.renew(tokens?.access ?? "");
  }

  async renew(refused: string): Promise<string> {
    return withLock(this.#name, async () => {
      const ours = this.#tokens();
      if (ours.access === refused) await this.#siblings?.ask(ours);
      const used = this.#tokens();
      if (used.access !== refused) return used.access;
      const past = [await sha256(used.refresh), ...(used.past ?? [])].slice(0, KEPT);
      const next = { ...(await this.#rotate(used)), past };
      if (this.#tokens().access === refused) {
        this.#adopt(next);
        this.#siblings?.tell(next);
      }
      return this.#tokens().access;
    });
  }

  #tokens(): Tokens {
    const tokens = this.#store.read();
    if (!tokens) throw new SignInRequired("Nobody is signed in any more.");
    return tokens;
  }

  async #rotate({ refresh }: Tokens): Promise<Tokens> {
    const { token } = await this.#server();
    const form = { grant_type: "refresh_token", refresh_token: refresh, client_id: this.#options.clientId };
    try {
      const { exchange } = await import("./exchange.js");
      return await exchange(token, form);
    } catch (cause) {
      if (cause instanceof SignInRequired && this.#store.read()?.refresh === refresh) this.#adopt(undefined);
      throw toSatchelError(cause);
    }
  }

  async #ask(signal: AbortSignal): Promise<void> {
    const { via, scopes } = this.#options;
    const popup = via === "popup" ? openPopup() : undefined;
    signal.addEventListener("abort", () => popup?.close(), { once: true });
    try {
      const server = await this.#server();
      const { addressOf, newRequest } = await import("./AuthorizationRequest.js");
      const request = newRequest(via, server, this.#options);
      const address = await addressOf(request, server, scopes);
      if (popup) return await this.#redeem(await askInPopup(popup, address, request.state, signal), request);
      keepRequest(request);
      location.assign(address);
      await new Promise<never>(() => undefined); // the page is being left
    } catch (cause) {
      popup?.close();
      throw cause;
    }
  }

  async #redeem(query: string, request: AuthorizationRequest): Promise<void> {
    const { issuer, token } = await this.#server();
    if (request.issuer !== issuer) throw new NotConnected(4900, "The answer is for another server.");
    const { codeIn } = await import("./AuthorizationRequest.js");
    const { exchange } = await import("./exchange.js");
    const form = {
      grant_type: "authorization_code",
      code: codeIn(query, request),
      code_verifier: request.verifier,
      redirect_uri: request.redirectUri,
      client_id: request.clientId,
    };
    this.#adopt(await exchange(token, form));
  }

  #server(): Promise<AuthorizationServer> {
    this.#described ??= import("./AuthorizationServer.js").then(({ readAuthorizationServer }) =>
      readAuthorizationServer(this.#options.server),
    );
    this.#described.catch(() => {
      this.#described = undefined;
    });
    return this.#described;
  }

  #adopt(tokens: Tokens | undefined): void {
    const before = this.isSignedIn;
    this.#store.write(tokens);
    if (before === this.isSignedIn) return;
    for (const listener of this.#listeners) listener(this.isSignedIn);
  }

  /** Begin to sign in, once for all who ask until it has ended. */
  #share(work: (signal: AbortSignal) => Promise<void>): Shared {
    const shared: Shared = new Shared((signal) =>
      work(signal).finally(() => {
        if (this.#signingIn === shared) this.#signingIn = undefined;
      }),
    );
    this.#signingIn = shared;
    return shared;
  }
}
