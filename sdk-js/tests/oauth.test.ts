// @vitest-environment happy-dom
import { afterEach, expect, test, vi } from "vitest";
import { addressOf, codeIn, newRequest } from "../src/auth/AuthorizationRequest.js";
import { readAuthorizationServer } from "../src/auth/AuthorizationServer.js";
import { answerFromPopup } from "../src/auth/askInPopup.js";
import { sha256 } from "../src/auth/sha256.js";
import { PermissionDenied } from "../src/errors/PermissionDenied.js";
import { SignInRequired } from "../src/errors/SignInRequired.js";
import { loopback } from "./loopback.js";
import { allowing, aWindow, session, tokenServer } from "./tokenServer.js";

const ISSUER = "https://satchel.test";
const SERVER = { issuer: ISSUER, authorize: `${ISSUER}/a`, token: `${ISSUER}/t`, revoke: `${ISSUER}/r` };
const APP = { clientId: "https://app.test", redirectUri: "https://app.test/chat", scopes: ["generate", "models"] };

afterEach(() => {
  sessionStorage.clear();
  vi.unstubAllGlobals();
});

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

test("a refusal of what was signed out of meanwhile leaves the next sign-in alone", async () => {
  const { server, state } = await tokenServer();
  allowing(server.url);
  const mine = session(server);
  await mine.signIn();
  let release: () => void = () => undefined;
  state.busy = new Promise((open) => {
    release = open;
  });
  const renewing = mine.token().catch((error: unknown) => error); // the first lives for a second only
  await expect.poll(() => state.forms.length).toBe(2);
  state.busy = Promise.resolve();
  await mine.signOut();
  await mine.signIn();
  release();
  expect(await renewing).toBeInstanceOf(SignInRequired);
  expect(mine.isSignedIn).toBe(true);
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
