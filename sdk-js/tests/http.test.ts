import { expect, test } from "vitest";
import { createClient } from "../src/createClient.js";
import { NotConnected } from "../src/errors/NotConnected.js";
import { SignInRequired } from "../src/errors/SignInRequired.js";
import type { Part } from "../src/Part.js";
import { http } from "../src/transports/http.js";
import { chunk, ending, type Loopback, loopback } from "./loopback.js";

function client({ url }: Loopback, token: string | (() => string) = "sat_1") {
  return createClient({ transport: http({ server: `${url}/`, credentials: token }) });
}

const CALL = { index: 0, id: "call_1", function: { name: "f", arguments: "" } };
const PICTURE = { url: "data:image/png;base64,AAAA" };

test("a stream becomes parts and an answer, wherever its bytes are cut", async () => {
  const whole =
    chunk({ role: "assistant", content: "", reasoning: "Hm." }) +
    ": keep-alive\n\n" +
    chunk({ content: "Grüße 🍂" }) +
    chunk({ images: [{ type: "image_url", image_url: PICTURE }] }) +
    chunk({ tool_calls: [CALL] }) +
    chunk({ tool_calls: [{ index: 0, function: { arguments: "{}" } }] }) +
    ending({ finish_reason: "tool_calls" });
  const bytes = Buffer.from(whole);
  const server = await loopback(async (_path, _request, reply) => {
    reply.writeHead(200, { "content-type": "text/event-stream", "x-generation-id": "gen_1" });
    for (let at = 0; at < bytes.length; at += 7) {
      reply.write(bytes.subarray(at, at + 7));
      if (at % 70 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    }
    reply.end();
  });
  const answer = (await client(server)).chat("Hi");
  const parts: Part[] = [];
  for await (const part of answer) parts.push(part);
  const types = ["reasoning", "text", "image", "tool-input", "tool-input", "tool-call"];
  expect(parts.map(({ type }) => type)).toEqual(types);
  expect(await answer).toEqual({
    id: "gen_1",
    text: "Grüße 🍂",
    reasoning: "Hm.",
    toolCalls: [{ id: "call_1", name: "f", arguments: "{}" }],
    images: [PICTURE],
    finishReason: "tool_calls",
    model: "a/b",
    provider: "lab",
    usage: { inputTokens: 3, outputTokens: 2, reasoningTokens: 1, cachedTokens: 0, estimated: false },
    cost: { usd: 0.25, known: true },
  });
});

test("the body is OpenAI's and the token is sent", async () => {
  let sent: unknown;
  const server = await loopback((_path, request, reply, body) => {
    sent = { ...JSON.parse(body), authorization: request.headers.authorization };
    reply.writeHead(200, { "content-type": "text/event-stream" }).end(chunk({ content: "Hi" }) + ending());
  });
  await (await client(server))
    .chat("Hi", { maxTokens: 5, topP: 0.5, reasoningEffort: "low", reason: "to test", schema: { type: "string" } })
    .catch(() => undefined);
  expect(sent).toEqual({
    authorization: "Bearer sat_1",
    model: "satchel/preferred",
    messages: [{ role: "user", content: "Hi" }],
    max_tokens: 5,
    top_p: 0.5,
    reasoning_effort: "low",
    response_format: { type: "json_schema", json_schema: { name: "answer", schema: { type: "string" }, strict: true } },
    stream: true,
  });
});

test("a stop asks the server to stop, and rejects with what it came to", async () => {
  let finish: (() => void) | undefined;
  const server = await loopback((path, _request, reply) => {
    if (path === "/v1/generations/gen_1/cancel") {
      finish?.();
      return { id: "gen_1" };
    }
    reply.writeHead(200, { "content-type": "text/event-stream", "x-generation-id": "gen_1" });
    reply.write(chunk({ content: "Once" }));
    finish = () => reply.end(ending({ finish_reason: "stop", native_finish_reason: "cancelled" }));
  });
  const answer = (await client(server)).chat("Hi");
  const parts: Part[] = [];
  const reading = (async () => {
    for await (const part of answer) {
      parts.push(part);
      answer.stop();
    }
  })();
  await expect(answer).rejects.toMatchObject({
    name: "AbortError",
    usage: { outputTokens: 2 },
    cost: { usd: 0.25 },
    text: "Once",
  });
  await expect(reading).rejects.toMatchObject({ name: "AbortError" });
  expect(parts).toHaveLength(1);
  expect(server.requests).toEqual(["POST /v1/chat/completions", "POST /v1/generations/gen_1/cancel"]);
});

test("a stop after the person has signed out hangs up, and asks nobody to sign in", async () => {
  const server = await loopback((_path, _request, reply) => {
    reply.writeHead(200, { "content-type": "text/event-stream", "x-generation-id": "gen_1" });
    reply.write(chunk({ content: "Once" }));
  });
  let asked = 0;
  const credentials = {
    isSignedIn: true,
    async token() {
      asked += 1;
      return "sat_1";
    },
    renew: () => Promise.reject(new SignInRequired("Nobody is signed in any more.")),
  };
  const answer = (await createClient({ transport: http({ server: server.url, credentials }) })).chat("Hi");
  for await (const _ of answer) {
    credentials.isSignedIn = false;
    break;
  }
  await expect(answer).rejects.toMatchObject({ name: "AbortError", text: "Once" });
  expect(asked).toBe(1);
});

const FAILURES: [status: number, satchelCode: string, code: number, name: string][] = [
  [400, "unknown_model", -32602, "InvalidRequest"],
  [402, "budget_exceeded", 4020, "BudgetExceeded"],
  [403, "consent_required", 4100, "PermissionDenied"],
  [429, "rate_limited", 4290, "RateLimited"],
  [502, "provider_unavailable", 4300, "ProviderFailed"],
];
test.each(FAILURES)("A8: status %i with %s is code %i", async (status, satchelCode, code, name) => {
  const server = await loopback((_path, _request, reply) => {
    const details = { provider_body: { message: "slow", type: "t", code: 429 } };
    const metadata = { satchel_code: satchelCode, retry_after_s: 2, provider_name: "lab", details };
    reply.writeHead(status, { "content-type": "application/json" });
    reply.end(JSON.stringify({ error: { code: status, message: "No.", param: "model", metadata } }));
  });
  await expect((await client(server)).chat("Hi")).rejects.toMatchObject({
    code,
    name,
    satchelCode,
    shortMessage: "No.",
    data: { provider: "lab", retryAfterS: 2, param: "model", body: { message: "slow", type: "t", code: 429 } },
  });
});

test("a failure in mid-stream, a torn stream and nonsense are errors after the parts that came", async () => {
  const error = { code: 502, message: "It fell over.", metadata: { satchel_code: "provider_unavailable" } };
  const ends = [chunk({}, { error }, { finish_reason: "error" }), "", 'data: {"oops\n\n', "data: 7\n\n"];
  const codes = [];
  for (const end of ends) {
    const server = await loopback((_path, _request, reply) => {
      reply.writeHead(200, { "content-type": "text/event-stream" }).end(chunk({ content: "He" }) + end);
    });
    const failure: unknown = await (await client(server)).chat("Hi").catch((fault: unknown) => fault);
    codes.push((failure as { satchelCode: string }).satchelCode);
  }
  expect(codes).toEqual(["provider_unavailable", "stream_broken", "provider_garbled", "provider_garbled"]);
});

test("a connection that breaks in mid-stream is an error with a code", async () => {
  const server = await loopback((_path, _request, reply) => {
    reply.writeHead(200, { "content-type": "text/event-stream" });
    reply.write(chunk({ content: "He" }), () => reply.destroy());
  });
  await expect((await client(server)).chat("Hi")).rejects.toMatchObject({ code: 4300, satchelCode: "stream_broken" });
});

test("a refused token is renewed once, and one that has no successor asks to sign in", async () => {
  const seen: unknown[] = [];
  const server = await loopback((_path, request, reply) => {
    seen.push(request.headers.authorization);
    if (request.headers.authorization === "Bearer sat_2")
      return { data: [{ id: "a/b", satchel: { preferred: true } }] };
    reply.writeHead(401).end("{}");
  });
  const tokens = ["sat_1", "sat_2"];
  const ai = await client(server, () => tokens.shift() ?? "sat_2");
  expect(await ai.getCurrentModel()).toBe("a/b");
  expect(seen).toEqual(["Bearer sat_1", "Bearer sat_2"]);
  await expect((await client(server, "sat_old")).listModels()).rejects.toThrow(SignInRequired);
});

test("models are listed in the SDK's words", async () => {
  const about = { provider: "lab", local: true, available: true, capabilities: ["chat"], preferred: false };
  const server = await loopback(() => ({
    data: [{ id: "a/b", name: "B", context_length: 8, satchel: about }, { id: 7 }],
  }));
  const ai = await client(server);
  expect(await ai.listModels()).toEqual([{ id: "a/b", name: "B", contextLength: 8, ...about }]);
  expect(await ai.getPermissions()).toMatchObject({ state: "granted" });
  await expect(ai.listModels({ signal: AbortSignal.abort() })).rejects.toMatchObject({ name: "AbortError" });
});

test("a server that is away rejects at once, with the class that fallback goes on after", async () => {
  const transport = http({ server: "http://127.0.0.1:9", credentials: "sat_1" });
  await expect(createClient({ transport })).rejects.toThrow(NotConnected);
});
