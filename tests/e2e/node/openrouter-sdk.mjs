// The unmodified @openrouter/sdk, whose validators want every key, against Satchel. Prints what it saw as JSON.
import { OpenRouter } from "@openrouter/sdk";

const [serverURL, apiKey, makerKey] = process.argv.slice(2);
const client = new OpenRouter({ apiKey, serverURL, retryConfig: { strategy: "none" } });
const messages = [{ role: "user", content: "Hi" }];
const failed = (error) => ({ name: error.constructor.name, status: error.statusCode, code: error.error?.code, message: error.message });
const send = (model, more) => client.chat.send({ chatRequest: { model: `lab:${model}`, messages, ...more } });
const respond = (model, more) => client.responses.send({ responsesRequest: { model: `lab:${model}`, input: "Hi", ...more } });
const parameters = { type: "object", properties: { city: { type: "string" } } };
const tools = [{ type: "function", function: { name: "weather", parameters } }];
const flat = [{ type: "function", name: "weather", parameters }];
const schema = { type: "object", properties: { a: { type: "integer" } }, required: ["a"] };

async function all(stream) {
  const found = [];
  for await (const item of stream) found.push(item);
  return found;
}

const whole = await send("hello");
const chunks = await all(await send("hello", { stream: true }));
const called = await send("thinks-and-calls", { tools });
const calledChunks = await all(await send("thinks-and-calls", { tools, stream: true }));
const calls = calledChunks.flatMap((chunk) => chunk.choices[0]?.delta.toolCalls ?? []);
const json = await send("json", { responseFormat: { type: "json_schema", jsonSchema: { name: "sum", schema } } });
const cut = await all(await send("cut", { stream: true }));
const response = await respond("hello");
const events = await all(await respond("thinks-and-calls", { stream: true, tools: flat }));
const brokenEvents = await all(await respond("cut", { stream: true }));
const shelf = await client.models.list({});
const record = await client.generations.getGeneration({ id: whole.id }).catch(failed);
const { codeChallenge, codeVerifier } = await client.oAuth.createSHA256CodeChallenge();
const challenged = { codeChallenge, codeChallengeMethod: "S256" };
const terms = { keyLabel: "Bot", limit: 2.5, usageLimitType: "monthly", expiresAt: new Date("2099-01-01T00:00:00Z") };
const maker = new OpenRouter({ apiKey: makerKey, serverURL, retryConfig: { strategy: "none" } });
const code = await maker.oAuth.createAuthCode({ requestBody: { callbackUrl: "https://app.example/back", ...challenged, ...terms } });
const redeemed = { code: code.data.id, codeVerifier, codeChallengeMethod: "S256" };
const traded = await client.oAuth.exchangeAuthCodeForAPIKey({ requestBody: redeemed });
const holder = new OpenRouter({ apiKey: traded.key, serverURL, retryConfig: { strategy: "none" } });
const activity = await maker.analytics.getUserActivity({}).catch(failed);
const own = (await holder.apiKeys.getCurrentKeyMetadata()).data;

console.log(
  JSON.stringify({
    text: whole.choices[0].message.content,
    usage: whole.usage,
    deltas: chunks.map((chunk) => chunk.choices[0]?.delta.content).filter(Boolean),
    streamedUsage: chunks.at(-1).usage,
    called: called.choices[0].message.toolCalls.map((call) => [call.function.name, call.function.arguments]),
    thought: called.choices[0].message.reasoning,
    calls: [0, 1].map((index) => calls.filter((call) => call.index === index).map((call) => call.function?.arguments ?? "").join("")),
    json: JSON.parse(json.choices[0].message.content),
    cut: cut.at(-1).error,
    refused: await send("refuses").catch(failed),
    throttled: await send("throttles").catch(failed),
    wrongKey: await send("wrong-key").catch(failed),
    unknown: await client.chat.send({ chatRequest: { model: "nobody/nothing", messages } }).catch(failed),
    response: response.outputText ?? response.output[0].content[0].text,
    responseUsage: response.usage,
    events: events.map((event) => event.type),
    output: events.at(-1).response.output.map((item) => item.type),
    brokenEvents: brokenEvents.slice(-2).map((event) => event.type),
    refusedResponse: await respond("refuses").catch(failed),
    models: (shelf.result ?? shelf).data.length,
    record: record.data?.id === whole.id || record,
    model: (await client.models.get({ author: "lab:acme", slug: "small" })).data.id,
    credits: (await client.credits.getCredits()).data,
    providers: (await client.providers.list()).data.length > 20,
    endpoints: await client.endpoints.list({ author: "nobody", slug: "nothing" }).catch(failed),
    activity: activity.data ?? activity,
    traded: [own.limit, own.limitReset, own.usage],
    asks: new URL(await client.oAuth.createAuthorizationUrl({ callbackUrl: "https://app.example/back", ...challenged, limit: 5 })).search,
    key: (await client.apiKeys.getCurrentKeyMetadata()).data.label,
  }),
);
