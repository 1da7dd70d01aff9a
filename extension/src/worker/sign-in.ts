import { base64url } from "../vault/base64url";
import { WorkerFault } from "../wire/worker-fault";
import type { ProofKey } from "./proof-key";
import { serverFacts } from "./server-facts";
import type { Session } from "./session";
import type { Settings } from "./settings";

interface Dependencies {
  session: Session;
  key: ProofKey;
  settings: Settings;
  fetch: typeof fetch;
  /** Shows a page to the person and resolves with the address at `redirectUri()` it ended on. */
  authorize(url: string): Promise<string>;
  redirectUri(): string;
}

const SCOPES = "generate models grants activity settings ext:attest-origin";
const CLIENT_ID = "satchel-extension";

function random(bytes: number): string {
  return base64url.of(crypto.getRandomValues(new Uint8Array(bytes)));
}

/** Connects to the person's Satchel by OAuth authorization code with PKCE S256; the code is bound to our key. */
export class SignIn {
  constructor(private readonly deps: Dependencies) {}

  /** Throws a `WorkerFault` with a sentence for the person when it does not come to a sign-in. */
  async run(): Promise<void> {
    const { deps } = this;
    const backend = await deps.settings.backend();
    const issuer = await this.issuer(backend);
    const verifier = random(48);
    const state = random(24);
    const answer = await this.authorize(backend, await this.address(backend, verifier, state));
    const params = new URL(answer).searchParams;
    if (params.get("state") !== state)
      throw new WorkerFault("The answer does not belong to this sign-in. Try again.", { code: "sign_in_mixed" });
    const iss = params.get("iss");
    if (issuer !== null && iss !== issuer)
      throw new WorkerFault("Another server answered. Try again.", { code: "sign_in_stranger" });
    const code = params.get("code");
    if (code === null) throw refusal(params);
    await deps.session.redeem(code, verifier, deps.redirectUri());
  }

  /** Makes sure that a Satchel answers at an address; throws as `run`. */
  async find(backend: string): Promise<void> {
    if ((await this.issuer(backend)) !== null) return;
    const message = `What answers at ${backend} is no Satchel.`;
    throw new WorkerFault(message, { code: "sign_in_no_satchel", places: { address: backend } });
  }

  private async address(backend: string, verifier: string, state: string): Promise<string> {
    const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier));
    const query = new URLSearchParams({
      response_type: "code",
      client_id: CLIENT_ID,
      redirect_uri: this.deps.redirectUri(),
      scope: SCOPES,
      state,
      code_challenge: base64url.of(new Uint8Array(digest)),
      code_challenge_method: "S256",
      dpop_jkt: await this.thumbprint(),
    });
    return `${backend}/oauth/authorize?${query}`;
  }

  /** Asks who the server says it is; at the same time finds out whether anybody is there at all. */
  private async issuer(backend: string): Promise<string | null> {
    try {
      return (await serverFacts(backend, this.deps.fetch, 10_000)).issuer;
    } catch (cause) {
      throw new WorkerFault(`Nothing answers at ${backend}.`, {
        code: "sign_in_silence",
        places: { address: backend },
        cause,
      });
    }
  }

  private async thumbprint(): Promise<string> {
    try {
      return await this.deps.key.thumbprint();
    } catch (cause) {
      const message = "This browser keeps no keys for Satchel just now. Restart it and try again.";
      throw new WorkerFault(message, { code: "browser_keyless", cause });
    }
  }

  private async authorize(backend: string, url: string): Promise<string> {
    try {
      return await this.deps.authorize(url);
    } catch (cause) {
      // Chromium's word for an answer that is an error page; it closes the window before anybody can read it.
      const refused = cause instanceof Error && cause.message.includes("could not be loaded");
      throw refused
        ? new WorkerFault(`${backend} would not show its sign-in page. Its log says why.`, {
            code: "sign_in_unshown",
            places: { address: backend },
            cause,
          })
        : new WorkerFault("The sign-in window was closed before it was done.", { code: "sign_in_closed", cause });
    }
  }
}

function refusal(params: URLSearchParams): WorkerFault {
  if (params.get("error") === "access_denied")
    return new WorkerFault("You did not let the extension in.", { code: "sign_in_denied" });
  const words = params.get("error_description") ?? params.get("error");
  return new WorkerFault(words ?? "The server sent no code. Try again.", {
    code: words === null ? "sign_in_codeless" : null,
  });
}
