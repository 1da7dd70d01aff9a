// Clients that nobody changed, on a page with the extension, for tests/e2e/test_unmodified_clients.py. What a function returns is what a page saw.
import { useChat } from "@ai-sdk/react";
import { browserAI } from "@browser-ai/core";
import { tool as langChainTool } from "@langchain/core/tools";
import { ChatOpenAI } from "@langchain/openai";
import { DirectChatTransport, generateText, Output, stepCountIs, streamText, ToolLoopAgent, tool } from "ai";
import { generateText as generateText5, streamText as streamText5 } from "ai-5";
import { generateText as generateText6, Output as Output6, streamText as streamText6 } from "ai-6";
import OpenAI from "openai";
import { createElement } from "react";
import { createElement as createElement18, useEffect as useEffect18 } from "react-18";
import { createRoot } from "react-dom/client";
import { createRoot as createRoot18 } from "react-dom-18/client";
import { createSatchel } from "satchel/ai-sdk";
import { builtInAI } from "satchel/polyfill";
import * as latest from "window.ai";
import * as first from "window.ai-0.1.1";
import * as second from "window.ai-0.2.0";
import * as third from "window.ai-0.2.1";
import { useWindowAI } from "window-ai-react";
import { z } from "zod";
import { App } from "../../examples/ReactChat.tsx";

const COUNT = "lab:count-3-0";
const messages = [{ role: "user", content: "Count." }];

const seen = {
  /** npm `window.ai`, each version: found, asked as its readme says, with deltas. */
  async windowAi() {
    const versions = { "0.1.1": first, "0.2.0": second, "0.2.1": third, "0.2.4": latest };
    const told = {};
    for (const [version, library] of Object.entries(versions)) {
      const ai = await library.getWindowAI();
      let streamed = "";
      const onStreamResult = (part) => {
        streamed += part?.message.content ?? "";
      };
      const options = { model: COUNT, onStreamResult };
      const { getCompletion, generateText: generate } = ai;
      const whole =
        version === "0.1.1" ? await getCompletion({ messages }, options) : await generate({ messages }, options);
      told[version] = { has: library.hasWindowAI?.() ?? true, whole, streamed };
    }
    return told;
  },

  /** npm `window-ai-react`, whose hook looks for `window.ai` once a second and hands over `onStreamResult: undefined`. */
  async windowAiReact() {
    const place = document.body.appendChild(document.createElement("div"));
    const hook = await new Promise((resolve) => {
      const Asking = () => {
        const given = useWindowAI();
        useEffect18(() => {
          if (given.isWindowAIInstalled) resolve(given);
        });
        return null;
      };
      createRoot18(place).render(createElement18(Asking));
    });
    let streamed = "";
    const whole = await hook.generateText("Count.");
    await hook.generateText("Count.", (part) => {
      streamed += part.text;
    });
    return { whole: whole[0].text, one: (await hook.getCompletion("Count.")).text, streamed };
  },

  /**
   * The calls of pages of 2023 that are no packages (clients 2, 3, 4, 6, 7 of the list of existing clients), as each makes them: what
   * they put before their people.
   */
  async pagesOf2023() {
    const asked = { temperature: 0.7, maxTokens: 1000 };
    const appended = (ask) => {
      let shown = "";
      const onStreamResult = (result, error) => {
        if (error) shown += String(error);
        else shown += result.message.content;
      };
      return ask(onStreamResult).then(() => shown);
    };
    const told = {};
    told.nextJs = await appended((onStreamResult) =>
      latest.getWindowAI().then((ai) => ai.generateText({ messages }, { ...asked, onStreamResult })),
    );
    told.robotCompanion = await appended((onStreamResult) => window.ai.getCompletion({ messages }, { onStreamResult }));
    const heard = [];
    const listener = window.ai.addEventListener((event, data) => heard.push([event, data]));
    const model = await window.ai.getCurrentModel();
    told.wanda = {
      model: typeof model,
      listener: typeof listener,
      text: (await window.ai.getCompletion({ prompt: "Count." })).text,
    };
    told.timeTravel = await appended((onStreamResult) =>
      window?.ai.getCompletion({ messages }, { ...asked, onStreamResult }),
    );
    told.starter = (await window.ai.generateText({ messages }))[0].message.content;
    return told;
  },

  /** npm `openai` through `ai.fetch`. */
  async openai() {
    const client = new OpenAI({ fetch: window.ai.fetch, apiKey: "none", dangerouslyAllowBrowser: true });
    let streamed = "";
    for await (const chunk of await client.chat.completions.create({ model: COUNT, messages, stream: true })) {
      streamed += chunk.choices[0]?.delta.content ?? "";
    }
    const whole = await client.chat.completions.create({ model: COUNT, messages });
    return { streamed, whole: whole.choices[0]?.message.content };
  },

  /** Its other doors: Responses, vectors, pictures, models. */
  async openaiDoors() {
    const client = new OpenAI({ fetch: window.ai.fetch, apiKey: "none", dangerouslyAllowBrowser: true });
    const input = "Count.";
    const stream = client.responses.stream({ model: COUNT, input });
    let streamed = "";
    stream.on("response.output_text.delta", ({ delta }) => {
      streamed += delta;
    });
    const { status } = await stream.finalResponse();
    const whole = await client.responses.create({ model: COUNT, input });
    const vectors = await client.embeddings.create({ model: "lab:embed", input: ["one", "three"] });
    const pictures = await client.images.generate({ model: "lab:draw", prompt: "a dot" });
    const models = await client.models.list();
    return {
      streamed,
      status,
      whole: whole.output_text,
      vectors: vectors.data.map(({ embedding }) => [...embedding]),
      picture: pictures.data[0].b64_json.slice(0, 8),
      knows: models.data.some(({ id }) => id === COUNT),
    };
  },

  /** LangChain's `ChatOpenAI` through `ai.fetch`: whole, streamed, and with a tool. */
  async langChain() {
    const configuration = { fetch: window.ai.fetch, dangerouslyAllowBrowser: true };
    const model = (name) => new ChatOpenAI({ model: name, apiKey: "none", maxRetries: 0, configuration });
    let streamed = "";
    for await (const chunk of await model(COUNT).stream("Count.")) streamed += chunk.text;
    const schema = z.object({ a: z.number(), b: z.number() });
    const add = langChainTool(({ a, b }) => String(a + b), { name: "add", description: "Adds", schema });
    const asked = await model("lab:tools").bindTools([add]).invoke("Add.");
    return { streamed, whole: (await model(COUNT).invoke("Count.")).text, call: asked.tool_calls[0]?.args };
  },

  /** Releases 5 and 6 of the AI SDK, each by the specification that it speaks. */
  async olderAiSdks() {
    const told = {};
    const releases = { v2: [generateText5, streamText5], v3: [generateText6, streamText6] };
    for (const [specification, [generate, stream]] of Object.entries(releases)) {
      const model = createSatchel({ specification })(COUNT);
      let streamed = "";
      for await (const piece of stream({ model, prompt: "Count." }).textStream) streamed += piece;
      const { text, usage } = await generate({ model, prompt: "Count." });
      told[specification] = { streamed, text, outputTokens: usage.outputTokens };
    }
    return told;
  },

  /** `useChat` of `@ai-sdk/react`, over an agent that lives in the page. */
  async useChat() {
    const transport = new DirectChatTransport({ agent: new ToolLoopAgent({ model: createSatchel()(COUNT) }) });
    const place = document.body.appendChild(document.createElement("div"));
    const messages = await new Promise((resolve) => {
      const Asking = () => {
        const { messages, sendMessage, status, error } = useChat({ transport });
        useEffect18(() => void sendMessage({ text: "Count." }), []);
        useEffect18(() => {
          if (error || (status === "ready" && messages.length === 2)) resolve(messages);
        });
        return null;
      };
      createRoot18(place).render(createElement18(Asking));
    });
    return messages.map(({ role, parts }) => [role, parts.map(({ text = "" }) => text).join("")]);
  },

  /** Vercel's AI SDK 7 through `satchel/ai-sdk`: a stream, tools, an object. */
  async aiSdk() {
    const satchel = createSatchel();
    const streamed = [];
    for await (const piece of streamText({ model: satchel(COUNT), prompt: "Count." }).textStream) streamed.push(piece);
    const execute = async ({ a, b }) => String(a + b);
    const tools = { add: tool({ inputSchema: z.object({ a: z.number(), b: z.number() }), execute }) };
    const told = await generateText({ model: satchel("lab:tools"), prompt: "Add.", tools, stopWhen: stepCountIs(3) });
    const output = Output.object({ schema: z.object({ answer: z.number() }) });
    const made = await generateText({ model: satchel("lab:object"), prompt: "?", output });
    return { streamed: streamed.join(""), isStream: streamed.length > 1, told: told.text, object: made.output };
  },

  /** `@browser-ai/core`, which knows nothing but the global `LanguageModel`. */
  async browserAi() {
    const model = browserAI();
    const availability = await model.availability();
    const streamed = [];
    for await (const piece of streamText6({ model, prompt: "Count." }).textStream) streamed.push(piece);
    const whole = await generateText6({ model: browserAI(), system: "Count.", prompt: "Count." });
    return { availability, streamed: streamed.join(""), whole: whole.text };
  },

  /** The same with an object; the person's model writes JSON. */
  async browserAiObject() {
    const output = Output6.object({ schema: z.object({ answer: z.number() }) });
    return (await generateText6({ model: browserAI(), prompt: "?", output })).output;
  },

  /** The React example, as a person uses it. */
  react() {
    createRoot(document.getElementById("react")).render(createElement(App));
  },

  /** What the built-in objects send for a sound, told by a transport of the page's own. */
  async sounds() {
    const sent = [];
    const { LanguageModel } = builtInAI({
      transport: async () => ({
        subscribe: () => () => undefined,
        async request({ method, params }) {
          if (method !== "ai_generate") return { state: "granted" };
          const [, part] = params.messages.at(-1).content;
          const data = atob(part.input_audio.data);
          sent.push({ format: part.input_audio.format, header: data.slice(0, 4), bytes: data.length });
          return { text: "heard" };
        },
      }),
    });
    const session = await LanguageModel.create({ expectedInputs: [{ type: "audio" }] });
    const prompt = (value) =>
      session.prompt([
        {
          role: "user",
          content: [
            { type: "text", value: "?" },
            { type: "audio", value },
          ],
        },
      ]);
    await prompt(new AudioBuffer({ length: 48_000, numberOfChannels: 2, sampleRate: 48_000 }));
    const wav = wavOf(1_600);
    await prompt(new Blob([wav]));
    await prompt(wav);
    const noise = await prompt(new Uint8Array(64)).catch((error) => error.name);
    return { sent, noise };
  },
};

/** So many samples of silence, as a WAV file of 16 kHz. */
function wavOf(samples) {
  const view = new DataView(new ArrayBuffer(44 + samples * 2));
  const words = [
    [0, "RIFF"],
    [4, 36 + samples * 2],
    [8, "WAVE"],
    [12, "fmt "],
    [16, 16],
    [20, 0x0001_0001],
    [24, 16_000],
    [28, 32_000],
    [32, 0x0010_0002],
    [36, "data"],
    [40, samples * 2],
  ];
  for (const [at, word] of words) {
    if (typeof word === "number") view.setUint32(at, word, true);
    else for (const [index, letter] of [...word].entries()) view.setUint8(at + index, letter.charCodeAt(0));
  }
  return new Uint8Array(view.buffer);
}

Object.assign(globalThis, { seen });
