import { expect, test } from "vitest";
import type { Credentials } from "../src/auth/Credentials.js";
import type { GivenCredentials } from "../src/auth/toCredentials.js";
import { createClient } from "../src/createClient.js";
import { SignInRequired } from "../src/errors/SignInRequired.js";
import { SITE_CAPABILITIES } from "../src/Permission.js";
import { socket } from "../src/socket/socket.js";
import { http } from "../src/transports/http.js";
import { type Loopback, loopback } from "./loopback.js";

const TRANSPORTS = { http, socket };
const WAYS = ["http", "socket"] as const;
type Way = (typeof WAYS)[number];

const SITE = "https://notes.example";
const CAVEATS = { models: ["a/b"], budget: null, rate_per_minute: 3, expires_at: null, local_only: false };
const GRANT = { origin: SITE, state: "allowed", created_at: "2026-11-29T00:00:00Z", caveats: CAVEATS };
const PERMISSION = {
  invoker: SITE,
  parentCapability: "model:prompt",
  caveats: [
    { type: "models", value: ["a/b"] },
    { type: "ratePerMinute", value: 3 },
  ],
  date: GRANT.created_at,
};

function client(way: Way, { url }: Loopback, credentials: GivenCredentials = "sat_1") {
  return createClient({ transport: TRANSPORTS[way]({ server: url, credentials }) });
}

/** A person who is signed in or not, and what was asked of them. */
function person(isSignedIn: boolean, signsIn = () => {}): Credentials & { deeds: string[] } {
  const deeds: string[] = [];
  return {
    deeds,
    isSignedIn,
    token: async () => "sat_1",
    renew: async () => {
      throw new SignInRequired("Nobody is signed in any more.");
    },
    async signIn() {
      deeds.push("signIn");
      Object.assign(this, { isSignedIn: true });
      signsIn();
    },
    async signOut() {
      deeds.push("signOut");
    },
  };
}

const USAGE = { prompt_tokens: 3, completion_tokens: 0, cost: 0.5, cost_details: {} };
const BILL = {
  usage: { inputTokens: 3, outputTokens: 0, estimated: false },
  cost: { usd: 0.5, known: true },
};

test.each(WAYS)("%s: texts become vectors, and a description becomes pictures", async (way) => {
  const asked: unknown[] = [];
  const server = await loopback((path, _request, reply, body) => {
    asked.push([path, JSON.parse(body)]);
    reply.setHeader("x-generation-id", "gen_7");
    const served = { usage: USAGE, model: "a/b", provider: "lab" };
    if (path === "/v1/embeddings") return { data: [{ embedding: [1, 0.5] }, { embedding: [2, 0.5] }], ...served };
    return { data: [{ b64_json: "AAAA", media_type: "image/webp" }, { url: "https://a.example/b.png" }], ...served };
  });
  const ai = await client(way, server);
  const facts = { id: "gen_7", model: "a/b", provider: "lab", ...BILL };
  expect(await ai.embed(["x", "y"], { dimensions: 2, inputType: "query" })).toMatchObject({
    ...facts,
    embeddings: [
      [1, 0.5],
      [2, 0.5],
    ],
  });
  expect(await ai.generateImage("a hat", { model: "a/i", outputFormat: "webp" })).toMatchObject({
    ...facts,
    images: [{ url: "data:image/webp;base64,AAAA" }, { url: "https://a.example/b.png" }],
  });
  expect(asked).toEqual([
    ["/v1/embeddings", { model: "satchel/embeddings", input: ["x", "y"], dimensions: 2, input_type: "query" }],
    ["/v1/images/generations", { model: "a/i", prompt: "a hat", output_format: "webp" }],
  ]);
});

test("a stop while vectors are made hangs up, and an answer that breaks off is an error with a code", async () => {
  const stop = new AbortController();
  let tellHungUp: () => void = () => undefined;
  const hungUp = new Promise<void>((resolve) => {
    tellHungUp = resolve;
  });
  const server = await loopback((path, request, reply) => {
    if (path === "/v1/images/generations") {
      reply.writeHead(200, { "content-length": 100 });
      reply.write("{", () => reply.destroy());
      return;
    }
    request.socket.once("close", tellHungUp);
    stop.abort();
  });
  const ai = await client("http", server);
  await expect(ai.embed("x", { signal: stop.signal })).rejects.toMatchObject({ name: "AbortError" });
  await hungUp;
  await expect(ai.generateImage("x")).rejects.toMatchObject({ code: 4300, satchelCode: "stream_broken" });
});

test.each(WAYS)("%s: a page is told what its site was allowed, and nobody is asked", async (way) => {
  const answers: object[] = [
    { origin: SITE, data: GRANT },
    { origin: SITE, data: null },
    { origin: SITE, data: { ...GRANT, state: "blocked" } },
    { origin: null, data: null },
  ];
  const server = await loopback(() => answers.shift());
  const nobody = person(false);
  expect(await (await client(way, server, nobody)).getPermissions()).toMatchObject({ state: "prompt" });
  expect(server.requests).toEqual([]);
  const ai = await client(way, server);
  const granted = await ai.getPermissions();
  expect(granted.state).toBe("granted");
  expect(granted.capabilities).toEqual(SITE_CAPABILITIES);
  expect(granted.permissions[0]).toEqual(PERMISSION);
  expect(await ai.getPermissions()).toEqual({ state: "prompt", capabilities: [], permissions: [] });
  expect(await ai.getPermissions()).toEqual({ state: "denied", capabilities: [], permissions: [] });
  const own = await ai.getPermissions();
  expect([own.state, own.permissions[0]?.caveats]).toEqual(["granted", []]);
  expect(server.requests).toEqual(Array(4).fill("GET /v1/grant"));
});

test("a session that has ended is to be asked for, not an error", async () => {
  const server = await loopback((_path, _request, reply) => void reply.writeHead(401).end("{}"));
  expect(await (await client("http", server, person(true))).getPermissions()).toMatchObject({ state: "prompt" });
});

test("asking for permission signs in, narrows as the page wished, and asks nobody where there is enough", async () => {
  let grant: object | null = null;
  const sent: string[] = [];
  const server = await loopback((_path, request, _reply, body) => {
    if (request.method === "PATCH") sent.push(body);
    return { origin: SITE, data: grant };
  });
  const visitor = person(false, () => {
    grant = GRANT;
  });
  const ai = await client("http", server, visitor);
  const wish = { "model:prompt": { localOnly: true, budget: { usd: 0.5, period: "day" as const } } };
  expect((await ai.requestPermissions(wish, { reason: "to test" })).permissions[0]).toEqual(PERMISSION);
  expect(visitor.deeds).toEqual(["signIn"]);
  expect(sent.map((body) => JSON.parse(body))).toEqual([
    {
      caveats: {
        models: null,
        budget: { cap_nusd: 500_000_000, period: "day" },
        rate_per_minute: null,
        expires_at: null,
        local_only: true,
        max_tokens: null,
        capabilities: null,
      },
    },
  ]);
  await ai.requestPermissions({ "model:prompt": { models: ["a/b"] } });
  await ai.requestPermissions();
  expect(visitor.deeds).toEqual(["signIn"]);
  await ai.requestPermissions({ "model:prompt": { models: ["c/d"] } });
  expect(visitor.deeds).toEqual(["signIn", "signIn"]);
});

test("a page gives tools up where it has them, and asks for what it lacks by signing in", async () => {
  let grant = { ...GRANT, caveats: { ...CAVEATS, capabilities: SITE_CAPABILITIES } };
  const sent: string[] = [];
  const server = await loopback((_path, request, _reply, body) => {
    if (request.method === "PATCH") sent.push(body);
    return { origin: SITE, data: grant };
  });
  const visitor = person(true);
  const ai = await client("http", server, visitor);
  await ai.requestPermissions({ "model:prompt": { noTools: true, maxTokensPerRequest: 90 } });
  expect(JSON.parse(sent.at(-1) ?? "").caveats).toMatchObject({
    capabilities: SITE_CAPABILITIES.filter((one) => one !== "model:tools"),
    max_tokens: 90,
  });
  grant = { ...GRANT, caveats: { ...CAVEATS, capabilities: ["model:prompt"] } };
  await ai.requestPermissions({ "model:prompt": {} });
  expect(visitor.deeds).toHaveLength(0);
  await ai.requestPermissions({ "model:embed": {} });
  expect(visitor.deeds).toHaveLength(1);
});

test("a misspelt caveat, a blocked site and a token that cannot ask are refused, each by its code", async () => {
  let answer: object = { origin: SITE, data: null };
  const server = await loopback(() => answer);
  const visitor = person(true);
  const ai = await client("http", server, visitor);
  const misspelt = ai.requestPermissions({ "model:prompt": { localonly: true } });
  await expect(misspelt).rejects.toMatchObject({ code: -32602, shortMessage: expect.stringContaining("localonly") });
  const fixed = await client("http", server, "sat_1");
  await expect(fixed.requestPermissions()).rejects.toMatchObject({ code: 4100, satchelCode: "consent_required" });
  answer = { origin: SITE, data: { ...GRANT, state: "blocked" } };
  await expect(ai.requestPermissions()).rejects.toMatchObject({ code: 4100, satchelCode: "origin_blocked" });
  answer = { origin: null, data: null };
  expect(await ai.requestPermissions()).toMatchObject({ permissions: SITE_CAPABILITIES.map(() => ({ caveats: [] })) });
  const narrower = ai.requestPermissions({ "model:prompt": { localOnly: true } });
  await expect(narrower).rejects.toMatchObject({ code: 4200 });
  await expect(ai.revokePermissions()).rejects.toMatchObject({ code: 4200 });
  expect(visitor.deeds).toEqual([]);
});

test("giving the consent back takes it from the server and signs out; a block stays", async () => {
  let data: object | null = GRANT;
  const server = await loopback((_path, request, reply) =>
    request.method === "DELETE" ? void reply.writeHead(204).end() : { origin: SITE, data },
  );
  const visitor = person(true);
  const ai = await client("http", server, visitor);
  expect(await ai.revokePermissions()).toEqual({ state: "prompt", capabilities: [], permissions: [] });
  expect(server.requests).toEqual(["GET /v1/grant", "DELETE /v1/grant"]);
  expect(visitor.deeds).toEqual(["signOut"]);
  data = { ...GRANT, state: "blocked" };
  expect(await ai.revokePermissions()).toMatchObject({ state: "denied" });
  expect(server.requests).toHaveLength(3);
});
