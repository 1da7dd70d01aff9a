// The unmodified `openai` npm client against /v1/chat/completions: tools, a schema and errors, whole and streamed. Prints what it saw as JSON.
import OpenAI from "openai";

const [baseURL, apiKey] = process.argv.slice(2);
const client = new OpenAI({ baseURL, apiKey, maxRetries: 0, timeout: 60_000 });
const messages = [{ role: "user", content: "Hi" }];
const ask = (model, more) => ({ model: `lab:${model}`, messages, ...more });
const failed = (error) => ({ name: error.constructor.name, status: error.status, code: error.code, message: error.message });
const parameters = { type: "object", properties: { city: { type: "string" } } };
const tools = [{ type: "function", function: { name: "weather", parameters } }];
const schema = { type: "object", properties: { a: { type: "integer" } }, required: ["a"], additionalProperties: false };
const response_format = { type: "json_schema", json_schema: { name: "sum", schema, strict: true } };
const calls = (completion) => completion.choices[0].message.tool_calls.map(({ function: f }) => [f.name, JSON.parse(f.arguments)]);
const whole = async (model, more) => client.chat.completions.create(ask(model, more));
const streamed = async (model, more) => client.chat.completions.stream(ask(model, more)).finalChatCompletion();

const deltas = [];
const stream = client.chat.completions.stream(ask("hello", { stream_options: { include_usage: true } }));
stream.on("content", (delta) => deltas.push(delta));
const hello = await stream.finalChatCompletion();
console.log(
  JSON.stringify({
    text: (await whole("hello")).choices[0].message.content,
    deltas,
    usage: [(await whole("hello")).usage.total_tokens, hello.usage.total_tokens],
    called: calls(await whole("thinks-and-calls", { tools })),
    streamedCalls: calls(await streamed("thinks-and-calls", { tools })),
    json: [
      (await client.chat.completions.parse(ask("json", { response_format }))).choices[0].message.parsed,
      (await streamed("json", { response_format })).choices[0].message.parsed,
    ],
    refused: [await whole("refuses").catch(failed), await streamed("refuses").catch(failed)],
    throttled: [await whole("throttles").catch(failed), await streamed("throttles").catch(failed)],
    cut: await streamed("cut").catch(failed),
  }),
);
