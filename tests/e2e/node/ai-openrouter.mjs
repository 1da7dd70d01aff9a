// The unmodified `ai` 7 with @openrouter/ai-sdk-provider against Satchel. Prints what it saw as JSON.
import { createOpenRouter } from "@openrouter/ai-sdk-provider";
import { generateText, isStepCount, Output, stepCountIs, streamText, tool } from "ai";
import { z } from "zod";

const [baseURL, apiKey] = process.argv.slice(2);
const openrouter = createOpenRouter({ baseURL, apiKey });
const ask = (model) => ({ model: openrouter(`lab:${model}`), prompt: "Hi", maxRetries: 0 });
const failed = (error) => ({ name: error.name, status: error.statusCode, message: error.message });
const weather = tool({ inputSchema: z.object({ city: z.string() }), execute: ({ city }) => `rain in ${city}` });
const upTo = (isStepCount ?? stepCountIs)(3);

const whole = await generateText(ask("hello"));
const stream = streamText(ask("hello"));
const deltas = [];
for await (const delta of stream.textStream) deltas.push(delta);
const used = await generateText({ ...ask("uses-tool"), tools: { weather }, stopWhen: upTo });
const streamed = streamText({ ...ask("uses-tool"), tools: { weather }, stopWhen: upTo });
const thinks = await generateText(ask("thinks-and-calls"));
const output = Output.object({ schema: z.object({ a: z.number() }) });
let broken;
const cut = streamText({ ...ask("cut"), onError: ({ error }) => { broken = failed(error); } });
await cut.consumeStream({ onError: () => undefined });
console.log(
  JSON.stringify({
    text: whole.text,
    usage: whole.usage,
    deltas,
    streamedUsage: await stream.usage,
    finish: await stream.finishReason,
    used: used.text,
    streamed: await streamed.text,
    reasoning: thinks.reasoningText,
    json: (await generateText({ ...ask("json"), output })).output,
    refused: await generateText(ask("refuses")).catch(failed),
    throttled: await generateText(ask("throttles")).catch(failed),
    broken,
  }),
);
