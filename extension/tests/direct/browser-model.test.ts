import { describe, expect, it } from "vitest";
import { BrowserModel } from "../../src/direct/browser-model";
import type { DirectEvent } from "../../src/direct/direct-event";
import { fetchOwnModel, ownModelState } from "../../src/direct/fetch-own-model";
import type { FromNative } from "../../src/direct/native-message";
import type { NativeModel } from "../../src/direct/native-model";
import { type NativePrompt, nativePrompt } from "../../src/direct/native-prompt";
import { NativeServer } from "../../src/direct/native-server";
import type { OwnLanguageModel } from "../../src/direct/own-language-model";
import type { ChatBody } from "../../src/wire/chat-body";
import { turn } from "../worker/turn";

const ask = (more: Partial<ChatBody> = {}): ChatBody => ({
  model: "browser:gemini-nano",
  messages: [
    { role: "user", content: "hi" },
    { role: "assistant", content: "hello" },
    { role: "system", content: "Be brief." },
    {
      role: "user",
      content: [
        { type: "text", text: "Why " },
        { type: "text", text: "red?" },
      ],
    },
  ],
  ...more,
});

/** A `LanguageModel` as the browser has it, which says these pieces. */
function own(state: Awaited<ReturnType<OwnLanguageModel["availability"]>>, pieces: readonly string[] = []) {
  const seen: unknown[] = [];
  let destroyed = 0;
  const model: OwnLanguageModel = {
    availability: async () => state,
    create: async (options) => {
      seen.push(options.initialPrompts);
      const monitor = new EventTarget();
      options.monitor?.(monitor);
      for (const loaded of [0, 1]) monitor.dispatchEvent(Object.assign(new Event("downloadprogress"), { loaded }));
      return {
        promptStreaming: (input, { responseConstraint, signal }) => {
          seen.push([input, responseConstraint]);
          return new ReadableStream({
            start(controller) {
              for (const piece of pieces) controller.enqueue(piece);
              if (pieces.length > 0) controller.close();
              signal.addEventListener("abort", () => controller.error(signal.reason));
            },
          });
        },
        destroy: () => {
          destroyed += 1;
        },
      };
    },
  };
  return { model, seen, destroyed: () => destroyed };
}

async function all(native: NativeModel, body = ask()): Promise<DirectEvent[]> {
  const [route] = await new BrowserModel(native, async () => true).routes();
  const events: DirectEvent[] = [];
  for await (const event of route?.stream(body, new AbortController().signal) ?? []) events.push(event);
  return events;
}

describe("the browser's own model", () => {
  it("answers in pieces and one end, asked in its own words", async () => {
    const asked: NativePrompt[] = [];
    const native: NativeModel = {
      async *ask(prompt) {
        asked.push(prompt);
        yield* ["Chloro", "", "phyll"];
      },
    };
    const schema = { type: "object", properties: { why: { type: "string" } } };
    const events = await all(native, ask({ response_format: { type: "json_schema", json_schema: { schema } } }));
    expect(events).toEqual([
      { type: "text-delta", delta: "Chloro" },
      { type: "text-delta", delta: "phyll" },
      { type: "end", reason: "stop", usage: null },
    ]);
    const before = [
      { role: "system", content: "Be brief." },
      { role: "user", content: "hi" },
      { role: "assistant", content: "hello" },
    ];
    expect(asked).toEqual([{ before, input: "Why red?", schema }]);
  });

  it.each([
    ["tools", ask({ tools: [{ type: "function" }] })],
    ["pictures", ask({ messages: [{ role: "user", content: [{ type: "image_url", image_url: { url: "data:," } }] }] })],
    ["an answer as the last word", ask({ messages: [{ role: "assistant", content: "So" }] })],
  ])("says in words that it does not take %s", (_, body) => {
    expect(() => nativePrompt(body)).toThrow(/browser's own model/);
  });

  it.each([
    ["NotSupportedError", "provider_unavailable"],
    ["QuotaExceededError", "context_too_long"],
    ["NotReadableError", "content_filtered"],
    ["UnknownError", "stream_broken"],
  ])("that fails with %s fails with %s", async (name, satchelCode) => {
    const native: NativeModel = {
      // biome-ignore lint/correctness/useYield: it fails before its first word
      async *ask() {
        throw Object.assign(new Error("no"), { name });
      },
    };
    await expect(all(native)).rejects.toMatchObject({ data: { satchelCode } });
  });
});

describe("the page in which it runs", () => {
  const prompt = { before: [], input: "hi", schema: null };

  it("says each piece and the end, and lets go of the session", async () => {
    const { model, seen, destroyed } = own("available", ["He", "llo"]);
    const said: FromNative[] = [];
    new NativeServer(model, (message) => said.push(message)).hear({ id: "1", prompt });
    await turn();
    expect(said).toEqual([
      { id: "1", delta: "He" },
      { id: "1", delta: "llo" },
      { id: "1", end: true },
    ]);
    expect([seen, destroyed()]).toEqual([[[], ["hi", undefined]], 1]);
  });

  it.each([["downloadable" as const], ["unavailable" as const], [null]])(
    "downloads nothing by itself: %s",
    async (state) => {
      const said: FromNative[] = [];
      const { model, seen } = own(state ?? "unavailable");
      new NativeServer(state === null ? null : model, (message) => said.push(message)).hear({ id: "1", prompt });
      await turn();
      expect([said, seen]).toEqual([[{ id: "1", error: { name: "NotSupportedError", message: "" } }], []]);
    },
  );

  it("stops when it is told to", async () => {
    const { model, destroyed } = own("available");
    const said: FromNative[] = [];
    const server = new NativeServer(model, (message) => said.push(message));
    server.hear({ id: "1", prompt });
    await turn();
    server.hear({ id: "1", stop: true });
    await turn();
    expect([said, destroyed()]).toEqual([[], 1]);
  });

  it("fetches it on a click and tells how far it is", async () => {
    const loaded: number[] = [];
    const { model, destroyed } = own("downloadable");
    await fetchOwnModel(model, (part) => loaded.push(part));
    expect([loaded, destroyed()]).toEqual([[0, 1], 1]);
    expect([await ownModelState(model), await ownModelState(null)]).toEqual(["downloadable", "unavailable"]);
  });
});
