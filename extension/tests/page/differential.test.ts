import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Provider } from "../../src/page/provider";
import { windowAi } from "../../src/page/window-ai";
import { AskedBody } from "../../src/wire/asked-body";
import { privatePair } from "./private-pair";

/**
 * What the original was seen to do (window-ai.md §2, marks R and S), replayed on ours. A row with `because` is the
 * written list of differences: there the original is known to be at fault.
 */
interface Row {
  name: string;
  call: [method: string, ...args: unknown[]];
  /** What the model says, or how it fails. */
  model: string[] | { code: number; message?: string; status?: number } | "never asked";
  original: unknown;
  because?: string;
  ours?: unknown;
}

const user = { role: "user", content: "hi" };
const TEXT = [{ text: "Hello" }];
const MESSAGE = [{ message: { role: "assistant", content: "Hello" } }];
const partial = (text: string) => ["handler", { text, isPartial: true }, null];
const HANDLER = "the test's handler";

const ROWS: Row[] = [
  { name: "a prompt", call: ["generateText", { prompt: "hi" }], model: ["Hel", "lo"], original: [["resolve", TEXT]] },
  {
    name: "messages",
    call: ["generateText", { messages: [user] }],
    model: ["Hel", "lo"],
    original: [["resolve", MESSAGE]],
  },
  {
    name: "both keys",
    call: ["generateText", { prompt: "hi", messages: [user] }],
    model: ["Hello"],
    original: [["resolve", MESSAGE]],
  },
  {
    name: "a stream",
    call: ["generateText", { prompt: "hi" }, { onStreamResult: HANDLER }],
    model: ["He", "llo"],
    original: [partial("He"), partial("llo"), ["resolve", TEXT]],
  },
  {
    name: "an empty delta is delivered",
    call: ["generateText", { prompt: "hi" }, { onStreamResult: HANDLER }],
    model: ["", "Hello"],
    original: [partial(""), partial("Hello"), ["resolve", TEXT]],
  },
  {
    name: "numOutputs 2 with a handler that is never called",
    call: ["generateText", { prompt: "hi" }, { numOutputs: 2, onStreamResult: HANDLER }],
    model: ["Hello"],
    original: [["resolve", [...TEXT, ...TEXT]]],
  },
  {
    name: "getCompletion",
    call: ["getCompletion", { prompt: "hi" }],
    model: ["Hello"],
    original: [["resolve", TEXT[0]]],
  },
  {
    name: "getCompletion with numOutputs 2",
    call: ["getCompletion", { messages: [user] }, { numOutputs: 2 }],
    model: ["Hello"],
    original: [["resolve", [...MESSAGE, ...MESSAGE]]],
  },
  {
    name: "options of unknown names and a null model",
    call: ["generateText", { prompt: "hi" }, { model: null, extension: "x" }],
    model: ["Hello"],
    original: [["resolve", TEXT]],
  },
  {
    name: "input without a key",
    call: ["generateText", {}],
    model: "never asked",
    original: [["reject", new Error("Invalid input")]],
  },
  {
    name: "options that are no object",
    call: ["generateText", { prompt: "hi" }, "fast"],
    model: "never asked",
    original: [["reject", new Error("Invalid options")]],
  },
  {
    name: "bad options before bad input",
    call: ["generateText", {}, { onStreamResult: 1 }],
    model: "never asked",
    original: [["reject", new Error("Invalid options")]],
  },
  {
    name: "onStreamResult undefined",
    call: ["generateText", { prompt: "hi" }, { onStreamResult: undefined }],
    model: ["Hello"],
    original: [["reject", new Error("Invalid options")]],
    because: "clients 5 and 15 pass undefined",
    ours: [["resolve", TEXT]],
  },
  {
    name: "null input",
    call: ["generateText", null],
    model: "never asked",
    original: [["reject", new TypeError("Cannot use 'in' operator to search for 'prompt' in null")]],
    because: "a TypeError of the implementation tells the page nothing",
    ours: [["reject", new Error("Invalid input")]],
  },
  {
    name: "denied",
    call: ["generateText", { prompt: "hi" }, { onStreamResult: HANDLER }],
    model: { code: 4001 },
    original: [
      ["handler", null, "PERMISSION_DENIED"],
      ["reject", "PERMISSION_DENIED"],
    ],
  },
  {
    name: "401",
    call: ["generateText", { prompt: "hi" }],
    model: { code: 4300, status: 401 },
    original: [["reject", "NOT_AUTHENTICATED"]],
  },
  {
    name: "402",
    call: ["generateText", { prompt: "hi" }],
    model: { code: 4300, status: 402 },
    original: [["reject", "PAYMENT_REQUIRED"]],
  },
  ...[400, 404, 429, 500].map((status): Row => {
    const original = `MODEL_REJECTED_REQUEST: ${status}: AxiosError: Request failed with status code ${status}`;
    const message = "the provider's own words";
    return {
      name: String(status),
      call: ["generateText", { prompt: "hi" }],
      model: { code: 4300, status, message },
      original: [["reject", original]],
      because: "the provider's words are kept after the same beginning",
      ours: [["reject", `MODEL_REJECTED_REQUEST: ${status}: ${message}`]],
    };
  }),
  {
    name: "an answer of nothing",
    call: ["generateText", { prompt: "hi" }],
    model: [],
    original: [],
    because: "the original never settled on an empty stream",
    ours: [["resolve", [{ text: "" }]]],
  },
  {
    name: "A12: BETA_updateModelProvider from anywhere",
    call: ["BETA_updateModelProvider", { baseUrl: "https://x.example", session: null }],
    model: { code: 4100 },
    original: [],
    because: "any page could switch the person's provider, and the promise never settled",
    ours: [["reject", "PERMISSION_DENIED"]],
  },
  {
    name: "A12: BETA_updateModelProvider that the person let be done",
    call: ["BETA_updateModelProvider", { baseUrl: "https://x.example", shouldSetDefault: true }],
    model: [],
    original: [],
    because: "its promise never settled",
    ours: [["resolve", undefined]],
  },
  {
    name: "A13: BETA_generate3DObject without a provider",
    call: ["BETA_generate3DObject", { prompt: "a cup" }],
    model: "never asked",
    original: [],
    because: "the original's handler threw, and the page waited for ever",
    ours: [["reject", "INVALID_REQUEST"]],
  },
  {
    name: "A13: BETA_generate3DObject with messages",
    call: ["BETA_generate3DObject", { messages: [user] }],
    model: "never asked",
    original: [],
    because: "the original hung",
    ours: [["reject", "INVALID_REQUEST"]],
  },
];

let pair: ReturnType<typeof privatePair>;
beforeEach(() => {
  pair = privatePair();
});
afterEach(() => pair.close());

function play(model: Row["model"]): void {
  pair.answer(({ id }) => {
    if (model === "never asked") throw new Error("the model was asked");
    if (!Array.isArray(model)) {
      const { code, message = "no", status } = model;
      return pair.post({ id, error: { code, message, data: { status } } });
    }
    for (const [index, delta] of model.entries()) {
      pair.post({ id, seq: index + 1, event: { type: "text-delta", delta } });
    }
    pair.post({ id, result: { id: "gen_1", finishReason: "stop" } });
  });
}

async function outcome([method, input, options]: Row["call"]): Promise<unknown[]> {
  const happened: unknown[] = [];
  const ai = windowAi(new Provider(pair.channel)) as Record<string, (...args: unknown[]) => Promise<unknown>>;
  const given = { ...(options as object) } as Record<string, unknown>;
  if (given["onStreamResult"] === HANDLER)
    given["onStreamResult"] = (...args: unknown[]) => happened.push(["handler", ...args]);
  const args = options === undefined ? [input] : [input, typeof options === "object" ? given : options];
  await ai[method]?.(...args).then(
    (value) => happened.push(["resolve", value]),
    (error: unknown) => happened.push(["reject", error]),
  );
  return happened;
}

describe("F3: what the original did, on ours", () => {
  it.each(ROWS)("F3: $name", async ({ call, model, original, because, ours }) => {
    play(model);
    const happened = await outcome(call);
    if (because === undefined) expect(happened).toEqual(original);
    else {
      expect(happened).toEqual(ours);
      expect(happened).not.toEqual(original);
    }
  });

  it("F3: a failed call is told to every listener, and an answer that failed after partials does both", async () => {
    pair.answer(({ id }) => {
      pair.post({ id, seq: 1, event: { type: "text-delta", delta: "He" } });
      pair.post({ id, error: { code: 4300, message: "broken", data: { status: 502 } } });
    });
    const ai = windowAi(new Provider(pair.channel)) as Record<string, (...args: unknown[]) => Promise<unknown>>;
    const heard: unknown[] = [];
    ai["addEventListener"]?.((event: unknown, data: unknown) => heard.push([event, data]));
    const parts: unknown[] = [];
    const onStreamResult = (...args: unknown[]) => parts.push(args);
    const words = "MODEL_REJECTED_REQUEST: 502: broken";
    await expect(ai["generateText"]?.({ prompt: "hi" }, { onStreamResult })).rejects.toBe(words);
    expect(parts).toEqual([
      [{ text: "He", isPartial: true }, null],
      [null, words],
    ]);
    expect(heard).toEqual([["error", words]]);
  });

  it("F3: nothing is sent upstream that the page did not set (C6: no temperature, no limit of tokens)", async () => {
    play(["x"]);
    const messages = [{ role: "system", content: "be brief" }, user];
    await outcome(["generateText", { messages }]);
    expect(pair.asked[0]?.params).toEqual({ messages, legacy: true });
    expect(AskedBody.fromParams("chat", pair.asked[0]?.params)).toEqual({ model: "satchel/preferred", messages });
  });
});
