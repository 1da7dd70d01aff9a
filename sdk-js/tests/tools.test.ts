import { getEventListeners } from "node:events";
import { expect, test, vi } from "vitest";
import type { Tool } from "../src/ChatOptions.js";
import { Conversation, toAsked } from "../src/Conversation.js";
import { createClient } from "../src/createClient.js";
import { AnswerInvalid } from "../src/errors/AnswerInvalid.js";
import { file } from "../src/file.js";
import { image } from "../src/image.js";
import type { Part } from "../src/Part.js";
import type { TransportRequest } from "../src/Transport.js";
import { aResult, fakeTransport } from "./fakeTransport.js";

const CALL = { id: "call_1", name: "weather", arguments: '{"city":"Oslo"}' };

function aTool(execute?: Tool["execute"]): Tool {
  return {
    type: "function",
    function: { name: "weather", parameters: { type: "object" } },
    ...(execute && { execute }),
  };
}

/** Calls `weather` until it was told the result `times` times. */
function calling(times = 1): (call: TransportRequest) => unknown {
  return ({ params }) => {
    const { messages } = params as { messages: { role: string }[] };
    const told = messages.filter(({ role }) => role === "tool").length;
    if (told >= times) return aResult({ text: "Rain.", cost: { usd: 0.5, known: true } });
    return aResult({ text: "", finishReason: "tool_calls", toolCalls: [CALL], cost: { usd: 0.25, known: true } });
  };
}

test("a tool runs in the page, and the model goes on with its result", async () => {
  const fake = fakeTransport(calling());
  const execute = vi.fn(async (_input: unknown) => ({ sky: "grey" }));
  const answer = (await createClient({ transport: fake.connect })).chat("Weather?", { tools: [aTool(execute)] });
  const parts: Part[] = [];
  for await (const part of answer) parts.push(part);
  expect(parts).toEqual([
    { type: "tool-call", ...CALL },
    { type: "tool-result", id: "call_1", name: "weather", text: '{"sky":"grey"}', failed: false },
    { type: "text", text: "Rain." },
  ]);
  expect(execute.mock.calls[0]?.[0]).toEqual({ city: "Oslo" });
  expect(fake.calls).toHaveLength(2);
  expect(fake.calls[1]?.params).toEqual({
    tools: [{ type: "function", function: { name: "weather", parameters: { type: "object" } } }],
    messages: [
      { role: "user", content: "Weather?" },
      {
        role: "assistant",
        content: null,
        tool_calls: [{ id: "call_1", type: "function", function: { name: "weather", arguments: CALL.arguments } }],
      },
      { role: "tool", tool_call_id: "call_1", content: '{"sky":"grey"}' },
    ],
  });
  expect(await answer).toMatchObject({ text: "Rain.", usage: { outputTokens: 4 }, cost: { usd: 0.75 } });
});

test("rounds of tools leave no listener on the signal that could have stopped them", async () => {
  const fake = fakeTransport(calling(3));
  const { signal } = new AbortController();
  const asked = toAsked("Weather?", { tools: [aTool(async () => "grey")] });
  const answer = await new Conversation(await fake.connect({ timeoutMs: 0 }), asked, signal, () => undefined).run();
  expect(answer.text).toBe("Rain.");
  expect(fake.calls).toHaveLength(4);
  expect(getEventListeners(signal, "abort")).toEqual([]);
});

test("a tool without a function of the page's is the page's to deal with", async () => {
  const fake = fakeTransport(calling());
  const ai = await createClient({ transport: fake.connect });
  expect(await ai.chat("Weather?", { tools: [aTool()] })).toMatchObject({
    toolCalls: [CALL],
    finishReason: "tool_calls",
  });
  expect(fake.calls).toHaveLength(1);
});

test("a model that calls for ever is asked a bounded number of times", async () => {
  const fake = fakeTransport(calling(1e6));
  const ai = await createClient({ transport: fake.connect });
  const tools = [aTool(() => "again")];
  expect(await ai.chat("Weather?", { tools, maxSteps: 3 })).toMatchObject({ toolCalls: [CALL], cost: { usd: 0.75 } });
  expect(fake.calls).toHaveLength(3);
  await ai.chat("Weather?", { tools });
  expect(fake.calls).toHaveLength(3 + 8);
});

test("what goes wrong in a tool is told to the model, which may do better", async () => {
  const broken = fakeTransport(calling());
  const parts: Part[] = [];
  const options = { onEvent: (part: Part) => parts.push(part) };
  const fails = aTool(() => Promise.reject(new Error("no such city")));
  await (await createClient({ transport: broken.connect })).chat("?", { ...options, tools: [fails] });
  const result = parts.find(({ type }) => type === "tool-result");
  expect(result).toMatchObject({ text: "Error: no such city", failed: true });
});

test("arguments that are no JSON never reach the tool", async () => {
  const execute = vi.fn();
  const { connect } = fakeTransport(({ params }) => {
    const { messages } = params as { messages: { role: string; content: string }[] };
    const told = messages.find(({ role }) => role === "tool");
    return told ? aResult({ text: told.content }) : aResult({ toolCalls: [{ ...CALL, arguments: "{oops" }] });
  });
  const { text } = await (await createClient({ transport: connect })).chat("?", { tools: [aTool(execute)] });
  expect(text).toMatch(/^Error: .*JSON/);
  expect(execute).not.toHaveBeenCalled();
});

test("a stop while a tool runs is told to the tool, asks no model again, and says what it cost so far", async () => {
  const fake = fakeTransport(calling());
  const stop = new AbortController();
  const tool = aTool(async (_input, { signal }) => {
    stop.abort();
    return signal.aborted;
  });
  const answer = (await createClient({ transport: fake.connect })).chat("?", { tools: [tool], signal: stop.signal });
  await expect(answer).rejects.toMatchObject({ name: "AbortError", cost: { usd: 0.25 }, usage: { outputTokens: 2 } });
  expect(fake.calls).toHaveLength(1);
});

test("A16: a stop does not wait for a tool that never ends", async () => {
  const fake = fakeTransport(calling());
  const stop = new AbortController();
  const tool = aTool(() => {
    setTimeout(() => stop.abort(), 5);
    return new Promise(() => undefined);
  });
  const answer = (await createClient({ transport: fake.connect })).chat("?", { tools: [tool], signal: stop.signal });
  await expect(answer).rejects.toMatchObject({ name: "AbortError", cost: { usd: 0.25 } });
  expect(fake.calls).toHaveLength(1);
});

test("with a schema the answer is read as JSON, and what is none is an error that keeps the text", async () => {
  const texts = ['{"name":"Soup"}', "Soup!"];
  const fake = fakeTransport(() => aResult({ text: texts.shift() }));
  const ai = await createClient({ transport: fake.connect });
  const schema = { type: "object", properties: { name: { type: "string" } } };
  const { object } = await ai.chat<{ name: string }>("A recipe", { schema });
  expect(object?.name).toBe("Soup");
  expect(fake.calls[0]?.params).toMatchObject({ responseFormat: { json_schema: { name: "answer", schema } } });
  const failure: unknown = await ai.chat("A recipe", { schema }).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(AnswerInvalid);
  expect(failure).toMatchObject({ text: "Soup!", code: 4300 });
});

test("a picture becomes a piece of a message", async () => {
  const url = "https://a.example/leaf.png";
  expect(await image(url, "low")).toEqual({ type: "image_url", image_url: { url, detail: "low" } });
  const blob = new Blob([new Uint8Array([1, 2, 3])], { type: "image/jpeg" });
  expect(await image(blob)).toEqual({ type: "image_url", image_url: { url: "data:image/jpeg;base64,AQID" } });
});

test("a file becomes what its type is to a model: a picture, a sound or a document", async () => {
  const bytes = new Uint8Array([1, 2, 3]);
  const of = (type: string) => new Blob([bytes], { type });
  expect(await file(of("image/webp"))).toEqual(await image(of("image/webp")));
  expect(await file(of("audio/x-wav"))).toEqual({ type: "input_audio", input_audio: { data: "AQID", format: "wav" } });
  expect(await file(of("audio/mpeg"))).toMatchObject({ input_audio: { format: "mp3" } });
  const document = { type: "file", file: { file_data: "data:application/pdf;base64,AQID", filename: "bill.pdf" } };
  expect(await file(new File([bytes], "bill.pdf", { type: "application/pdf" }))).toEqual(document);
  expect(await file(of("application/pdf"), "bill.pdf")).toEqual(document);
  expect(await file(of("application/pdf"))).toMatchObject({ file: { filename: "file.pdf" } });
});
