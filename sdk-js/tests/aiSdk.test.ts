import * as ai7 from "ai";
import * as ai5 from "ai-5";
import * as ai6 from "ai-6";
import { expect, test } from "vitest";
import { z } from "zod";
import { createSatchel, type SatchelProviderOptions } from "../src/ai-sdk/createSatchel.js";
import { PermissionDenied } from "../src/errors/PermissionDenied.js";
import type { TransportRequest } from "../src/Transport.js";
import { aFault, aResult, fakeTransport, settled } from "./fakeTransport.js";

/** Each specification by the release that speaks it; they are alike in what is used here. */
const RELEASES = [
  ["v4", ai7],
  ["v3", ai6 as unknown as typeof ai7],
  ["v2", { ...ai5, generateImage: ai5.experimental_generateImage } as unknown as typeof ai7],
] as const;
type Specification = (typeof RELEASES)[number][0];
Object.assign(globalThis, { AI_SDK_LOG_WARNINGS: false });
const USAGE = { inputTokens: 10, outputTokens: 5, reasoningTokens: 2, cachedTokens: 4, estimated: false };

function satchelOf(specification: Specification, options: Pick<SatchelProviderOptions, "transport">) {
  if (specification === "v4") return createSatchel(options);
  return specification === "v3"
    ? createSatchel({ ...options, specification })
    : createSatchel({ ...options, specification });
}

function provider(specification: Specification, reply: (call: TransportRequest) => unknown) {
  const fake = fakeTransport(reply);
  const options = { transport: fake.connect };
  const satchel = satchelOf(specification, options);
  return { satchel, fake };
}

test.each(RELEASES)(
  "%s: text streams with reasoning, usage and what it cost",
  async (specification, { streamText }) => {
    const { satchel, fake } = provider(specification, async ({ onEvent }) => {
      onEvent?.({ type: "reasoning-delta", delta: "Hm." });
      await settled();
      onEvent?.({ type: "text-delta", delta: "Hel" });
      onEvent?.({ type: "text-delta", delta: "lo" });
      return aResult({ text: "Hello", reasoning: "Hm.", usage: USAGE, cost: { usd: 0.5, known: true } });
    });
    const result = streamText({ model: satchel(), prompt: "Hi", temperature: 0, maxOutputTokens: 7, seed: 1 });
    const pieces: string[] = [];
    for await (const piece of result.textStream) pieces.push(piece);
    expect(pieces).toEqual(["Hel", "lo"]);
    expect(await result.reasoningText).toBe("Hm.");
    expect(await result.finishReason).toBe("stop");
    expect(await result.usage).toMatchObject({ inputTokens: 10, outputTokens: 5, totalTokens: 15 });
    expect(await result.providerMetadata).toMatchObject({
      satchel: { provider: "builtin", costUsd: 0.5, costKnown: true },
    });
    expect(await result.warnings).toEqual([]);
    expect(fake.calls[0]?.params).toEqual({
      temperature: 0,
      maxTokens: 7,
      seed: 1,
      messages: [{ role: "user", content: [{ type: "text", text: "Hi" }] }],
    });
  },
);

test.each(RELEASES)(
  "%s: the AI SDK runs its tools and the model goes on",
  async (specification, { generateText, stepCountIs, streamText, tool }) => {
    const { satchel, fake } = provider(specification, ({ onEvent, params }) => {
      const { messages } = params as { messages: { role: string }[] };
      if (messages.at(-1)?.role === "tool") {
        onEvent?.({ type: "text-delta", delta: "Rain." });
        return aResult({ text: "Rain." });
      }
      onEvent?.({ type: "tool-input-delta", index: 0, id: "call_1", name: "weather", delta: '{"city":' });
      onEvent?.({ type: "tool-input-delta", index: 0, delta: '"Oslo"}' });
      const toolCalls = [{ id: "call_1", name: "weather", arguments: '{"city":"Oslo"}' }];
      return aResult({ text: "", toolCalls, finishReason: "tool_calls" });
    });
    const asked: unknown[] = [];
    const weather = tool({
      description: "Tell the weather",
      inputSchema: z.object({ city: z.string() }),
      execute: async (input) => {
        asked.push(input);
        return { sky: "grey" };
      },
    });
    const options = { model: satchel("a/b"), prompt: "Weather?", tools: { weather }, stopWhen: stepCountIs(3) };
    expect((await generateText(options)).text).toBe("Rain.");
    expect(await streamText(options).text).toBe("Rain.");
    expect(asked).toEqual([{ city: "Oslo" }, { city: "Oslo" }]);
    expect(fake.calls[1]?.params).toMatchObject({
      model: "a/b",
      tools: [{ type: "function", function: { name: "weather", description: "Tell the weather" } }],
      messages: [
        { role: "user" },
        { role: "assistant", content: null, tool_calls: [{ id: "call_1", function: { name: "weather" } }] },
        { role: "tool", tool_call_id: "call_1", content: '{"sky":"grey"}' },
      ],
    });
  },
);

test.each(RELEASES)("%s: an object of a schema", async (specification, { generateText, Output }) => {
  const { satchel, fake } = provider(specification, () => aResult({ text: '{"name":"Soup","minutes":20}' }));
  const schema = z.object({ name: z.string(), minutes: z.number() });
  const wish = Output.object({ schema });
  const asked = specification === "v2" ? { experimental_output: wish } : { output: wish };
  const told = await generateText({ model: satchel(), prompt: "A recipe", ...asked });
  const made =
    specification === "v2" ? (told as unknown as { experimental_output: unknown }).experimental_output : told.output;
  expect(made).toEqual({ name: "Soup", minutes: 20 });
  expect(fake.calls[0]?.params).toMatchObject({
    responseFormat: { type: "json_schema", json_schema: { name: "answer", schema: { required: ["name", "minutes"] } } },
  });
});

test.each(RELEASES)(
  "%s: pictures, sounds and documents are sent as what they are",
  async (specification, { generateText }) => {
    const { satchel, fake } = provider(specification, () => aResult());
    const ask = (mediaType: string) =>
      generateText({
        model: satchel(),
        maxRetries: 0,
        messages: [{ role: "user", content: [{ type: "file", mediaType, data: new Uint8Array([1, 2, 3]) }] }],
      });
    await ask("image/png");
    expect(fake.calls[0]?.params).toMatchObject({
      messages: [{ content: [{ type: "image_url", image_url: { url: "data:image/png;base64,AQID" } }] }],
    });
    await ask("audio/mpeg");
    await ask("application/pdf");
    expect(fake.calls.slice(1).map(({ params }) => (params as { messages: unknown }).messages)).toMatchObject([
      [{ content: [{ type: "input_audio", input_audio: { data: "AQID", format: "mp3" } }] }],
      [{ content: [{ type: "file", file: { file_data: "data:application/pdf;base64,AQID", filename: "file.pdf" } }] }],
    ]);
  },
);

test.each(RELEASES)(
  "%s: a refusal is the SDK's own error, and an abort stops the model",
  async (specification, { generateText }) => {
    const refused = provider(specification, () => {
      throw aFault(4001);
    });
    await expect(generateText({ model: refused.satchel(), prompt: "Hi", maxRetries: 0 })).rejects.toThrow(
      PermissionDenied,
    );
    const { satchel, fake } = provider(
      specification,
      ({ onEvent, signal }) =>
        new Promise((_, reject) => {
          onEvent?.({ type: "text-delta", delta: "He" });
          signal?.addEventListener("abort", () => reject(new DOMException("Stopped", "AbortError")));
        }),
    );
    const stop = new AbortController();
    const { stream } = await satchel().doStream({
      prompt: [{ role: "user", content: [{ type: "text", text: "Hi" }] }],
      abortSignal: stop.signal,
    });
    const reader = stream.getReader();
    await reader.read();
    stop.abort();
    await expect(
      (async () => {
        while (!(await reader.read()).done);
      })(),
    ).rejects.toMatchObject({ name: "AbortError" });
    expect(fake.calls[0]?.signal?.aborted).toBe(true);
  },
);

test.each(RELEASES)("%s: texts become vectors, and a description a picture", async (specification, sdk) => {
  const { satchel, fake } = provider(specification, ({ method }) =>
    method === "ai_embed"
      ? aResult({ embeddings: [[1, 0.5]] })
      : aResult({ images: [{ url: "data:image/png;base64,iVBORw0KGgo=" }] }),
  );
  const { embedding, usage } = await sdk.embed({ model: satchel.embeddingModel("a/e"), value: "x" });
  expect([embedding, usage.tokens]).toEqual([[1, 0.5], 3]);
  const { image } = await sdk.generateImage({ model: satchel.imageModel(), prompt: "a hat", size: "256x256" });
  expect([image.mediaType, image.base64]).toEqual(["image/png", "iVBORw0KGgo="]);
  expect(fake.calls.map(({ params }) => params)).toEqual([
    { input: ["x"], model: "a/e" },
    { prompt: "a hat", n: 1, size: "256x256" },
  ]);
});

test.each(RELEASES)("D2: %s: pictures that a model draws while it chats are files", async (specification, sdk) => {
  const url = "data:image/png;base64,iVBORw0KGgo=";
  const { satchel } = provider(specification, ({ onEvent }) => {
    onEvent?.({ type: "text-delta", delta: "Look:" });
    onEvent?.({ type: "image", index: 0, url });
    onEvent?.({ type: "text-delta", delta: " a hat." });
    return aResult({ text: "Look: a hat.", images: [{ url }] });
  });
  const { text, files } = await sdk.generateText({ model: satchel(), prompt: "A hat" });
  expect([text, ...files.map(({ mediaType, base64 }) => [mediaType, base64])]).toEqual([
    "Look: a hat.",
    ["image/png", "iVBORw0KGgo="],
  ]);
  const streamed = sdk.streamText({ model: satchel(), prompt: "A hat" });
  expect(await streamed.text).toBe("Look: a hat.");
  expect((await streamed.files).map(({ base64 }) => base64)).toEqual(["iVBORw0KGgo="]);
});

test("the specification is the fourth unless an older one is wanted", () => {
  expect(createSatchel().specificationVersion).toBe("v4");
  expect(createSatchel({ specification: "v3" }).languageModel().specificationVersion).toBe("v3");
  expect(createSatchel({ specification: "v2" }).languageModel().specificationVersion).toBe("v2");
});
