import { describe, expect, it } from "vitest";
import type { DirectEvent } from "../../src/direct/direct-event";
import { localChat } from "../../src/direct/local-chat";
import type { RpcFailure } from "../../src/wire/rpc-failure";

const OLLAMA = { provider: "ollama", name: "Ollama", address: "http://127.0.0.1:11434/v1" };
const BODY = { model: "llama3:8b", messages: [{ role: "user", content: "hi" }] };
const ANSWER = [
  `data: ${JSON.stringify({ choices: [{ delta: { role: "assistant", content: "" } }] })}\r\n\r\n`,
  `: a comment\n\ndata: ${JSON.stringify({ choices: [{ delta: { reasoning: "Hm. " } }] })}\n\n`,
  `data: ${JSON.stringify({ choices: [{ delta: { content: "Grüße 🌳" } }] })}\n\n`,
  `data: ${JSON.stringify({ choices: [{ delta: { tool_calls: [{ index: 0, id: "c1", function: { name: "add", arguments: '{"a"' } }] } }] })}\n\n`,
  `data: ${JSON.stringify({ choices: [{ delta: { tool_calls: [{ index: 0, function: { arguments: ":1}" } }] } }] })}\n\n`,
  `data: ${JSON.stringify({ choices: [{ delta: {}, finish_reason: "stop" }] })}\n\n`,
  `data: ${JSON.stringify({ choices: [], usage: { prompt_tokens: 7, completion_tokens: 5, prompt_tokens_details: { cached_tokens: 2 } } })}\n\n`,
  "data: [DONE]\n\n",
].join("");
const EVENTS = [
  { type: "reasoning-delta", delta: "Hm. " },
  { type: "text-delta", delta: "Grüße 🌳" },
  { type: "tool-input-delta", index: 0, id: "c1", name: "add", delta: '{"a"' },
  { type: "tool-input-delta", index: 0, delta: ":1}" },
  {
    type: "end",
    reason: "tool_calls",
    usage: { inputTokens: 7, outputTokens: 5, reasoningTokens: 0, cachedTokens: 2, estimated: false },
  },
];

type Fetch = typeof globalThis.fetch;

function answering(pieces: readonly Uint8Array[]): Fetch {
  const stream = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const piece of pieces) controller.enqueue(piece);
      controller.close();
    },
  });
  return async () => new Response(stream);
}

async function all(fetch: Fetch, signal = new AbortController().signal): Promise<DirectEvent[]> {
  const events: DirectEvent[] = [];
  for await (const event of localChat(OLLAMA, BODY, signal, fetch)) events.push(event);
  return events;
}

function saying(status: number, body: unknown): Fetch {
  return async () => Response.json(body, { status });
}

const bytes = (text: string) => new TextEncoder().encode(text);

describe("a local server's answer", () => {
  it("is the same however its bytes are cut", async () => {
    const whole = bytes(ANSWER);
    for (const size of [whole.length, 1, 2, 3, 7, 64]) {
      const pieces: Uint8Array[] = [];
      for (let at = 0; at < whole.length; at += size) pieces.push(whole.slice(at, at + size));
      expect(await all(answering(pieces))).toEqual(EVENTS);
    }
  });

  it("is asked for as a stream that says what it used, and without cookies", async () => {
    let asked: { url: string; init: RequestInit } | null = null;
    await all(async (url, init) => {
      asked = { url: String(url), init: init ?? {} };
      return answering([bytes(ANSWER)])(url, init);
    });
    expect(asked).toMatchObject({
      url: "http://127.0.0.1:11434/v1/chat/completions",
      init: { method: "POST", credentials: "omit", redirect: "error" },
    });
    expect(JSON.parse(String(asked?.["init"]?.["body"]))).toEqual({
      ...BODY,
      stream: true,
      stream_options: { include_usage: true },
    });
  });

  it.each([
    [403, {}, "provider_refused", /OLLAMA_ORIGINS=chrome-extension/],
    [404, { error: { message: 'model "x" not found' } }, "unknown_model", /not found/],
    [400, { error: { type: "exceed_context_size_error", message: "too long" } }, "context_too_long", /too long/],
    [400, { error: "bad tools" }, "provider_refused", /bad tools/],
    [401, { error: { message: "no key" } }, "key_missing", /no key/],
    [429, {}, "provider_throttled", /429/],
    [503, { error: { message: "Loading model" } }, "provider_unavailable", /Loading model/],
  ] as const)("with status %s is the stable code %#", async (status, body, satchelCode, words) => {
    await expect(all(saying(status, body))).rejects.toMatchObject({
      message: expect.stringMatching(words),
      data: { satchelCode },
    });
  });

  it("A8: gives the page the sense of the server's body, and nothing of whose computer it is", async () => {
    const folder = ["", "home", "jane"].join("/");
    const message = `cannot open ${folder}/x.gguf for jane@people.example at 203.0.113.7 with sk-0123456789abcdef`;
    const error = { message, type: "server_error", code: "it is a sentence", param: "jane" };
    const failure = all(saying(500, { error, user: "jane" }));
    await expect(failure).rejects.toMatchObject({
      data: {
        body: {
          message: "cannot open /home/[hidden]/x.gguf for [hidden] at [hidden] with [hidden]",
          type: "server_error",
        },
      },
    });
    expect(JSON.stringify(await failure.catch((one: RpcFailure) => one.toWire()))).not.toMatch(
      /jane|203|sk-0|sentence/,
    );
  });

  it("that stops before its end is broken, one with an error says it, one of nonsense is garbled", async () => {
    const cut = ANSWER.slice(0, ANSWER.indexOf("Grüße"));
    await expect(all(answering([bytes(cut)]))).rejects.toMatchObject({ data: { satchelCode: "stream_broken" } });
    const failed = `data: ${JSON.stringify({ error: { message: "out of memory" } })}\n\n`;
    await expect(all(answering([bytes(failed)]))).rejects.toThrow(/out of memory/);
    await expect(all(answering([bytes("data: {oops\n\n")]))).rejects.toMatchObject({
      data: { satchelCode: "provider_garbled" },
    });
  });

  it("that nobody gives is a failure that says what to look at", async () => {
    const nobody: Fetch = async () => {
      throw new TypeError("Failed to fetch");
    };
    await expect(all(nobody)).rejects.toMatchObject({
      message: expect.stringMatching(/Is it still running/),
      data: { satchelCode: "provider_unavailable", retryable: true },
    });
  });

  it("ends with the abort's own reason, and lets go of the connection", async () => {
    let isLetGo = false;
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) =>
        controller.enqueue(bytes(`data: ${JSON.stringify({ choices: [{ delta: { content: "a" } }] })}\n\n`)),
      cancel: () => {
        isLetGo = true;
      },
    });
    const stopper = new AbortController();
    const reading = (async () => {
      for await (const _ of localChat(OLLAMA, BODY, stopper.signal, async () => new Response(endless))) break;
    })();
    await reading;
    expect(isLetGo).toBe(true);
    stopper.abort(new Error("enough"));
    await expect(all(answering([bytes(ANSWER)]), stopper.signal)).resolves.toHaveLength(EVENTS.length);
  });
});
