// @vitest-environment happy-dom
import { afterEach, expect, test, vi } from "vitest";
import { addressOf, codeIn, newRequest } from "../src/auth/AuthorizationRequest.js";
import { readAuthorizationServer } from "../src/auth/AuthorizationServer.js";
import { answerFromPopup } from "../src/auth/askInPopup.js";
import { type OAuthOptions, oauth } from "../src/auth/oauth.js";
import { sha256 } from "../src/auth/sha256.js";
import { PermissionDenied } from "../src/errors/PermissionDenied.js";
import { SignInRequired } from "../src/errors/SignInRequired.js";
import { settled } from "./fakeTransport.js";
import { type Loopback, loopback } from "./loopback.js";

const ISSUER = "https://satchel.test";
const SERVER = { issuer: ISSUER, authorize: `${ISSUER}/a`, token: `${ISSUER}/t`, revoke: `${ISSUER}/r` };
const APP = { clientId: "https://app.test", redirectUri: "https://app.test/chat", scopes: ["generate", "models"] };

afterEach(() => {
  sessionStorage.clear();
  vi.unstubAllGlobals();
});

/** What the token door answers in place of its own answer: a page, or JSON. */
interface Odd {
  status: number;
  body: string | object;
}

/** An authorization server whose refresh tokens work once, and which ends the family when one is used twice. */
async function tokenServer() {
  const state = {
    serial: 0,
    live: "",
    used: 0,
    ended: false,
    forms: [] as Record<string, string>[],
    odd: null as Odd | null,
    busy: Promise.resolve(),
  };
  const server: Loopback = await loopback(async (path, request, reply, body) => {
    const url = `http://${request.headers.host}`;
    if (path.startsWith("/.well-known")) {
      const doors = {
        authorization_endpoint: `${url}/authorize`,
        token_endpoint: `${url}/token`,
        revocation_endpoint: `${url}/revoke`,
      };
      return { issuer: url, ...doors };
    }
    const form = Object.fromEntries(new URLSearchParams(body));
    state.forms.push(form);
    if (path === "/revoke") return {};
    await state.busy;
    if (state.odd) {
      const { status, body: odd } = state.odd;
      reply.statusCode = status;
      return typeof odd === "string" ? void reply.end(odd) : odd;
    }
    const isGood = form.grant_type === "authorization_code" || (form.refresh_token === state.live && !state.ended);
    if (!isGood) {
      state.used += 1;
      state.ended = true;
      reply.statusCode = 400;
      return { error: "invalid_grant" };
    }
    state.serial += 1;
    state.live = `refresh_${state.serial}`;
    return {
      access_token: `access_${state.serial}`,
      refresh_token: state.live,
      expires_in: state.serial === 1 ? 1 : 600,
    };
  });
  return { server, state };
}

/** Stand in for the window: what happens in it is up to the test. */
function aWindow(go: (address: URL) => void) {
  const popup = { closed: false, close: vi.fn(), location: {} };
  Object.defineProperty(popup.location, "href", { set: (address: string) => go(new URL(address)) });
  vi.stubGlobal("open", () => popup);
  return popup;
}

/** A person who allows everything. */
function allowing(issuer: string, changes: Record<string, string> = {}) {
  return aWindow((address) => {
    const state = address.searchParams.get("state") ?? "";
    const answer = new URLSearchParams({ code: "code_1", state, iss: issuer, ...changes });
    setTimeout(() => answerFromPopup(state, `?${answer}`), 5);
  });
}

function session(server: Loopback, options: Partial<OAuthOptions> = {}) {
  return oauth({ server: server.url, clientId: "https://app.test", redirectUri: "https://app.test/", ...options });
}

/** A tab of its own: with its `sessionStorage`, and with channels that close with it. */
function tab(kept: Map<string, string> = new Map()) {
  const storage = {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  };
  const channels: BroadcastChannel[] = [];
  const self = {
    /** How late the tab sends its messages. */
    delayMs: 0,
    /** Load the page that signs people in. */
    open(server: Loopback) {
      const Channel = BroadcastChannel;
      class TabChannel extends Channel {
        constructor(name: string) {
          super(name);
          channels.push(this);
        }

        override postMessage(message: unknown) {
          if (self.delayMs === 0) return super.postMessage(message);
          setTimeout(() => super.postMessage(message), self.delayMs);
        }
      }
      const before = sessionStorage;
      vi.stubGlobal("sessionStorage", storage);
      vi.stubGlobal("BroadcastChannel", TabChannel);
      const opened = session(server, { keep: "session" });
      vi.stubGlobal("sessionStorage", before);
      vi.stubGlobal("BroadcastChannel", Channel);
      return opened;
    },
    close() {
      for (const channel of channels.splice(0)) channel.close();
    },
    /** A second tab with a copy of the storage as it is now. */
    duplicate(changes: object = {}) {
      const copied = [...kept].map(([key, value]) => [key, JSON.stringify({ ...JSON.parse(value), ...changes })] as const);
      return tab(new Map(copied));
    },
  };
  return self;
}

test("the question has PKCE S256, a state that cannot be guessed, and everything RFC 6749 asks for", async () => {
  const request = newRequest("popup", SERVER, APP);
  const asked = new URL(await addressOf(request, SERVER, APP.scopes)).searchParams;
  expect(Object.fromEntries(asked)).toEqual({
    response_type: "code",
    client_id: APP.clientId,
    redirect_uri: APP.redirectUri,
    scope: "generate models",
    state: request.state,
    code_challenge: await sha256(request.verifier),
    code_challenge_method: "S256",
  });
  expect(request.verifier).toMatch(/^[\w-]{64}$/);
  expect(newRequest("popup", SERVER, APP).state).not.toBe(request.state);
});

test("the challenge is RFC 7636's own example", async () => {
  expect(await sha256("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")).toBe(
    "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
  );
});

test("an answer counts only with its own state and its server's iss", () => {
  const request = newRequest("popup", SERVER, APP);
  const answer = (changes: Record<string, string>) =>
    `?${new URLSearchParams({ code: "c", state: request.state, iss: ISSUER, ...changes })}`;
  expect(codeIn(answer({}), request)).toBe("c");
  expect(() => codeIn(answer({ state: "popup.other" }), request)).toThrow(/another question/);
  expect(() => codeIn(answer({ iss: "https://evil.test" }), request)).toThrow(/another server/);
  expect(() => codeIn(`?code=c&state=${request.state}`, request)).toThrow(/another server/);
  expect(() => codeIn(answer({ error: "access_denied" }), request)).toThrow(PermissionDenied);
  expect(() => codeIn(answer({ error: "server_error" }), request)).toThrow(SignInRequired);
});

test("a server that describes another, or doors elsewhere, is not believed", async () => {
  for (const lie of [
    { issuer: "https://evil.test" },
    { token_endpoint: "https://evil.test/token" },
    { authorization_endpoint: 7 },
  ]) {
    const server = await loopback((_path, { headers: { host } }) => {
      const url = `http://${host}`;
      return {
        issuer: url,
        authorization_endpoint: `${url}/a`,
        token_endpoint: `${url}/t`,
        revocation_endpoint: `${url}/r`,
        ...lie,
      };
    });
    await expect(readAuthorizationServer(server.url)).rejects.toMatchObject({ code: 4900 });
  }
});

test("signing in exchanges the code with its verifier, once for all who ask", async () => {
  const { server, state } = await tokenServer();
  const popup = allowing(server.url);
  const mine = session(server);
  const heard: boolean[] = [];
  mine.onChange((isSignedIn) => heard.push(isSignedIn));
  expect(mine.isSignedIn).toBe(false);
  await Promise.all([mine.signIn(), mine.signIn()]);
  expect(mine.isSignedIn).toBe(true);
  expect(popup.close).toHaveBeenCalled();
  expect(state.forms).toEqual([
    expect.objectContaining({ grant_type: "authorization_code", code: "code_1", client_id: "https://app.test" }),
  ]);
  expect(state.forms[0]?.code_verifier).toMatch(/^[\w-]{64}$/);
  await mine.signOut();
  expect(state.forms.at(-1)).toMatchObject({ token: "refresh_1" });
  expect(heard).toEqual([true, false]);
});

test("a blocked window, a no and an answer of somebody else's leave nobody signed in", async () => {
  const { server } = await tokenServer();
  vi.stubGlobal("open", () => null);
  await expect(session(server).token()).rejects.toThrow(SignInRequired);
  allowing(server.url, { error: "access_denied" });
  await expect(session(server).signIn()).rejects.toMatchObject({ code: 4001 });
  allowing("https://evil.test");
  await expect(session(server).signIn()).rejects.toThrow(/another server/);
  expect(session(server).isSignedIn).toBe(false);
});

test("a signal ends the waiting for the window", async () => {
  const { server } = await tokenServer();
  const popup = aWindow(() => undefined);
  const stop = new AbortController();
  setTimeout(() => stop.abort(), 20);
  await expect(session(server).signIn(stop.signal)).rejects.toMatchObject({ name: "AbortError" });
  expect(popup.close).toHaveBeenCalled();
});

test("who stops waiting leaves the window to the others, and starting over opens a new one", async () => {
  const { server, state } = await tokenServer();
  const windows: URL[] = [];
  const popup = aWindow((address) => windows.push(address));
  const mine = session(server);
  const [first, second] = [new AbortController(), new AbortController()];
  const waiting = [mine.signIn(first.signal), mine.signIn(second.signal)];
  first.abort();
  await expect(waiting[0]).rejects.toMatchObject({ name: "AbortError" });
  await vi.waitFor(() => expect(windows).toHaveLength(1));
  expect(popup.close).not.toHaveBeenCalled();
  second.abort();
  const again = mine.signIn();
  await expect(waiting[1]).rejects.toMatchObject({ name: "AbortError" });
  expect(popup.close).toHaveBeenCalled();
  await vi.waitFor(() => expect(windows).toHaveLength(2));
  const asked = windows[1]?.searchParams.get("state") ?? "";
  answerFromPopup(asked, `?${new URLSearchParams({ code: "code_1", state: asked, iss: server.url })}`);
  await again;
  expect(mine.isSignedIn).toBe(true);
  expect(state.forms).toHaveLength(1);
});

test("an access token that ends soon is refreshed once, however many ask", async () => {
  const { server, state } = await tokenServer();
  allowing(server.url);
  const mine = session(server);
  await mine.signIn();
  expect(await Promise.all([mine.token(), mine.token(), mine.token()])).toEqual(["access_2", "access_2", "access_2"]);
  expect(state).toMatchObject({ serial: 2, ended: false });
  expect(await mine.renew("access_1")).toBe("access_2");
  expect(await mine.renew("access_2")).toBe("access_3");
});

test("tokens kept in memory are nowhere else, tokens kept for the tab outlive the document", async () => {
  const { server } = await tokenServer();
  allowing(server.url);
  await session(server).signIn();
  expect(sessionStorage.length).toBe(0);
  expect(localStorage.length).toBe(0);
  await session(server, { keep: "session" }).signIn();
  expect(session(server, { keep: "session" }).isSignedIn).toBe(true);
  expect(localStorage.length).toBe(0);
});

test("a tab with a copy of the session takes what its sibling refreshed instead of using the token again", async () => {
  const { server, state } = await tokenServer();
  allowing(server.url);
  const first = tab();
  await first.open(server).signIn();
  const copy = first.duplicate();
  expect(await first.open(server).token()).toBe("access_2");
  expect(await copy.open(server).token()).toBe("access_2");
  expect(state).toMatchObject({ serial: 2, ended: false });
});

test("a copy hears of a refresh at once, and does not need the tab that made it any more", async () => {
  const { server, state } = await tokenServer();
  allowing(server.url);
  const first = tab();
  const mine = first.open(server);
  await mine.signIn();
  const copy = first.duplicate().open(server);
  expect(await mine.token()).toBe("access_2");
  await settled();
  first.close();
  expect(await copy.token()).toBe("access_2");
  expect(await copy.renew("access_2")).toBe("access_3");
  expect(state).toMatchObject({ serial: 3, ended: false });
});

test("a copy that missed several refreshes gets the newest, from a tab that was reloaded since or from another copy", async () => {
  const { server, state } = await tokenServer();
  allowing(server.url);
  const first = tab();
  const mine = first.open(server);
  await mine.signIn();
  const [asleep, restored] = [first.duplicate(), first.duplicate()];
  expect(await mine.token()).toBe("access_2");
  expect(await mine.renew("access_2")).toBe("access_3");
  first.close();
  first.open(server);
  expect(await asleep.open(server).token()).toBe("access_3");
  first.close();
  expect(await restored.open(server).token()).toBe("access_3");
  expect(state).toMatchObject({ serial: 3, ended: false });
});

test("before a tab uses a token that it held for long, it gives a busy sibling a second to speak up", async () => {
  const { server, state } = await tokenServer();
  allowing(server.url);
  const first = tab();
  const mine = first.open(server);
  await mine.signIn();
  const copy = first.duplicate({ expiresAtMs: Date.now() - 1 });
  expect(await mine.token()).toBe("access_2");
  first.delayMs = 500;
  expect(await copy.open(server).token()).toBe("access_2");
  expect(state).toMatchObject({ serial: 2, ended: false });
});

test("who signs out while a token is refreshed stays signed out", async () => {
  const { server, state } = await tokenServer();
  allowing(server.url);
  const mine = session(server);
  await mine.signIn();
  let answer: () => void = () => undefined;
  state.busy = new Promise((resolve) => {
    answer = resolve;
  });
  const refreshed = mine.renew("access_1").catch((error: unknown) => error);
  await vi.waitFor(() => expect(state.forms).toHaveLength(2));
  await mine.signOut();
  answer();
  expect(await refreshed).toBeInstanceOf(SignInRequired);
  expect(mine.isSignedIn).toBe(false);
});

test("a session that the server has ended signs out and says so", async () => {
  const { server, state } = await tokenServer();
  allowing(server.url);
  const mine = session(server);
  await mine.signIn();
  state.ended = true;
  await expect(mine.token()).rejects.toThrow(SignInRequired);
  expect(mine.isSignedIn).toBe(false);
});

test("an app that the server does not know any more is signed out", async () => {
  for (const error of ["invalid_client", "unauthorized_client"]) {
    const { server, state } = await tokenServer();
    allowing(server.url);
    const mine = session(server);
    await mine.signIn();
    state.odd = { status: 400, body: { error } };
    await expect(mine.token()).rejects.toThrow(SignInRequired);
    expect(mine.isSignedIn).toBe(false);
  }
});

test("a server that cannot answer now, and a proxy in its place, leave the person signed in", async () => {
  const { server, state } = await tokenServer();
  allowing(server.url);
  const mine = session(server);
  await mine.signIn();
  for (const odd of [
    { status: 429, body: { error: "temporarily_unavailable", error_description: "wait a little" } },
    { status: 404, body: "<h1>Not Found</h1>" },
    { status: 403, body: { message: "blocked" } },
    { status: 200, body: "<h1>Back soon</h1>" },
    { status: 503, body: { error: "temporarily_unavailable" } },
  ]) {
    state.odd = odd;
    const failure = await mine.token().catch((error: unknown) => error);
    expect(failure).toMatchObject({ name: "NotConnected", code: 4900, satchelCode: "not_ready" });
    expect(mine.isSignedIn).toBe(true);
  }
  state.odd = null;
  expect(await mine.token()).toBe("access_2");
});

test("a redirect is taken up where it comes back to, and leaves no trace in the address", async () => {
  const { server, state } = await tokenServer();
  const request = { ...newRequest("redirect", { ...SERVER, issuer: server.url }, APP) };
  sessionStorage.setItem(`satchel:asked:${request.state}`, JSON.stringify(request));
  const answer = new URLSearchParams({ code: "code_1", state: request.state, iss: server.url, mine: "kept" });
  vi.stubGlobal("location", { search: `?${answer}`, pathname: "/chat", hash: "#top", origin: "https://app.test" });
  const replaced = vi.spyOn(history, "replaceState").mockImplementation(() => undefined);
  expect(await session(server).token()).toBe("access_2"); // the first lives for a second only
  expect(state.forms[0]).toMatchObject({ code: "code_1", code_verifier: request.verifier });
  expect(replaced.mock.calls[0]?.[2]).toBe("/chat?mine=kept#top");
  expect(sessionStorage.length).toBe(0);
  replaced.mockRestore();
});
