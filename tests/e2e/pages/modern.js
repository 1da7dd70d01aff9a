// What a page of today does. Each deed resolves with plain data for the test to compare.
import OpenAI from "/npm/openai/index.mjs";

const { ai } = window;
const model = "lab:count-3-0";

const announced = () =>
  new Promise((resolve) => {
    window.addEventListener("ai:announceProvider", ({ detail: { info, provider } }) => {
      const { icon, uuid, ...rest } = info;
      resolve({ ...rest, frozen: Object.isFrozen(info), icon: icon.slice(0, 11), request: typeof provider.request });
    });
    window.dispatchEvent(new Event("ai:requestProvider"));
  });

const chat = async () => {
  const call = ai.chat("Count.", { model });
  let streamed = "";
  for await (const part of call) if (part.type === "text") streamed += part.text;
  const { text, usage, cost, provider } = await call;
  return { streamed, text, outputTokens: usage.outputTokens, costIsKnown: cost.known, provider };
};

const tool = async () => {
  const secret = 40;
  const execute = ({ a, b }) => a + b + secret;
  const parameters = { type: "object", properties: { a: { type: "number" }, b: { type: "number" } } };
  const tools = [{ type: "function", function: { name: "add", parameters }, execute }];
  return (await ai.chat("Add 1 and 2.", { model: "lab:tools", tools })).text;
};

const openai = async () => {
  const client = new OpenAI({ apiKey: "none", baseURL: "https://satchel.invalid/v1", fetch: ai.fetch, dangerouslyAllowBrowser: true });
  const messages = [{ role: "user", content: "Count." }];
  let streamed = "";
  const stream = await client.chat.completions.create({ model, messages, stream: true });
  for await (const chunk of stream) streamed += chunk.choices[0]?.delta.content ?? "";
  const whole = await client.chat.completions.create({ model, messages });
  const models = (await client.models.list()).data.map(({ id }) => id);
  const error = await client.chat.completions.create({ model: "nobody/nothing", messages }).catch((thrown) => thrown.status);
  return { streamed, whole: whole.choices[0].message.content, models, error };
};

const stop = async () => {
  const controller = new AbortController();
  const call = ai.chat("Count.", { model: "lab:count-300-20", signal: controller.signal });
  for await (const part of call) {
    if (part.type === "text") controller.abort();
    break;
  }
  const error = await Promise.resolve(call).catch((thrown) => thrown);
  return { name: error.name, usage: typeof error.usage?.outputTokens };
};

const embed = async () => {
  const { embeddings, usage, provider } = await ai.embed(["a", "bcd"], { model: "lab:embed" });
  return { embeddings, inputTokens: usage.inputTokens, provider };
};

const sound = async () => {
  const said = await ai.speak("Good day", { model: "lab:tts-1" });
  const recording = new File(["RIFF"], "me.wav", { type: "audio/wav" });
  const heard = await ai.transcribe(recording, { model: "lab:whisper-1" });
  const body = JSON.stringify({ model: "lab:tts-1", voice: "alloy", input: "Hi" });
  const fetched = await ai.fetch("https://api.openai.com/v1/audio/speech", { method: "POST", body });
  return { url: said.audio.url, text: heard.text, provider: said.provider, type: fetched.headers.get("content-type"), fetched: await fetched.text() };
};

/** A picture, a sound and a PDF of two million characters, to a model that says what it was sent. */
const files = async () => {
  const picture = { type: "image_url", image_url: { url: "data:image/png;base64,iVBORw0KGgo=" } };
  const sound = { type: "input_audio", input_audio: { data: "UklGRg==", format: "wav" } };
  const start = "data:application/pdf;base64,";
  const pdf = { type: "file", file: { filename: "bill.pdf", file_data: start + "JVBE".repeat((2_000_000 - start.length) / 4) } };
  const content = [{ type: "text", text: "What are these?" }, picture, sound, pdf];
  return JSON.parse((await ai.chat([{ role: "user", content }], { model: "lab:mirror" })).text);
};

window.modern = { announced, chat, tool, openai, embed, sound, files, stop };
