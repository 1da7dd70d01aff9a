import { expect, test } from "vitest";
import { createClient } from "../src/createClient.js";
import { NotConnected } from "../src/errors/NotConnected.js";
import { fallback } from "../src/transports/fallback.js";
import { http } from "../src/transports/http.js";
import { injected } from "../src/transports/injected.js";
import { type OwnAsk, ownKey } from "../src/transports/ownKey.js";
import { chunk, ending } from "./loopback.js";

const away = http({ server: "http://127.0.0.1:9", credentials: "sat_1" });

function own(ask: OwnAsk) {
  return createClient({ transport: fallback(injected, away, ownKey(ask)) });
}

test("without extension and server, the page's own function answers: a text, pieces, JSON or a stream", async () => {
  async function* pieces() {
    yield "He";
    yield "llo";
  }
  const choices = [{ message: { content: "Hello" }, finish_reason: "stop" }];
  const stream = () =>
    new Response(chunk({ content: "Hello" }) + ending(), {
      headers: { "content-type": "text/event-stream; charset=utf-8" },
    });
  for (const ask of [() => "Hello", pieces, () => Response.json({ choices }), stream]) {
    const ai = await own(ask);
    expect(await ai.chat("Hi")).toMatchObject({ text: "Hello", finishReason: "stop" });
  }
});

test("the page's function is asked with OpenAI's body and a signal that stops it", async () => {
  let asked: unknown;
  const ai = await own(async function* (body, signal) {
    asked = body;
    yield "He";
    await new Promise((resolve) => signal?.addEventListener("abort", resolve));
    yield "too late";
  } as OwnAsk);
  const answer = ai.chat("Hi", { model: "gpt" });
  for await (const _ of answer) break;
  await expect(answer).rejects.toMatchObject({ name: "AbortError", text: "He" });
  expect(asked).toMatchObject({ model: "gpt", stream: true, messages: [{ role: "user", content: "Hi" }] });
});

test("what the page's function fails with is the cause of a typed error", async () => {
  const refused = Response.json({ error: { message: "Too many." } }, { status: 429 });
  await expect((await own(() => refused)).chat("Hi")).rejects.toMatchObject({ name: "RateLimited" });
  const bug = new TypeError("the page's own bug");
  const failure = (await own(() => Promise.reject(bug)))
    .chat("Hi")
    .catch((error: unknown) => (error as { walk(): unknown }).walk());
  expect(await failure).toBe(bug);
});

test("when nothing connects, the last way's error is the cause", async () => {
  const nothing = createClient({ transport: fallback(injected, away), timeoutMs: 2_000 });
  const error = (await nothing.catch((fault: unknown) => fault)) as NotConnected;
  expect(error).toBeInstanceOf(NotConnected);
  expect(error.walk((cause) => (cause as NotConnected).satchelCode === "backend_unreachable")).toBe(error.cause);
});

test("an error that is no missing connection ends the search", async () => {
  const bug = new TypeError("the page's own bug");
  await expect(
    createClient({
      transport: fallback(
        () => Promise.reject(bug),
        ownKey(() => "Hi"),
      ),
    }),
  ).rejects.toBe(bug);
});
