import { expect, test, vi } from "vitest";
import { createClient } from "../src/createClient.js";
import * as satchel from "../src/index.js";
import { aFault, aResult, fakeTransport } from "./fakeTransport.js";

test("a question becomes one user message, and only what was given is sent", async () => {
  const fake = fakeTransport(() => aResult());
  const ai = await createClient({ transport: fake.connect });
  await ai.chat("Why?", { model: "a/b", temperature: 0, maxTokens: undefined, reason: "To explain leaves" });
  expect(fake.calls[0]).toMatchObject({ method: "ai_generate" });
  expect(fake.calls[0]?.params).toEqual({
    messages: [{ role: "user", content: "Why?" }],
    model: "a/b",
    temperature: 0,
    reason: "To explain leaves",
  });
});

test("a conversation, tools and a response format are passed on as they are", async () => {
  const fake = fakeTransport(() => aResult());
  const ai = await createClient({ transport: fake.connect });
  const messages: satchel.Message[] = [
    { role: "system", content: "Be brief." },
    { role: "user", content: [{ type: "text", text: "Hi" }] },
  ];
  const tools: satchel.Tool[] = [{ type: "function", function: { name: "weather" } }];
  const responseFormat: satchel.ResponseFormat = { type: "json_object" };
  await ai.chat(messages, { tools, toolChoice: "auto", responseFormat, stop: ["\n"] });
  expect(fake.calls[0]?.params).toEqual({
    messages,
    tools,
    toolChoice: "auto",
    responseFormat,
    stop: ["\n"],
  });
});

test("the current model and the permission are parsed, never trusted", async () => {
  const replies: Record<string, unknown> = { ai_getCurrentModel: { model: "satchel/preferred" } };
  const { connect } = fakeTransport(({ method }) => replies[method]);
  const ai = await createClient({ transport: connect });
  expect(await ai.getCurrentModel()).toBe("satchel/preferred");
  expect(await ai.getPermissions()).toEqual({ state: "prompt", capabilities: [], permissions: [] });
  replies.ai_getPermissions = { state: "granted", capabilities: ["model:prompt", 7] };
  expect(await ai.getPermissions()).toEqual({ state: "granted", capabilities: ["model:prompt"], permissions: [] });
  replies.ai_getCurrentModel = {};
  await expect(ai.getCurrentModel()).rejects.toMatchObject({ code: -32603 });
});

test("a listener hears pushes until it stops listening", async () => {
  const fake = fakeTransport(() => undefined);
  const ai = await createClient({ transport: fake.connect });
  const heard = vi.fn();
  const off = ai.on("modelChanged", heard);
  fake.push("modelChanged", { model: "ollama:llama3:8b" });
  off();
  fake.push("modelChanged", { model: "a/b" });
  expect(heard.mock.calls).toEqual([[{ model: "ollama:llama3:8b" }]]);
});

const EXPORTS = { ...satchel };
const CODES: [number, keyof typeof satchel][] = [
  [4001, "PermissionDenied"],
  [4020, "BudgetExceeded"],
  [4100, "PermissionDenied"],
  [4200, "UnsupportedMethod"],
  [-32601, "UnsupportedMethod"],
  [4290, "RateLimited"],
  [-32005, "RateLimited"],
  [4300, "ProviderFailed"],
  [4900, "NotConnected"],
  [-32600, "InvalidRequest"],
  [-32602, "InvalidRequest"],
  [-32603, "SatchelError"],
  [4999, "SatchelError"],
];
test.each(CODES)("code %i rejects with the class %s", async (code, name) => {
  const data = { satchelCode: "provider_unavailable", provider: "groq", status: 503, retryAfterS: 2 };
  const cause = aFault(code, data);
  const { connect } = fakeTransport(() => {
    throw cause;
  });
  const ai = await createClient({ transport: connect });
  const error: unknown = await ai.chat("Hi").catch((fault: unknown) => fault);
  expect(error).toBeInstanceOf(satchel.SatchelError);
  expect(error).toMatchObject({
    name,
    code,
    satchelCode: "provider_unavailable",
    data,
    cause,
    shortMessage: "It did not work.",
    message: "It did not work.\nSee https://satchel.dev/docs/reference/errors#provider_unavailable",
    docsUrl: "https://satchel.dev/docs/reference/errors#provider_unavailable",
  });
  expect(error).toBeInstanceOf(EXPORTS[name] as unknown as new () => unknown);
  await expect(ai.getCurrentModel()).rejects.toMatchObject({ code, name });
});

test("a bare string, as a legacy transport throws it, is still an error with a code", async () => {
  const { connect } = fakeTransport(() => {
    throw "PERMISSION_DENIED";
  });
  const ai = await createClient({ transport: connect });
  await expect(ai.chat("Hi")).rejects.toMatchObject({ code: -32603, shortMessage: "PERMISSION_DENIED" });
});

test("vectors, pictures and permissions are asked for as by the injected object, and not where a transport has none", async () => {
  const fake = fakeTransport(({ method }) =>
    method === "ai_revokePermissions" ? { state: "prompt", capabilities: [] } : { embeddings: [[1]], permissions: [] },
  );
  const ai = await createClient({ transport: fake.connect });
  const { signal } = new AbortController();
  expect(await ai.embed("x", { dimensions: 1, signal })).toMatchObject({ embeddings: [[1]] });
  await ai.generateImage("a hat", { n: 2 });
  expect(await ai.requestPermissions({ "model:prompt": {} }, { reason: "why" })).toMatchObject({ permissions: [] });
  expect(await ai.revokePermissions()).toEqual({ state: "prompt", capabilities: [], permissions: [] });
  expect(fake.calls.map(({ method, params }) => [method, params])).toEqual([
    ["ai_embed", { input: "x", dimensions: 1 }],
    ["ai_generateImage", { prompt: "a hat", n: 2 }],
    ["ai_requestPermissions", { permissions: { "model:prompt": {} }, reason: "why" }],
    ["ai_revokePermissions", undefined],
  ]);
  expect(fake.calls[0]?.signal).toBe(signal);
  await expect(ai.embed("x", { signal: AbortSignal.abort() })).rejects.toMatchObject({ name: "AbortError" });
  const own = await createClient({ transport: satchel.ownKey(() => "Hi") });
  await expect(own.embed("x")).rejects.toBeInstanceOf(satchel.UnsupportedMethod);
});
