// A page without the extension, for tests/e2e/test_sdk_without_extension.py: what its functions return is what a page has seen.
import { generateText, Output, stepCountIs, streamText, tool } from "ai";
import OpenAI from "openai";
import { type Client, createClient, fallback, http, injected, oauth, SatchelError } from "satchel";
import { createSatchel } from "satchel/ai-sdk";
import { defineComponents } from "satchel/components";
import { satchelFetch } from "satchel/openai";
import { socket } from "satchel/socket";
import { z } from "zod";

const server = document.querySelector("meta[name=server]")?.getAttribute("content") ?? "";
const via = location.pathname.endsWith("redirect.html") ? "redirect" : "popup";
const session = oauth({ server, via, keep: "session" });
const transports = {
  http: fallback(injected, http({ server, credentials: session })),
  socket: fallback(injected, socket({ server, credentials: session })),
};
const clients: Partial<Record<Transport, Promise<Client>>> = {};

type Transport = keyof typeof transports;

defineComponents();
const button = document.createElement("satchel-sign-in");
button.session = session;
document.body.append(button);

function client(name: Transport): Promise<Client> {
  clients[name] ??= createClient({ transport: transports[name], timeoutMs: 300 });
  return clients[name];
}

const seen = {
  /** Stream an answer; with `stopAfter`, stop it at that part. */
  async stream(name: Transport, prompt: string, model: string, stopAfter = Number.POSITIVE_INFINITY) {
    const answer = (await client(name)).chat(prompt, { model, maxTokens: 8, temperature: 0 });
    const texts: string[] = [];
    try {
      for await (const part of answer) {
        if (part.type === "text") texts.push(part.text);
        if (texts.length === stopAfter) answer.stop();
      }
      return { texts, answer: await answer };
    } catch (error) {
      const { name: kind, usage, cost } = error as { name: string; usage: unknown; cost: unknown };
      return { texts, stopped: kind, usage, cost };
    }
  },

  /** Ask for many answers at once. */
  async many(name: Transport, count: number, model: string) {
    const ai = await client(name);
    const answers = await Promise.all(Array.from({ length: count }, () => ai.chat("Count.", { model })));
    return answers.map(({ text }) => text);
  },

  async models(name: Transport) {
    return (await client(name)).listModels();
  },

  /** The unmodified OpenAI client. */
  async openai(name: Transport, model: string) {
    const openai = new OpenAI({
      fetch: satchelFetch({ transport: transports[name] }),
      apiKey: "none",
      dangerouslyAllowBrowser: true,
    });
    const messages = [{ role: "user" as const, content: "Say hello." }];
    const pieces: string[] = [];
    for await (const chunk of await openai.chat.completions.create({ model, messages, max_tokens: 12, stream: true })) {
      pieces.push(chunk.choices[0]?.delta.content ?? "");
    }
    const whole = await openai.chat.completions.create({ model, messages, max_tokens: 12 });
    const status: unknown = await openai.chat.completions
      .create({ model: "nobody/nothing", messages })
      .catch((error: { status: unknown }) => error.status);
    const { output_text: responded } = await openai.responses.create({ model, input: "Say hello." });
    return {
      responded,
      pieces: pieces.filter(Boolean),
      whole: whole.choices[0]?.message.content,
      usage: whole.usage,
      status,
    };
  },

  /** Vercel's AI SDK: a stream, tools, an object. */
  async aiSdk(name: Transport, model: string) {
    const satchel = createSatchel({ client: client(name) });
    const pieces: string[] = [];
    for await (const piece of streamText({ model: satchel(model), prompt: "Say hello.", maxOutputTokens: 12 })
      .textStream) {
      pieces.push(piece);
    }
    const add = tool({
      inputSchema: z.object({ a: z.number(), b: z.number() }),
      execute: async ({ a, b }) => String(a + b),
    });
    const tools = { add };
    const told = await generateText({ model: satchel("lab:tools"), prompt: "Add.", tools, stopWhen: stepCountIs(3) });
    const schema = z.object({ answer: z.number() });
    const made = await generateText({ model: satchel("lab:object"), prompt: "?", output: Output.object({ schema }) });
    return { pieces, told: told.text, steps: told.steps.length, object: made.output };
  },

  /** Vectors and a picture. */
  async media(name: Transport) {
    const ai = await client(name);
    const { embeddings, id, provider, usage } = await ai.embed(["one", "three"], { model: "lab:embed" });
    const { images, model } = await ai.generateImage("a dot", { model: "lab:draw", n: 2 });
    return { embeddings, id, provider, usage, pictures: images.map(({ url }) => url.slice(0, 30)), model };
  },

  /** What this page may do; `wish` asks for it, `null` gives it back. */
  async permissions(name: Transport, wish?: object | null) {
    const ai = await client(name);
    if (wish) await ai.requestPermissions(wish);
    const { state, permissions } = wish === null ? await ai.revokePermissions() : await ai.getPermissions();
    return { state, invoker: permissions[0]?.invoker, caveats: permissions[0]?.caveats };
  },

  /** What asking fails with. */
  async failure(name: Transport) {
    const failure: unknown = await client(name)
      .then((ai) => ai.chat("Hi"))
      .catch((error: unknown) => error);
    return failure instanceof SatchelError ? { name: failure.name, code: failure.code } : String(failure);
  },

  /** Have the token renewed, as after a refusal. */
  async renew() {
    const before = await session.token();
    return [before, await session.renew(before)];
  },
};

const question = document.createElement("button");
question.textContent = "Ask";
question.onclick = () => Object.assign(globalThis, { asked: seen.failure("http") });
document.body.append(question);
Object.assign(globalThis, { seen });
