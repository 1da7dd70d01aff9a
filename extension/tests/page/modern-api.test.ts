import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Client } from "../../../sdk-js/src/Client";
import { Provider } from "../../src/page/provider";
import { windowAi } from "../../src/page/window-ai";
import { privatePair } from "./private-pair";

interface Ai {
  chat: Client["chat"];
  fetch: typeof fetch;
  requestPermissions(permissions?: object, options?: object): Promise<unknown>;
  getPermissions(): Promise<unknown>;
  revokePermissions(): Promise<unknown>;
  listModels: Client["listModels"];
  embed(input: string | readonly string[], options?: object): Promise<unknown>;
  generateImage(prompt: string, options?: object): Promise<unknown>;
  speak(input: string, options?: object): Promise<unknown>;
  transcribe(file: Blob | string, options?: object): Promise<unknown>;
  permissions: Client["permissions"];
  chooseModel: Client["chooseModel"];
  on(event: string, handler: (data: never) => void): void;
}

const END = { id: "gen_1", finishReason: "stop", model: "a/b", provider: "p", cost: { usd: 0.25, known: true } };
let pair: ReturnType<typeof privatePair>;
let ai: Ai;

beforeEach(() => {
  pair = privatePair();
  ai = windowAi(new Provider(pair.channel)) as unknown as Ai;
});
afterEach(() => pair.close());

const says = (id: string, ...events: object[]) => {
  for (const [index, event] of events.entries()) pair.post({ id, seq: index + 1, event });
};

describe("chat", () => {
  it("D2: is awaited for the whole or iterated for the parts, with reasoning, usage and cost", async () => {
    pair.answer(({ id }) => {
      says(
        id,
        { type: "reasoning-delta", delta: "hm" },
        { type: "text-delta", delta: "He" },
        { type: "text-delta", delta: "llo" },
      );
      pair.post({ id, result: END });
    });
    const { chat } = ai;
    const call = chat("hi");
    const parts = [];
    for await (const part of call) parts.push(part);
    expect(parts).toMatchObject([
      { type: "reasoning", text: "hm" },
      { type: "text", text: "He" },
      { type: "text", text: "llo" },
    ]);
    expect(await call).toMatchObject({
      text: "Hello",
      reasoning: "hm",
      model: "a/b",
      cost: { usd: 0.25, known: true },
    });
    expect(pair.asked).toHaveLength(1);
  });

  it("D2: runs tools in the page, whose functions never leave it", async () => {
    const said: unknown[] = [];
    pair.answer(({ id, params }) => {
      said.push((params as { messages: { role: string }[] }).messages.at(-1));
      if (said.length === 1)
        says(id, { type: "tool-input-delta", index: 0, id: "c1", name: "add", delta: '{"a":1,"b":2}' });
      else says(id, { type: "text-delta", delta: "three" });
      pair.post({ id, result: END });
    });
    const execute = (input: unknown) => Object.values(input as Record<string, number>).reduce((a, b) => a + b);
    const tools = [{ type: "function" as const, function: { name: "add" }, execute }];
    expect((await ai.chat("1 + 2?", { tools })).text).toBe("three");
    expect(said[1]).toEqual({ role: "tool", tool_call_id: "c1", content: "3" });
    expect(pair.asked[0]?.params).toMatchObject({ tools: [{ type: "function", function: { name: "add" } }] });
  });

  it("D2: gives an object for a JSON schema, and takes pictures as they are", async () => {
    pair.answer(({ id }) => {
      says(id, { type: "text-delta", delta: '{"n":3}' });
      pair.post({ id, result: END });
    });
    const picture = { type: "image_url" as const, image_url: { url: "data:image/png;base64,AAAA" } };
    const schema = { type: "object", properties: { n: { type: "number" } } };
    const answer = await ai.chat([{ role: "user", content: [{ type: "text", text: "how many?" }, picture] }], {
      schema,
    });
    expect(answer.object).toEqual({ n: 3 });
    expect(pair.asked[0]?.params).toMatchObject({
      messages: [{ role: "user", content: [{ type: "text" }, picture] }],
      responseFormat: { type: "json_schema", json_schema: { schema } },
    });
  });

  it("D1: stops by signal, and by leaving the loop", async () => {
    pair.answer(({ id }) => {
      says(id, { type: "text-delta", delta: "He" });
      setTimeout(() => pair.post({ id, result: { ...END, finishReason: "cancelled" } }), 50);
    });
    const controller = new AbortController();
    const call = ai.chat("hi", { signal: controller.signal });
    setTimeout(() => controller.abort(), 10);
    await expect(Promise.resolve(call)).rejects.toMatchObject({ name: "AbortError", cost: END.cost });
    for await (const _ of ai.chat("hi")) break;
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(pair.cancelled).toEqual(pair.asked.map(({ id }) => id));
    expect(pair.asked).toHaveLength(2);
  });
});

describe("the rest of the modern calls", () => {
  it("F2: fetch speaks as OpenAI's API does, so that its client needs no other address", async () => {
    pair.answer(({ id, method }) => {
      if (method === "ai_listModels") return pair.post({ id, result: { models: [{ id: "a/b", name: "B" }] } });
      says(id, { type: "text-delta", delta: "Hello" });
      return pair.post({ id, result: END });
    });
    const { fetch } = ai;
    const list = await (await fetch("https://api.openai.com/v1/models")).json();
    expect(list.data).toMatchObject([{ id: "a/b", object: "model" }]);
    const body = JSON.stringify({ model: "a/b", messages: [{ role: "user", content: "hi" }] });
    const reply = await (await fetch("https://api.openai.com/v1/chat/completions", { method: "POST", body })).json();
    expect(reply.choices[0].message).toMatchObject({ role: "assistant", content: "Hello" });
  });

  it("D2: embeds texts and draws pictures, and stops by signal", async () => {
    pair.answer(({ id, method }) => {
      if (method === "ai_embed") {
        says(id, { type: "embedding", index: 0, values: [1, 0] }, { type: "embedding", index: 1, values: [0, 1] });
      } else says(id, { type: "image", index: 0, url: "data:image/png;base64,AAAA" });
      pair.post({ id, result: END });
    });
    const { embed, generateImage } = ai;
    const vectors = [
      [1, 0],
      [0, 1],
    ];
    expect(await embed(["a", "b"], { dimensions: 2 })).toEqual({ ...END, embeddings: vectors });
    expect(await generateImage("a hat")).toEqual({ ...END, images: [{ url: "data:image/png;base64,AAAA" }] });
    expect(pair.asked.map(({ params }) => params)).toEqual([{ input: ["a", "b"], dimensions: 2 }, { prompt: "a hat" }]);
    await expect(embed("a", { signal: AbortSignal.abort() })).rejects.toMatchObject({ name: "AbortError" });
  });

  it("D2: says a text, whose pieces are one file, and writes down a recording", async () => {
    pair.answer(({ id, method }) => {
      if (method === "ai_speak")
        says(
          id,
          { type: "audio", data: btoa("RIFF"), mediaType: "audio/wav" },
          { type: "audio", data: btoa("...."), mediaType: "audio/wav" },
        );
      else says(id, { type: "transcript", text: "Hi", detail: { language: "english" } });
      pair.post({ id, result: END });
    });
    const { speak, transcribe } = ai;
    expect(await speak("hi", { voice: "alloy" })).toEqual({
      ...END,
      audio: { url: `data:audio/wav;base64,${btoa("RIFF....")}` },
    });
    const recording = new File(["RIFF"], "me.wav", { type: "audio/wav" });
    const file = `data:audio/wav;base64,${btoa("RIFF")}`;
    const transcript = { ...END, text: "Hi", detail: { language: "english" } };
    expect(await transcribe(recording, { language: "en" })).toEqual(transcript);
    expect(await transcribe(file)).toEqual(transcript);
    expect(pair.asked.map(({ params }) => params)).toEqual([
      { input: "hi", voice: "alloy" },
      { file, filename: "me.wav", language: "en" },
      { file },
    ]);
  });

  it("D3: asks for permissions with caveats and a reason, looks at them and gives them back", async () => {
    pair.answer(({ id, method }) => pair.post({ id, result: { method } }));
    const { requestPermissions, getPermissions, revokePermissions } = ai;
    const permissions = { "model:prompt": { localOnly: true } };
    expect(await requestPermissions(permissions, { reason: "to sum up" })).toEqual({ method: "ai_requestPermissions" });
    expect(pair.asked[0]?.params).toEqual({ permissions, reason: "to sum up" });
    expect(await getPermissions()).toEqual({ method: "ai_getPermissions" });
    expect(await revokePermissions()).toEqual({ method: "ai_revokePermissions" });
  });

  it("D3: stops a question by its signal with an AbortError at once, and asks nothing when that came before", async () => {
    const { listModels, requestPermissions } = ai;
    const request = (ai as unknown as Provider).request;
    for (const ask of [
      (signal: AbortSignal) => requestPermissions({}, { signal }),
      (signal: AbortSignal) => listModels({ signal }),
      (signal: AbortSignal) => request({ method: "ai_getPermissions" }, { signal }),
    ]) {
      const asked = pair.asked.length;
      await expect(ask(AbortSignal.abort())).rejects.toMatchObject({ name: "AbortError" });
      expect(pair.asked).toHaveLength(asked);
      const controller = new AbortController();
      pair.answer(() => controller.abort());
      await expect(ask(controller.signal)).rejects.toMatchObject({ name: "AbortError" });
      await expect.poll(() => pair.cancelled.at(-1)).toBe(pair.asked.at(-1)?.id);
      expect(pair.asked).toHaveLength(asked + 1);
    }
    await expect(request({ method: "ai_x" }, { signal: "stop" as never })).rejects.toMatchObject({ code: -32600 });
  });

  it("A8: rejects with an Error that has code, status, provider body and the time to wait", async () => {
    const body = { message: "slow down", type: "rate_limit_error", code: "rate_limit_exceeded" };
    const data = { satchelCode: "provider_throttled", provider: "lab", status: 429, body, retryAfterS: 12 };
    pair.answer(({ id }) => pair.post({ id, error: { code: 4300, message: "lab has too much to do.", data } }));
    const { chat } = ai;
    await expect(Promise.resolve(chat("hi"))).rejects.toMatchObject({
      code: 4300,
      satchelCode: data.satchelCode,
      provider: "lab",
      status: 429,
      body,
      retryAfterS: 12,
      data,
    });
  });

  it("D3: lists models after a grant, and says 4100 before", async () => {
    pair.answer(({ id }) => pair.post({ id, error: { code: 4100, message: "not yet", data: {} } }));
    await expect(ai.listModels()).rejects.toMatchObject({ code: 4100 });
  });
});

describe("chooseModel", () => {
  it("D3: resolves the id that the person chose, unbound, with the page's reason", async () => {
    const asked: unknown[] = [];
    pair.answer(({ id, method, params }) => {
      asked.push([method, params]);
      pair.post({ id, result: { model: "a/b" } });
    });
    const { chooseModel } = ai;
    expect(await chooseModel({ reason: "to sum up" })).toBe("a/b");
    expect(asked).toEqual([["ai_chooseModel", { reason: "to sum up" }]]);
  });
});

describe("events", () => {
  const gone = { code: 4900, message: "away", data: { satchelCode: "backend_unreachable" } };

  it("D3: tell that somebody answers, that nobody does, and what each answer used, once each", async () => {
    const heard: unknown[] = [];
    for (const event of ["connect", "disconnect", "usage"]) ai.on(event, (data) => heard.push([event, data]));
    const usage = { inputTokens: 3, outputTokens: 2 };
    pair.answer(({ id, method }) => {
      if (method === "ai_generate") says(id, { type: "text-delta", delta: "Hi" });
      pair.post(method === "ai_listModels" ? { id, error: gone } : { id, result: { ...END, usage } });
    });
    await ai.chat("hi");
    for (let call = 0; call < 2; call++) await expect(ai.listModels()).rejects.toMatchObject({ code: 4900 });
    await ai.getPermissions();
    const { id, model, provider, cost } = END;
    const used = ["usage", { id, model, provider, usage, cost }];
    expect(heard).toEqual([["connect", {}], used, ["disconnect", gone], ["connect", {}], used]);
  });

  it("D3: permissions.query() works unbound and is told of changes", async () => {
    let state = "prompt";
    pair.answer(({ id }) => pair.post({ id, result: { state, capabilities: [], permissions: [] } }));
    const { query } = ai.permissions;
    const status = await query();
    const changed = new Promise((resolve) => {
      status.onchange = () => resolve(status.state);
    });
    state = "granted";
    pair.post({ push: "permissionsChanged", data: {} });
    expect(await changed).toBe("granted");
  });
});
