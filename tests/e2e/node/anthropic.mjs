// The unmodified @anthropic-ai/sdk npm client against Satchel: a stream, a whole message, a count and errors. Prints what it saw as JSON.
import Anthropic from "@anthropic-ai/sdk";

const [baseURL, apiKey] = process.argv.slice(2);
const client = new Anthropic({ baseURL, apiKey, maxRetries: 0, timeout: 60_000 });
const ask = { max_tokens: 64, messages: [{ role: "user", content: "Hi" }] };
const status = (error) => ({ name: error.constructor.name, type: error.error?.error?.type });

const texts = [];
const stream = client.messages.stream({ model: "lab:hello", ...ask }).on("text", (text) => texts.push(text));
const streamed = await stream.finalMessage();
const tools = [{ name: "weather", input_schema: { type: "object" } }];
const called = await client.messages.stream({ model: "lab:thinks-and-calls", tools, ...ask }).finalMessage();
const whole = await client.messages.create({ model: "lab:thinks-and-calls", tools, ...ask });
const counted = await client.messages.countTokens({ model: "lab:hello", messages: ask.messages });
const refused = await client.messages.create({ model: "lab:refuses", ...ask }).catch(status);
const schema = { type: "object", properties: { a: { type: "integer" } }, required: ["a"], additionalProperties: false };
const sum = { model: "lab:json", output_config: { format: { type: "json_schema", schema } }, ...ask };
const parsed = [(await client.messages.parse(sum)).content[0].text, (await client.messages.stream(sum).finalMessage()).content[0].text];
const broken = await client.messages.stream({ model: "lab:cut", ...ask }).finalMessage().catch(status);
console.log(JSON.stringify({ texts, usage: streamed.usage, called: called.content, whole: whole.content, counted, parsed, refused, broken }));
