import { expect, test, vi } from "vitest";
import { createClient } from "../src/createClient.js";
import { socket } from "../src/socket/socket.js";
import { http } from "../src/transports/http.js";
import { aFault, aResult, fakeTransport, settled } from "./fakeTransport.js";
import { chunk, ending, loopback } from "./loopback.js";

const STREAM = { "content-type": "text/event-stream", "x-generation-id": "gen_1" };

test("listeners hear that the server answers, what an answer used, and, once, that it is away", async () => {
  let isAway = false;
  const server = await loopback((path, _request, reply) => {
    if (isAway) return void reply.destroy();
    if (path.startsWith("/v1/models")) return { data: [] };
    reply.writeHead(200, STREAM).end(chunk({ content: "Hi" }) + ending());
  });
  const ai = await createClient({ transport: http({ server: server.url, credentials: "sat_1" }) });
  const heard: unknown[] = [];
  ai.on("connect", () => heard.push("connect"));
  ai.on("disconnect", ({ code }) => heard.push(code));
  ai.on("usage", ({ id, model, usage, cost }) => heard.push([id, model, usage.inputTokens, cost.usd]));
  ai.on("usage", () => {
    queueMicrotask(() => heard.push("a second listener"));
  });
  await ai.chat("Hi");
  await ai.listModels();
  isAway = true;
  for (let call = 0; call < 2; call++) await expect(ai.listModels()).rejects.toMatchObject({ code: 4900 });
  isAway = false;
  await ai.listModels();
  await settled();
  expect(heard).toEqual(["connect", ["gen_1", "a/b", 3, 0.25], "a second listener", 4900, "connect"]);
});

test("an answer that is stopped tells what it used all the same", async () => {
  let finish = () => {};
  const server = await loopback((path, _request, reply) => {
    if (path.endsWith("/cancel")) {
      finish();
      return {};
    }
    reply.writeHead(200, STREAM).write(chunk({ content: "Once" }));
    finish = () => void reply.end(ending());
  });
  const ai = await createClient({ transport: http({ server: server.url, credentials: "sat_1" }) });
  const used = vi.fn();
  ai.on("usage", used);
  const answer = ai.chat("Hi", { onEvent: () => answer.stop() });
  await expect(answer).rejects.toMatchObject({ name: "AbortError" });
  await settled();
  expect(used.mock.calls).toEqual([[expect.objectContaining({ usage: expect.objectContaining({ outputTokens: 2 }) })]]);
});

test.each([
  ["http", http],
  ["socket", socket],
] as const)("%s: signing in and out is a change of what the page may do", async (_name, transport) => {
  const server = await loopback(() => ({ origin: "https://a.example", data: null }));
  let change = () => {};
  const credentials = {
    isSignedIn: false,
    token: async () => "sat_1",
    renew: async () => "sat_2",
    onChange(listener: () => void) {
      change = listener;
      return () => undefined;
    },
  };
  const ai = await createClient({ transport: transport({ server: server.url, credentials }) });
  const changed = vi.fn();
  const off = ai.on("permissionsChanged", changed);
  change();
  await settled();
  off();
  change();
  await settled();
  expect(changed).toHaveBeenCalledTimes(1);
});

test("permissions.query() tells the state and keeps it, as the browser's own does", async () => {
  let state = "prompt";
  const fake = fakeTransport(() => {
    if (state === "away") throw aFault(4900);
    return { state, capabilities: [] };
  });
  const ai = await createClient({ transport: fake.connect });
  const { query } = ai.permissions;
  const status = await query();
  expect(status.state).toBe("prompt");
  const states: string[] = [];
  status.onchange = () => states.push(status.state);
  status.addEventListener("change", () => states.push("heard"));
  for (const next of ["granted", "granted", "away", "denied"]) {
    state = next;
    fake.push("permissionsChanged", {});
    await settled();
  }
  expect(states).toEqual(["granted", "heard", "denied", "heard"]);
  expect(await query()).toBe(status);
  state = "away";
  await expect(query()).rejects.toMatchObject({ code: 4900 });
});

test("an answer without a bill, and what is no answer, tell nothing", async () => {
  const fake = fakeTransport(() => aResult());
  const ai = await createClient({ transport: fake.connect });
  const heard = vi.fn();
  for (const event of ["connect", "disconnect", "usage"] as const) ai.on(event, heard);
  await ai.chat("Hi");
  expect(heard).not.toHaveBeenCalled(); // an injected client tells of itself; nobody tells it twice
});
