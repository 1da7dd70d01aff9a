import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createClient } from "../src/createClient.js";
import { InvalidRequest } from "../src/errors/InvalidRequest.js";
import { SatchelError } from "../src/errors/SatchelError.js";
import type { Part } from "../src/Part.js";
import type { TransportRequest } from "../src/Transport.js";
import { aFault, aResult, fakeTransport, settled } from "./fakeTransport.js";

const leaked: unknown[] = [];
const onLeak = (reason: unknown) => void leaked.push(reason);
beforeEach(() => void process.on("unhandledRejection", onLeak));
afterEach(async () => {
  await settled();
  process.off("unhandledRejection", onLeak);
  expect(leaked.splice(0)).toEqual([]);
});

function streaming(...deltas: string[]): (call: TransportRequest) => Promise<unknown> {
  return async (call) => {
    for (const delta of deltas) {
      await settled();
      call.onEvent?.({ type: "text-delta", delta });
    }
    return aResult({ text: deltas.join("") });
  };
}

/** Never ends by itself; rejects as the page script does when it is stopped. */
function endless(call: TransportRequest): Promise<unknown> {
  call.onEvent?.({ type: "text-delta", delta: "He" });
  return new Promise((_, reject) =>
    call.signal?.addEventListener("abort", () =>
      reject(Object.assign(new DOMException("Stopped", "AbortError"), { usage: { outputTokens: 1 } })),
    ),
  );
}

async function collected(parts: AsyncIterable<Part>): Promise<Part[]> {
  const all: Part[] = [];
  for await (const part of parts) all.push(part);
  return all;
}

test("awaiting a call gives the whole answer, with neutral values for what is missing", async () => {
  const { connect } = fakeTransport(() => aResult());
  const ai = await createClient({ transport: connect });
  expect(await ai.chat("Hi")).toEqual({ ...aResult(), reasoning: "", toolCalls: [], images: [] });
});

test("iterating and awaiting the same call issues one request", async () => {
  const fake = fakeTransport(streaming("He", "llo"));
  const ai = await createClient({ transport: fake.connect });
  const answer = ai.chat("Hi");
  expect(await collected(answer)).toEqual([
    { type: "text", text: "He" },
    { type: "text", text: "llo" },
  ]);
  expect((await answer).text).toBe("Hello");
  expect((await answer).text).toBe("Hello");
  expect(fake.calls).toHaveLength(1);
});

test("a late reader misses nothing", async () => {
  const { connect } = fakeTransport(streaming("He", "llo"));
  const answer = (await createClient({ transport: connect })).chat("Hi");
  await answer;
  expect(await collected(answer)).toHaveLength(2);
});

test("two readers get the same parts", async () => {
  const { connect } = fakeTransport(streaming("a", "b", "c"));
  const answer = (await createClient({ transport: connect })).chat("Hi");
  const [first, second] = await Promise.all([collected(answer), collected(answer)]);
  expect(first).toEqual(second);
  expect(first).toHaveLength(3);
});

test("reasoning and tool calls are parts too, and the whole calls come last", async () => {
  const call = { id: "call_1", name: "weather", arguments: '{"city":"Oslo"}' };
  const { connect } = fakeTransport((request) => {
    request.onEvent?.({ type: "reasoning-delta", delta: "Hm." });
    request.onEvent?.({
      type: "tool-input-delta",
      index: 0,
      id: "call_1",
      name: "weather",
      delta: '{"city":',
    });
    request.onEvent?.({ type: "tool-input-delta", index: 0, delta: '"Oslo"}' });
    request.onEvent?.({ type: "from-the-future", delta: "?" });
    return aResult({ text: "", finishReason: "tool_calls", toolCalls: [call], reasoning: "Hm." });
  });
  const answer = (await createClient({ transport: connect })).chat("Weather?");
  expect(await collected(answer)).toEqual([
    { type: "reasoning", text: "Hm." },
    { type: "tool-input", index: 0, id: "call_1", name: "weather", text: '{"city":' },
    { type: "tool-input", index: 0, text: '"Oslo"}' },
    { type: "tool-call", ...call },
  ]);
  expect(await answer).toMatchObject({ toolCalls: [call], reasoning: "Hm." });
});

test("D2: pictures that a model draws while it chats are parts, and stand in the answer", async () => {
  const images = [{ url: "data:image/png;base64,AAAA" }, { url: "https://a.example/b.png" }];
  const { connect } = fakeTransport((request) => {
    request.onEvent?.({ type: "text-delta", delta: "Two:" });
    for (const [index, { url }] of images.entries()) request.onEvent?.({ type: "image", index, url });
    return aResult({ text: "Two:", images });
  });
  const answer = (await createClient({ transport: connect })).chat("Draw", { modalities: ["text", "image"] });
  expect(await collected(answer)).toEqual([
    { type: "text", text: "Two:" },
    ...images.map(({ url }) => ({ type: "image", url })),
  ]);
  expect((await answer).images).toEqual(images);
});

test("a provider that does not stream still gives its text to a reader", async () => {
  const { connect } = fakeTransport(() => aResult({ text: "All at once" }));
  const answer = (await createClient({ transport: connect })).chat("Hi");
  expect(await collected(answer)).toEqual([{ type: "text", text: "All at once" }]);
});

test("a reader gets the parts that came, then the error", async () => {
  const { connect } = fakeTransport((call) => {
    call.onEvent?.({ type: "text-delta", delta: "He" });
    throw aFault(-32602, { satchelCode: "unknown_model" });
  });
  const seen: Part[] = [];
  const answer = (await createClient({ transport: connect })).chat("Hi", { model: "no/such" });
  const reading = (async () => {
    for await (const part of answer) seen.push(part);
  })();
  await expect(reading).rejects.toThrow(InvalidRequest);
  expect(seen).toEqual([{ type: "text", text: "He" }]);
});

test("a failure nobody waits for leaks no unhandled rejection", async () => {
  const { connect } = fakeTransport(() => {
    throw aFault(4900);
  });
  (await createClient({ transport: connect })).chat("Hi");
  await settled();
});

test("the signal stops the provider, and the rejection keeps what was produced", async () => {
  const fake = fakeTransport(endless);
  const ai = await createClient({ transport: fake.connect });
  const stop = new AbortController();
  const answer = ai.chat("Hi", { signal: stop.signal });
  const reading = collected(answer);
  await settled();
  stop.abort();
  await expect(answer).rejects.toMatchObject({ name: "AbortError", usage: { outputTokens: 1 } });
  await expect(reading).rejects.toMatchObject({ name: "AbortError" });
  expect(fake.calls[0]?.signal?.aborted).toBe(true);
});

test("a call aborted beforehand sends no request", async () => {
  const fake = fakeTransport(endless);
  const ai = await createClient({ transport: fake.connect });
  await expect(ai.chat("Hi", { signal: AbortSignal.abort() })).rejects.toMatchObject({ name: "AbortError" });
  expect(fake.calls).toHaveLength(0);
});

test("leaving the only loop early stops the generation", async () => {
  const fake = fakeTransport(endless);
  const answer = (await createClient({ transport: fake.connect })).chat("Hi");
  for await (const _ of answer) break;
  expect(fake.calls[0]?.signal?.aborted).toBe(true);
  await expect(answer).rejects.toMatchObject({ name: "AbortError" });
});

test("leaving a loop early stops nothing while somebody awaits the answer", async () => {
  const fake = fakeTransport(streaming("He", "llo"));
  const answer = (await createClient({ transport: fake.connect })).chat("Hi");
  const whole = answer.then(({ text }) => text);
  for await (const _ of answer) break;
  expect(await whole).toBe("Hello");
  expect(fake.calls[0]?.signal?.aborted).toBe(false);
});

test("onEvent hears every part, and its exceptions do not harm the stream", async () => {
  const reported = vi.fn();
  vi.stubGlobal("reportError", reported);
  const { connect } = fakeTransport(streaming("He", "llo"));
  const ai = await createClient({ transport: connect });
  const heard: Part[] = [];
  const answer = await ai.chat("Hi", {
    onEvent: (part) => {
      heard.push(part);
      throw new Error("the page's own bug");
    },
  });
  expect(answer.text).toBe("Hello");
  expect(heard).toHaveLength(2);
  expect(reported).toHaveBeenCalledTimes(2);
  vi.unstubAllGlobals();
});

test("an answer in an unknown shape is an error, not an empty answer", async () => {
  for (const result of [undefined, null, "text", {}, { text: 3 }]) {
    const { connect } = fakeTransport(() => result);
    const ai = await createClient({ transport: connect });
    await expect(ai.chat("Hi")).rejects.toMatchObject({ code: -32603, constructor: SatchelError });
  }
});

test("finally and catch work as on a promise", async () => {
  const { connect } = fakeTransport(() => {
    throw aFault(4020);
  });
  const ai = await createClient({ transport: connect });
  const last = vi.fn();
  expect(await ai.chat("Hi").catch(() => "caught")).toBe("caught");
  await expect(ai.chat("Hi").finally(last)).rejects.toMatchObject({ code: 4020 });
  expect(last).toHaveBeenCalledOnce();
});
