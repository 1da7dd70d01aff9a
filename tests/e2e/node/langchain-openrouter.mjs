// The unmodified @langchain/openrouter against Satchel. Prints what it saw as JSON.
import { tool } from "@langchain/core/tools";
import { ChatOpenRouter } from "@langchain/openrouter";
import { z } from "zod";

const [baseURL, apiKey] = process.argv.slice(2);
const model = (name) => new ChatOpenRouter({ model: `lab:${name}`, apiKey, baseURL, maxRetries: 0 });
const failed = (error) => ({ name: error.constructor.name, message: error.message });
const weather = tool(({ city }) => `rain in ${city}`, { name: "weather", schema: z.object({ city: z.string() }) });

async function joined(stream) {
  let whole;
  const texts = [];
  for await (const chunk of stream) {
    whole = whole === undefined ? chunk : whole.concat(chunk);
    if (chunk.content) texts.push(chunk.content);
  }
  return { whole, texts };
}

const whole = await model("hello").invoke("Hi");
const { whole: streamed, texts } = await joined(await model("hello").stream("Hi"));
const called = await model("thinks-and-calls").bindTools([weather]).invoke("Hi");
const { whole: calledStream } = await joined(await model("thinks-and-calls").bindTools([weather]).stream("Hi"));
const calls = (message) => message.tool_calls.map((call) => [call.name, call.args]);
const json = model("json").withStructuredOutput(z.object({ a: z.number() }), { method: "jsonMode" });
console.log(
  JSON.stringify({
    text: whole.content,
    usage: whole.usage_metadata,
    texts,
    streamedUsage: streamed.usage_metadata,
    called: calls(called),
    calledStream: calls(calledStream),
    json: await json.invoke("Hi"),
    refused: await model("refuses").invoke("Hi").catch(failed),
    throttled: await model("throttles").invoke("Hi").catch(failed),
  }),
);
