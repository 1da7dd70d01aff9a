import { expect, test } from "vitest";
import { createClient } from "../src/createClient.js";
import { socket } from "../src/socket/socket.js";
import { http } from "../src/transports/http.js";
import { type Loopback, loopback } from "./loopback.js";

const TRANSPORTS = { http, socket };
const WAYS = ["http", "socket"] as const;
const RECORD = { model: "a/b", provider_name: "Lab", tokens_prompt: 3, total_cost: 0.5, upstream_inference_cost: 0.5 };
const FACTS = { id: "gen_7", finishReason: "stop", model: "a/b", provider: "Lab", cost: { usd: 0.5, known: true } };
const USAGE = { prompt_tokens: 7, completion_tokens: 0, cost: 0.5, cost_details: {} };

function client(way: (typeof WAYS)[number], { url }: Loopback) {
  return createClient({ transport: TRANSPORTS[way]({ server: url, credentials: "sat_1" }) });
}

/** A server that speaks, listens, and knows what that used; what it was sent at its doors of sound. */
async function server(): Promise<{ at: Loopback; sent: [path: string, body: string][] }> {
  const sent: [string, string][] = [];
  const at = await loopback((path, _request, reply, body) => {
    reply.setHeader("x-generation-id", "gen_7");
    if (path === "/v1/generation?id=gen_7") return { data: RECORD };
    if (!path.startsWith("/v1/audio/")) return {};
    sent.push([path, body]);
    if (path.endsWith("transcriptions")) return { text: "Hi", usage: USAGE, task: "transcribe", language: "english" };
    reply.writeHead(200, { "content-type": "audio/wav" }).end("RIFF");
    return undefined;
  });
  return { at, sent };
}

test.each(WAYS)("%s: a text becomes sound, and what it used is asked for", async (way) => {
  const { at, sent } = await server();
  const ai = await client(way, at);
  expect(await ai.speak("Good day", { voice: "alloy", format: "wav", speed: 1.5 })).toMatchObject({
    ...FACTS,
    usage: { inputTokens: 3, estimated: true },
    audio: { url: `data:audio/wav;base64,${btoa("RIFF")}` },
  });
  const body = { model: "satchel/speech", input: "Good day", voice: "alloy", response_format: "wav", speed: 1.5 };
  expect(sent.map(([path, text]) => [path, JSON.parse(text)])).toEqual([["/v1/audio/speech", body]]);
});

const FIELDS: [name: string, value: string][] = [
  ["model", "satchel/transcription"],
  ["language", "en"],
  ["response_format", "verbose_json"],
  ["timestamp_granularities\\[\\]", "word"],
];
test.each(WAYS)("%s: a recording becomes text, sent as a file with an ending that its type has", async (way) => {
  const { at, sent } = await server();
  const ai = await client(way, at);
  const recording = new Blob(["RIFF"], { type: "audio/webm;codecs=opus" });
  const transcript = { ...FACTS, usage: { inputTokens: 7 }, text: "Hi", detail: { language: "english" } };
  expect(await ai.transcribe(recording, { language: "en", timestamps: ["word"] })).toMatchObject(transcript);
  expect(await ai.transcribe(`data:audio/mpeg;base64,${btoa("ID3")}`, { model: "a/t" })).toMatchObject(transcript);
  await ai.transcribe(recording, { filename: "me.ogg" });
  await ai.transcribe(new File(["RIFF"], "mine.wav"));
  const forms = sent.map(([, body]) => body);
  expect(forms[0]).toMatch(/filename="audio\.webm"\r\nContent-Type: audio\/webm;codecs=opus\r\n\r\nRIFF/);
  for (const [name, value] of FIELDS) expect(forms[0]).toMatch(new RegExp(`name="${name}"\r\n\r\n${value}\r\n`));
  expect(forms[1]).toMatch(/filename="audio\.mp3"\r\nContent-Type: audio\/mpeg\r\n\r\nID3/);
  expect(forms[1]).not.toContain("response_format");
  expect(forms.slice(2).map((form) => /filename="(.*?)"/.exec(form)?.[1])).toEqual(["me.ogg", "mine.wav"]);
});

test("a sound whose record is missing is there all the same, with a cost that nobody knows", async () => {
  const at = await loopback((path, _request, reply) => {
    if (path.startsWith("/v1/generation?")) return void reply.writeHead(404).end("{}");
    return void reply.writeHead(200, { "content-type": "audio/mpeg" }).end("ID3");
  });
  const said = await (await client("http", at)).speak("x");
  expect(said).toMatchObject({ audio: { url: `data:audio/mpeg;base64,${btoa("ID3")}` }, cost: { known: false } });
});

test("a sound that breaks off, is refused or is none is an error with a code", async () => {
  const at = await loopback((path, _request, reply) => {
    if (path.endsWith("transcriptions")) return void reply.writeHead(403).end("{}");
    reply.writeHead(200, { "content-type": "audio/mpeg", "content-length": 100 });
    return void reply.write("ID3", () => reply.destroy());
  });
  const ai = await client("http", at);
  await expect(ai.speak("x")).rejects.toMatchObject({ code: 4300, satchelCode: "stream_broken" });
  await expect(ai.transcribe(new Blob(["x"]))).rejects.toMatchObject({ code: 4100 });
  for (const none of ["https://a.example/a.wav", "data:audio/wav,plain", "data:audio/wav;base64,?"])
    await expect(ai.transcribe(none)).rejects.toMatchObject({ code: -32602, data: { param: "file" } });
  await expect(ai.speak("x", { vioce: "alloy" } as object)).rejects.toMatchObject({ code: -32602 });
});

test("a stop while a sound is made hangs up", async () => {
  const stop = new AbortController();
  let tellHungUp: () => void = () => undefined;
  const hungUp = new Promise<void>((resolve) => {
    tellHungUp = resolve;
  });
  const at = await loopback((path, request, reply) => {
    if (!path.endsWith("speech")) return {};
    request.socket.once("close", tellHungUp);
    reply.writeHead(200, { "content-type": "audio/mpeg" }).write("ID3", () => stop.abort());
    return undefined;
  });
  const asking = (await client("http", at)).speak("x", { signal: stop.signal });
  await expect(asking).rejects.toMatchObject({ name: "AbortError" });
  await hungUp;
});
