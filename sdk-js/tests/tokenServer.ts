import { type Mock, vi } from "vitest";
import { answerFromPopup } from "../src/auth/askInPopup.js";
import { type OAuthOptions, oauth } from "../src/auth/oauth.js";
import type { Session } from "../src/auth/Session.js";
import { type Loopback, loopback } from "./loopback.js";

/** What the token door answers in place of its own answer: a page, or JSON. */
interface Odd {
  status: number;
  body: string | object;
}

/** What a token server has done, and what a test has it do. */
interface TokenState {
  serial: number;
  live: string;
  ended: boolean;
  forms: Record<string, string>[];
  odd: Odd | null;
  /** What it waits for before it answers at the token door. */
  busy: Promise<void>;
}

/** An authorization server whose refresh tokens work once, and which ends the family when one is used twice. */
export async function tokenServer(): Promise<{ server: Loopback; state: TokenState }> {
  const state: TokenState = { serial: 0, live: "", ended: false, forms: [], odd: null, busy: Promise.resolve() };
  const server = await loopback(async (path, request, reply, body) => {
    if (path.startsWith("/.well-known")) return described(`http://${request.headers.host}`);
    const form = Object.fromEntries(new URLSearchParams(body));
    state.forms.push(form);
    if (path === "/revoke") return {};
    await state.busy;
    const { status, answer } = state.odd ? { status: state.odd.status, answer: state.odd.body } : issued(state, form);
    reply.statusCode = status;
    return typeof answer === "string" ? void reply.end(answer) : answer;
  });
  return { server, state };
}

function described(url: string): object {
  return {
    issuer: url,
    authorization_endpoint: `${url}/authorize`,
    token_endpoint: `${url}/token`,
    revocation_endpoint: `${url}/revoke`,
  };
}

/** The first access token lives for a second only. */
function issued(state: TokenState, form: Record<string, string>): { status: number; answer: object } {
  const isGood = form.grant_type === "authorization_code" || (form.refresh_token === state.live && !state.ended);
  state.ended ||= !isGood;
  if (!isGood) return { status: 400, answer: { error: "invalid_grant" } };
  state.serial += 1;
  state.live = `refresh_${state.serial}`;
  const lifeS = state.serial === 1 ? 1 : 600;
  return {
    status: 200,
    answer: { access_token: `access_${state.serial}`, refresh_token: state.live, expires_in: lifeS },
  };
}

/** Stand in for the window: what happens in it is up to the test. */
export function aWindow(go: (address: URL) => void): { close: Mock } {
  const popup = { closed: false, close: vi.fn(), location: {} };
  Object.defineProperty(popup.location, "href", { set: (address: string) => go(new URL(address)) });
  vi.stubGlobal("open", () => popup);
  return popup;
}

/** A person who allows everything. */
export function allowing(issuer: string, changes: Record<string, string> = {}): { close: Mock } {
  return aWindow((address) => {
    const state = address.searchParams.get("state") ?? "";
    const answer = new URLSearchParams({ code: "code_1", state, iss: issuer, ...changes });
    setTimeout(() => answerFromPopup(state, `?${answer}`), 5);
  });
}

/** A session of the app that the tests are about. */
export function session(server: Loopback, options: Partial<OAuthOptions> = {}): Session {
  return oauth({ server: server.url, clientId: "https://app.test", redirectUri: "https://app.test/", ...options });
}
