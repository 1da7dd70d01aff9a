import OpenAI from "openai";
import { expect, test } from "vitest";
import { satchelFetch } from "../src/openai/satchelFetch.js";
import type { TransportRequest } from "../src/Transport.js";
import { aFault, aResult, fakeTransport, settled } from "./fakeTransport.js";

const TUNING = { seed: 7, reasoningEffort: "low", parallelToolCalls: false };
const MESSAGES = [{ role: "user" as const, content: "Hi" }];

/** The unmodified client over a transport of the test's. */
function openai(reply: (call: TransportRequest) => unknown) {
  const fake = fakeTransport(reply);
  const client = new OpenAI({ apiKey: "none", fetch: satchelFetch({ transport: fake.connect }), maxRetries: 0 });
  return { client, fake };
}

test("a whole answer, with tools and usage", async () => {
  const toolCalls = [{ id: "call_1", name: "f", arguments: "{}" }];
  const { client, fake } = openai(() => aResult({ text: "", toolCalls, finishReason: "tool_calls" }));
  const tools = [{ type: "function" as const, function: { name: "f", parameters: { type: "object" } } }];
  const done = await client.chat.completions.create({
    model: "a/b",
    messages: MESSAGES,
    max_completion_tokens: 9,
    seed: 7,
    reasoning_effort: "low",
    parallel_tool_calls: false,
    tools,
  });
  expect(done.choices[0]).toMatchObject({
    finish_reason: "tool_calls",
    message: {
      content: null,
      tool_calls: [{ id: "call_1", type: "function", function: { name: "f", arguments: "{}" } }],
    },
  });
  expect(done).toMatchObject({ model: "smollm2/smollm2-135m-instruct", usage: { prompt_tokens: 3, total_tokens: 5 } });
  expect(fake.calls[0]?.params).toEqual({ messages: MESSAGES, model: "a/b", maxTokens: 9, tools, ...TUNING });
});

test("a stream, piece by piece, that ends with its usage", async () => {
  const { client } = openai(async ({ onEvent }) => {
    onEvent?.({ type: "text-delta", delta: "He" });
    await settled();
    onEvent?.({ type: "tool-input-delta", index: 0, id: "call_1", name: "f", delta: "{" });
    onEvent?.({ type: "tool-input-delta", index: 0, delta: "}" });
    return aResult({
      text: "He",
      toolCalls: [{ id: "call_1", name: "f", arguments: "{}" }],
      finishReason: "tool_calls",
    });
  });
  const stream = client.chat.completions.stream({
    model: "a/b",
    messages: MESSAGES,
    stream_options: { include_usage: true },
  });
  const texts: string[] = [];
  stream.on("content", (piece) => texts.push(piece));
  const whole = await stream.finalChatCompletion();
  expect(texts).toEqual(["He"]);
  expect(whole.choices[0]).toMatchObject({
    finish_reason: "tool_calls",
    message: { content: "He", tool_calls: [{ function: { name: "f", arguments: "{}" } }] },
  });
  expect(whole.usage).toMatchObject({ completion_tokens: 2 });
});

test("D2: pictures that a model draws while it chats, as OpenRouter writes them", async () => {
  const images = [{ url: "data:image/png;base64,AAAA" }];
  const { client } = openai(({ onEvent }) => {
    onEvent?.({ type: "image", index: 0, url: images[0]?.url });
    return aResult({ text: "", images });
  });
  const written = [{ type: "image_url", image_url: images[0] }];
  const whole = await client.chat.completions.create({ model: "a/b", messages: MESSAGES });
  expect(whole.choices[0]?.message).toMatchObject({ content: "", images: written });
  const said: unknown[] = [];
  for await (const { choices } of await client.chat.completions.create({
    model: "a/b",
    messages: MESSAGES,
    stream: true,
  }))
    said.push(...choices.map(({ delta }) => delta));
  expect(said).toContainEqual({ role: "assistant", images: written });
});

test("aborting the stream stops the model", async () => {
  const { client, fake } = openai(
    ({ onEvent, signal }) =>
      new Promise((_, reject) => {
        onEvent?.({ type: "text-delta", delta: "He" });
        signal?.addEventListener("abort", () => reject(new DOMException("Stopped", "AbortError")));
      }),
  );
  const stream = await client.chat.completions.create({ model: "a/b", messages: MESSAGES, stream: true });
  for await (const _ of stream) break;
  await settled();
  expect(fake.calls[0]?.signal?.aborted).toBe(true);
});

const FAILURES: [code: number, status: number, data?: object][] = [
  [4001, 403],
  [4020, 402],
  [4290, 429, { retryAfterS: 1.2 }],
  [4300, 503, { status: 503 }],
  [4900, 401],
  [-32602, 400],
  [-32603, 500],
];
test.each(FAILURES)(
  "code %i is the status %i of OpenAI's own error classes, streaming or not",
  async (code, status, data) => {
    const { client } = openai(() => {
      throw aFault(code, { satchelCode: "some_code", ...data });
    });
    for (const stream of [false, true]) {
      const failure: unknown = await client.chat.completions
        .create({ model: "a/b", messages: MESSAGES, stream })
        .catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(OpenAI.APIError);
      expect(failure).toMatchObject({ status, code: "some_code", error: { message: "It did not work." } });
    }
  },
);

test("models are listed, and what Satchel does not answer is not found", async () => {
  const { client } = openai(() => ({ models: [{ id: "a/b", provider: "lab" }] }));
  expect((await client.models.list()).data).toMatchObject([{ id: "a/b", owned_by: "lab" }]);
  const none = {
    status: 404,
    error: { message: expect.stringContaining("only /chat/completions, /responses, /embeddings") },
  };
  await expect(client.moderations.create({ input: "x" })).rejects.toMatchObject(none);
});

test("a text becomes sound of its type and a recording text, as its client reads them", async () => {
  const { client, fake } = openai(({ method }) =>
    method === "ai_speak"
      ? aResult({ audio: { url: `data:audio/wav;base64,${btoa("RIFF\u00ff")}` } })
      : aResult({ text: "Hi", detail: { language: "english", duration: 2, segments: [] } }),
  );
  const said = await client.audio.speech.create({
    model: "a/s",
    voice: "alloy",
    input: "Good day",
    response_format: "wav",
  });
  expect(said.headers.get("content-type")).toBe("audio/wav");
  expect([...new Uint8Array(await said.arrayBuffer())]).toEqual([0x52, 0x49, 0x46, 0x46, 0xff]);
  const file = new File(["RIFF"], "me.wav", { type: "audio/wav" });
  const asked = { model: "a/t", file, language: "en", temperature: 0.5 };
  expect(await client.audio.transcriptions.create(asked)).toEqual({ text: "Hi" });
  const timed = await client.audio.transcriptions.create({
    ...asked,
    response_format: "verbose_json",
    timestamp_granularities: ["word", "segment"],
  });
  expect(timed).toMatchObject({ text: "Hi", language: "english", duration: 2, task: "transcribe" });
  expect(await client.audio.transcriptions.create({ model: "a/t", file, response_format: "text" })).toBe("Hi\n");
  const params = { model: "a/t", file: expect.any(File), language: "en", temperature: 0.5 };
  expect(fake.calls.map((call) => [call.method, call.params])).toEqual([
    ["ai_speak", { model: "a/s", voice: "alloy", input: "Good day", format: "wav" }],
    ["ai_transcribe", params],
    ["ai_transcribe", { ...params, timestamps: ["word", "segment"] }],
    ["ai_transcribe", { model: "a/t", file: expect.any(File) }],
  ]);
});

test("what speech and transcripts cannot be here is refused by its field", async () => {
  const { client, fake } = openai(() => aResult());
  const file = new File(["RIFF"], "me.wav", { type: "audio/wav" });
  const refused = [
    client.audio.speech.create({ model: "a/s", voice: "alloy", input: "x", stream_format: "sse" }),
    client.audio.transcriptions.create({ model: "a/t", file, response_format: "srt" }),
    client.audio.transcriptions.create({ model: "a/t", file, stream: true }),
  ];
  const params = ["stream_format", "response_format", "stream"];
  for (const [at, call] of refused.entries())
    await expect(Promise.resolve(call)).rejects.toMatchObject({ status: 400, param: params[at] });
  const form = new FormData();
  form.append("file", "no file");
  const post = { method: "POST", body: form };
  const bare = await satchelFetch({ transport: fake.connect })("https://satchel.invalid/v1/audio/transcriptions", post);
  expect([bare.status, (await bare.json()).error.param]).toEqual([400, "file"]);
  expect(fake.calls).toEqual([]);
});

const UNCARRIED: [param: string, value: unknown][] = [
  ["n", 2],
  ["logprobs", true],
  ["top_logprobs", 2],
  ["functions", [{ name: "f" }]],
  ["web_search_options", {}],
];
test.each(UNCARRIED)(
  "%s would change the answer and cannot be carried: refused by name, as at the server's door",
  async (param, value) => {
    const { client, fake } = openai(() => aResult());
    for (const stream of [false, true]) {
      const asked = client.chat.completions.create({ model: "a/b", messages: MESSAGES, stream, [param]: value });
      const failure: unknown = await asked.catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(OpenAI.BadRequestError);
      expect(failure).toMatchObject({
        param,
        code: "malformed_request",
        error: { message: expect.stringContaining(param) },
      });
    }
    expect(fake.calls).toEqual([]);
  },
);

test("what is only a hint, or asks for nothing, is passed over", async () => {
  const { client, fake } = openai(() => aResult());
  await client.chat.completions.create({
    model: "a/b",
    messages: MESSAGES,
    n: 1,
    logprobs: false,
    top_logprobs: 0,
    functions: [],
    user: "somebody",
    safety_identifier: "somebody",
    service_tier: "auto",
    store: true,
    metadata: { a: "b" },
  });
  expect(fake.calls[0]?.params).toEqual({ model: "a/b", messages: MESSAGES });
});

test("OpenRouter's words for the model and the effort are understood as at the server's door", async () => {
  const { client, fake } = openai(() => aResult());
  for (const reasoning of [{ effort: "high" }, { enabled: true }, { enabled: false }]) {
    const wish = { models: ["c/d", "e/f"], reasoning } as object;
    await client.chat.completions.create({ messages: MESSAGES, ...wish } as never);
  }
  expect(fake.calls.map(({ params }) => params)).toEqual([
    { model: "c/d", messages: MESSAGES, reasoningEffort: "high" },
    { model: "c/d", messages: MESSAGES, reasoningEffort: "medium" },
    { model: "c/d", messages: MESSAGES },
  ]);
});

const TOLD: [satchelCode: string, status: number][] = [
  ["malformed_request", 400],
  ["unsupported_feature", 404],
  ["request_too_large", 413],
];
test.each(TOLD)("%s is the status of the server's door, and names the field", async (satchelCode, status) => {
  const { client } = openai(() => {
    throw aFault(-32602, { satchelCode, param: "tools[0].type" });
  });
  const asked = client.chat.completions.create({ model: "a/b", messages: MESSAGES });
  await expect(asked).rejects.toMatchObject({ status, code: satchelCode, param: "tools[0].type" });
});

test("texts become vectors and a description a picture, as its client reads them", async () => {
  const { client, fake } = openai(({ method }) =>
    method === "ai_embed"
      ? aResult({ embeddings: [[1, 0.5]] })
      : aResult({ images: [{ url: "data:image/png;base64,AAAA" }, { url: "https://a.example/b.png" }] }),
  );
  const vectors = await client.embeddings.create({ model: "a/e", input: "x", dimensions: 2 });
  expect([...(vectors.data[0]?.embedding ?? [])]).toEqual([1, 0.5]);
  expect(vectors.usage).toEqual({ prompt_tokens: 3, total_tokens: 3 });
  const { data } = await client.images.generate({
    model: "a/i",
    prompt: "a hat",
    size: "256x256",
    output_format: "png",
    output_compression: 50,
    moderation: "low",
    style: "vivid",
    user: "somebody",
  });
  expect(data).toEqual([{ b64_json: "AAAA" }, { url: "https://a.example/b.png" }]);
  expect(fake.calls.map(({ method, params }) => ({ method, params }))).toEqual([
    { method: "ai_embed", params: { input: "x", model: "a/e", dimensions: 2 } },
    {
      method: "ai_generateImage",
      params: {
        prompt: "a hat",
        model: "a/i",
        size: "256x256",
        outputFormat: "png",
        outputCompression: 50,
        moderation: "low",
        style: "vivid",
      },
    },
  ]);
  const links = await client.images.generate({ prompt: "a hat", response_format: "url" });
  expect(links.data?.[0]).toEqual({ url: "data:image/png;base64,AAAA" });
  const drafts = client.images.generate({ prompt: "a hat", stream: true });
  await expect(drafts).rejects.toMatchObject({ status: 400, param: "stream" });
});
