import OpenAI from "openai";
import { expect, test } from "vitest";
import { satchelFetch } from "../src/openai/satchelFetch.js";
import type { TransportRequest } from "../src/Transport.js";
import { aFault, aResult, fakeTransport } from "./fakeTransport.js";

/** The unmodified client over a transport of the test's. */
function openai(reply: (call: TransportRequest) => unknown) {
  const fake = fakeTransport(reply);
  const client = new OpenAI({ apiKey: "none", fetch: satchelFetch({ transport: fake.connect }), maxRetries: 0 });
  return { client, fake };
}

const CALLS = [
  { id: "call_1", name: "f", arguments: '{"a":1}' },
  { id: "call_2", name: "g", arguments: "{}" },
];

test("a whole response has its text, its usage and how it was asked for", async () => {
  const { client, fake } = openai(() => aResult({ reasoning: "Hm." }));
  const response = await client.responses.create({
    model: "a/b",
    instructions: "Be brief.",
    input: "Hi",
    max_output_tokens: 9,
    reasoning: { effort: "low" },
    text: { format: { type: "json_schema", name: "n", schema: { type: "object" } }, verbosity: "low" },
  });
  expect(response.output_text).toBe("Hello");
  expect(response.output.map(({ type }) => type)).toEqual(["reasoning", "message"]);
  expect(response).toMatchObject({
    object: "response",
    status: "completed",
    model: "smollm2/smollm2-135m-instruct",
    max_output_tokens: 9,
    usage: { input_tokens: 3, output_tokens: 2, total_tokens: 5 },
  });
  expect(fake.calls[0]?.params).toEqual({
    messages: [
      { role: "system", content: "Be brief." },
      { role: "user", content: "Hi" },
    ],
    model: "a/b",
    maxTokens: 9,
    reasoningEffort: "low",
    verbosity: "low",
    responseFormat: { type: "json_schema", json_schema: { name: "n", schema: { type: "object" } } },
  });
});

test("a stream tells thoughts, text and calls in numbered events, from which the client makes the whole", async () => {
  const { client } = openai(({ onEvent }) => {
    onEvent?.({ type: "reasoning-delta", delta: "Hm." });
    for (const delta of ["Hel", "lo"]) onEvent?.({ type: "text-delta", delta });
    return aResult({ reasoning: "Hm.", toolCalls: CALLS, finishReason: "tool_calls" });
  });
  const stream = client.responses.stream({ model: "a/b", input: "Hi" });
  const heard: { type: string; sequence_number: number }[] = [];
  for await (const event of stream) heard.push(event);
  expect(heard.map(({ sequence_number }) => sequence_number)).toEqual([...heard.keys()]);
  expect(heard.map(({ type }) => type.replace("response.", ""))).toEqual([
    ...["created", "in_progress"],
    ...["output_item.added", "reasoning_summary_part.added", "reasoning_summary_text.delta"],
    ...["reasoning_summary_text.done", "reasoning_summary_part.done", "output_item.done"],
    ...["output_item.added", "content_part.added", "output_text.delta", "output_text.delta"],
    ...["output_text.done", "content_part.done", "output_item.done"],
    ...["output_item.added", "function_call_arguments.delta", "function_call_arguments.done", "output_item.done"],
    ...["output_item.added", "function_call_arguments.delta", "function_call_arguments.done", "output_item.done"],
    "completed",
  ]);
  const whole = await stream.finalResponse();
  expect(whole.output_text).toBe("Hello");
  const calls = whole.output.filter((item) => item.type === "function_call");
  expect(calls.map(({ call_id: id, name, arguments: input }) => ({ id, name, arguments: input }))).toEqual(CALLS);
});

const url = "data:image/png;base64,AAAA";
const CONVERSATION: OpenAI.Responses.ResponseInputItem[] = [
  { role: "developer", content: "Be brief." },
  {
    role: "user",
    content: [
      { type: "input_text", text: "What is it?" },
      { type: "input_image", image_url: url, detail: "low" },
      { type: "input_file", file_data: "data:application/pdf;base64,AAAA", filename: "a.pdf" },
    ],
  },
  { type: "reasoning", id: "rs_1", summary: [] },
  { type: "message", role: "assistant", id: "msg_1", status: "completed", content: [] },
  ...CALLS.map(({ id, ...call }) => ({ type: "function_call" as const, call_id: id, ...call })),
  { type: "function_call_output", call_id: "call_1", output: "one" },
  { type: "function_call_output", call_id: "call_2", output: [{ type: "input_text", text: "two" }] },
];
test("a conversation with calls, their results, pictures and thoughts goes to the model as a chat", async () => {
  const { client, fake } = openai(() => aResult());
  await client.responses.create({
    model: "a/b",
    tools: [{ type: "function", name: "f", parameters: { type: "object" }, strict: true }],
    tool_choice: { type: "function", name: "f" },
    input: CONVERSATION,
  });
  const calls = CALLS.map(({ id, ...told }) => ({ id, type: "function", function: told }));
  expect(fake.calls[0]?.params).toEqual({
    model: "a/b",
    tools: [{ type: "function", function: { name: "f", parameters: { type: "object" }, strict: true } }],
    toolChoice: { type: "function", function: { name: "f" } },
    messages: [
      { role: "developer", content: "Be brief." },
      {
        role: "user",
        content: [
          { type: "text", text: "What is it?" },
          { type: "image_url", image_url: { url, detail: "low" } },
          { type: "file", file: { file_data: "data:application/pdf;base64,AAAA", filename: "a.pdf" } },
        ],
      },
      { role: "assistant", content: "", tool_calls: calls },
      { role: "tool", tool_call_id: "call_1", content: "one" },
      { role: "tool", tool_call_id: "call_2", content: "two" },
    ],
  });
});

test("a model that draws gives pictures, one that is only linked in words", async () => {
  const urls = ["data:image/png;base64,AAAA", "https://a.example/b.png"];
  const { client, fake } = openai(({ onEvent }) => {
    for (const [index, url] of urls.entries()) onEvent?.({ type: "image", index, url });
    return aResult({ text: "", images: urls.map((url) => ({ url })) });
  });
  const asked = { model: "a/b", input: "A hat.", tools: [{ type: "image_generation" as const }] };
  const whole = await client.responses.create(asked);
  expect(whole.output).toMatchObject([{ type: "image_generation_call", result: "AAAA" }, { type: "message" }]);
  expect(whole.output_text).toBe("![](https://a.example/b.png)");
  const streamed = await client.responses.stream(asked).finalResponse();
  expect(streamed.output.map(({ type }) => type)).toEqual(["image_generation_call", "message"]);
  expect(fake.calls[0]?.params).toMatchObject({ modalities: ["text", "image"] });
});

const ENDS = [
  ["length", "incomplete", "max_output_tokens"],
  ["content_filter", "incomplete", "content_filter"],
  ["cancelled", "cancelled", undefined],
  ["error", "failed", undefined],
] as const;
test.each(ENDS)("an answer that ends with %s is %s", async (finishReason, status, reason) => {
  const { client } = openai(() => aResult({ finishReason }));
  const response = await client.responses.create({ model: "a/b", input: "Hi" });
  expect([response.status, response.incomplete_details?.reason]).toEqual([status, reason]);
  const last = [];
  for await (const event of await client.responses.create({ model: "a/b", input: "Hi", stream: true }))
    last.push(event);
  expect(last.at(-1)).toMatchObject({ response: { status, output: [{ content: [{ text: "Hello" }] }] } });
});

const REFUSED: [body: Record<string, unknown>, words: string][] = [
  [{ previous_response_id: "resp_1" }, "previous_response_id"],
  [{ store: true }, "store"],
  [{ background: true }, "ask for a stream"],
  [{ top_logprobs: 2 }, "top_logprobs"],
  [{ include: ["message.output_text.logprobs"] }, "include"],
  [{ input: 7 }, "input must be"],
  [{ input: [{ type: "item_reference", id: "x" }] }, "item_reference"],
  [{ input: [{ role: "user", content: [{ type: "input_image", file_id: "x" }] }] }, "input_image"],
  [{ input: [{ role: "wizard", content: "" }] }, "wizard"],
  [{ input: [{ role: "user", content: 7 }] }, "content must be"],
  [{ tools: [{ type: "web_search" }] }, "web_search"],
  [{ tool_choice: { type: "allowed_tools" } }, "allowed_tools"],
];
test.each(REFUSED)("what a page cannot have is refused by its name: %j", async (body, words) => {
  const { client, fake } = openai(() => aResult());
  const asked = client.responses.create({ model: "a/b", input: "Hi", ...body } as never);
  await expect(asked).rejects.toMatchObject({ status: 400, error: { message: expect.stringContaining(words) } });
  expect(fake.calls).toEqual([]);
});

test("a refusal of the person is OpenAI's own error, streaming or not", async () => {
  const { client } = openai(() => {
    throw aFault(4001, { satchelCode: "consent_denied" });
  });
  for (const stream of [false, true]) {
    const asked = client.responses.create({ model: "a/b", input: "Hi", stream });
    await expect(asked).rejects.toMatchObject({ status: 403, code: "consent_denied" });
  }
});
