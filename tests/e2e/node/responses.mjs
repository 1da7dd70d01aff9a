// The unmodified `openai` npm client against /v1/responses: whole, streamed, parsed, with tools and errors. Prints what it saw as JSON.
import OpenAI from "openai";

const [baseURL, apiKey] = process.argv.slice(2);
const client = new OpenAI({ baseURL, apiKey, maxRetries: 0, timeout: 60_000 });
const kinds = (response) => response.output.map((item) => item.type);
const tools = [{ type: "function", name: "weather", parameters: { type: "object", properties: {} }, strict: false }];
const calls = { model: "lab:thinks-and-calls", input: "Hi", tools };
const schema = { type: "object", properties: { a: { type: "integer" } }, required: ["a"], additionalProperties: false };

const whole = await client.responses.create({ model: "lab:hello", input: "Hi" });
const deltas = [];
for await (const event of await client.responses.create({ model: "lab:hello", input: "Hi", stream: true })) {
  if (event.type === "response.output_text.delta") deltas.push(event.delta);
}
const called = await client.responses.stream(calls).finalResponse();
const format = { type: "json_schema", name: "sum", schema, strict: true };
const parsed = await client.responses.parse({ model: "lab:json", input: "Hi", text: { format } });
const refused = await client.responses.create({ model: "lab:refuses", input: "Hi" }).catch((error) => ({
  name: error.constructor.name,
  code: error.error?.code,
}));
const broken = await client.responses
  .stream({ model: "lab:cut", input: "Hi" })
  .finalResponse()
  .catch((error) => ({ name: error.constructor.name, message: error.message }));
console.log(
  JSON.stringify({
    text: whole.output_text,
    usage: whole.usage,
    deltas,
    called: kinds(called),
    whole: kinds(await client.responses.create(calls)),
    parsed: parsed.output_parsed,
    refused,
    broken,
  }),
);
