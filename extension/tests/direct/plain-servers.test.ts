import { describe, expect, it } from "vitest";
import { LocalServers } from "../../src/direct/local-servers";
import type { ChatBody } from "../../src/wire/chat-body";

const OWN = "http://127.0.0.1:8000/v1";
const ROOT = "http://127.0.0.1:8000";
const HI = { role: "user", content: "Hi" };

type Answer = (body: Record<string, unknown>) => Response;

const json =
  (body: unknown, status = 200): Answer =>
  () =>
    Response.json(body, { status });
const stream =
  (text: string): Answer =>
  () =>
    new Response(text, { headers: { "content-type": "text/event-stream" } });
const chunk = (text: string, more: object = {}) => `data: ${JSON.stringify({ choices: [{ text, ...more }] })}\n\n`;

/** The person's own server, which knows these paths and answers 404 to all others. */
function server(paths: Record<string, Answer>) {
  const asked: [string, Record<string, unknown>][] = [];
  const fetch: typeof globalThis.fetch = async (url, init) => {
    if (!String(url).startsWith(ROOT)) throw new TypeError("Failed to fetch");
    const path = String(url).slice(ROOT.length);
    const body = JSON.parse(String(init?.body ?? "{}")) as Record<string, unknown>;
    if (init?.method === "POST") asked.push([path, body]);
    return paths[path]?.(body) ?? Response.json({ error: "not found" }, { status: 404 });
  };
  const found = new LocalServers({ fetch, isOn: async () => true, own: async () => OWN });
  const say = async (body: Partial<ChatBody> = {}) => {
    const [route] = await found.routes();
    const events = [];
    const whole = { model: route?.model.id, messages: [HI], ...body } as ChatBody;
    for await (const event of route?.stream(whole, new AbortController().signal) ?? []) events.push(event);
    return events;
  };
  return { found, say, asked };
}

const ANSWER = [
  { type: "text-delta", delta: "He" },
  { type: "text-delta", delta: "llo" },
  { type: "end", reason: "stop", usage: null },
];

describe("C4: a local server as Window AI wanted it, asked directly", () => {
  it.each([
    ["nothing", ""],
    ["[DONE]", "data: [DONE]\n\n"],
    ["[DONE] and no blank line", "data: [DONE]"],
  ])("C4: names its model, takes a prompt, and ends with %s", async (_, end) => {
    const { found, say, asked } = server({
      "/model": json({ id: "llama" }),
      "/completions": stream(`: begun\n\n${chunk("He")}${chunk("")}${chunk("llo")}${end}`),
    });
    expect((await found.routes()).map(({ model }) => [model.id, model.satchel.capabilities])).toEqual([
      ["here:llama", ["chat"]],
    ]);
    expect(await found.servers()).toMatchObject([{ name: "127.0.0.1:8000", address: ROOT, models: 1, refuses: false }]);
    expect(await say({ max_tokens: 9, stop: "x", top_p: 1, seed: 3 })).toEqual(ANSWER);
    const sent = { prompt: "Hi", stream: true, model: "llama", max_tokens: 9, stop_sequences: ["x"], top_p: 1 };
    expect(asked.at(-1)).toEqual(["/completions", sent]);
  });

  it("C4: names none: one word finds it, once, and no model is sent", async () => {
    const { found, say, asked } = server({
      "/v1/completions": ({ stream: isStream }) =>
        (isStream ? stream(chunk("Hello").trimEnd()) : json({ choices: [{ text: "Hi" }] }))({}),
    });
    expect((await found.routes()).map(({ model }) => model.id)).toEqual(["here:local"]);
    expect(await say()).toEqual([{ type: "text-delta", delta: "Hello" }, ANSWER[2]]);
    expect(asked.at(-1)).toEqual(["/v1/completions", { prompt: "Hi", stream: true }]);
    expect(asked.filter(([path]) => path === "/v1/completions")).toHaveLength(2);
  });

  it("C4: is asked again for its word when it was too slow for the first", async () => {
    let isSlow = true;
    const words = json({ choices: [{ text: "Hi" }] });
    const { found } = server({
      "/v1/completions": (body) => {
        if (isSlow) throw new DOMException("too slow", "TimeoutError");
        return words(body);
      },
    });
    expect(await found.routes()).toEqual([]);
    isSlow = false;
    expect(await found.routes()).toHaveLength(1);
  });

  it("C4: hears who speaks, and is not asked for what it cannot do", async () => {
    const { say, asked } = server({
      "/model": json({ id: "llama" }),
      "/completions": json({ choices: [{ text: "Hello" }] }),
    });
    const parts = [
      { type: "text", text: "Hel" },
      { type: "text", text: "lo." },
    ];
    const messages = [{ role: "system", content: "Be brief." }, HI, { role: "assistant", content: parts }, HI];
    expect(await say({ messages })).toEqual([{ type: "text-delta", delta: "Hello" }, ANSWER[2]]);
    const prompt = "System: Be brief.\n\nUser: Hi\n\nAssistant: Hello.\n\nUser: Hi\n\nAssistant:";
    expect(asked.at(-1)?.[1]).toMatchObject({ prompt });
    const picture = [{ role: "user", content: [{ type: "image_url", image_url: { url: "data:," } }] }];
    for (const more of [{ tools: [{}] }, { messages: picture }])
      await expect(say(more)).rejects.toMatchObject({ data: { satchelCode: "unsupported_feature" } });
  });

  it.each([
    ["stream_broken", ""],
    ["provider_garbled", `${chunk("He")}data: {"choi`],
    ["stream_broken", `${chunk("He")}data: ${JSON.stringify({ error: { message: "no memory" } })}\n\n`],
  ])("C4: what is no whole answer is %s", async (satchelCode, text) => {
    const { say } = server({ "/model": json({ id: "llama" }), "/completions": stream(text) });
    await expect(say()).rejects.toMatchObject({ data: { satchelCode } });
  });

  it("C4: says an error with status 200, and how it ended where it says so", async () => {
    const paths = { "/model": json({ id: "llama" }), "/completions": json({ error: "no memory" }) };
    await expect(server(paths).say()).rejects.toThrow("no memory");
    const cut = { ...paths, "/completions": stream(chunk("He", { finish_reason: "length" })) };
    expect((await server(cut).say()).at(-1)).toEqual({ type: "end", reason: "length", usage: null });
  });

  it("C4: is none when it can chat or knows no prompts; a server that lists models is asked for chats", async () => {
    const words = json({ choices: [{ text: "Hi" }] });
    for (const paths of [
      {},
      { "/v1/chat/completions": json({}), "/v1/completions": words },
      { "/v1/completions": json({}) },
    ])
      expect(await server(paths).found.routes()).toEqual([]);
    const delta = { choices: [{ delta: { content: "Hello" }, finish_reason: "stop" }] };
    const { say, asked } = server({
      "/v1/models": json({ data: [{ id: "m" }] }),
      "/model": json({ id: "llama" }),
      "/v1/chat/completions": stream(`data: ${JSON.stringify(delta)}\n\n`),
    });
    expect(await say()).toEqual([{ type: "text-delta", delta: "Hello" }, ANSWER[2]]);
    expect(asked.map(([path]) => path)).toEqual(["/v1/chat/completions"]);
  });
});
