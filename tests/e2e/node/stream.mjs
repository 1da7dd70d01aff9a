// The unmodified openai npm client against Satchel: a stream, a whole answer and an error. Prints what it saw as JSON.
import OpenAI from "openai";

const [baseURL, apiKey] = process.argv.slice(2);
const client = new OpenAI({ baseURL, apiKey, maxRetries: 0, timeout: 60_000 });
const messages = [{ role: "user", content: "Count from one to twenty in words." }];
const model = "smollm2/smollm2-135m-instruct";

const seen = { texts: [], finish: null, usage: null };
for await (const chunk of await client.chat.completions.create({ model, messages, max_tokens: 20, temperature: 0, stream: true })) {
  const [choice] = chunk.choices;
  if (choice?.delta.content) seen.texts.push(choice.delta.content);
  if (choice?.finish_reason) seen.finish = choice.finish_reason;
  if (chunk.usage) seen.usage = chunk.usage;
}
const answer = await client.chat.completions.create({ model, messages, max_tokens: 10 });
seen.whole = answer.choices[0].message.content;
seen.unknownModel = await client.chat.completions.create({ model: "nobody/nothing", messages }).catch((error) => error.status);
console.log(JSON.stringify(seen));
