import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { install } from "../../src/page/install";
import { Provider } from "../../src/page/provider";
import { windowAi } from "../../src/page/window-ai";
import { privatePair } from "./private-pair";

const SEVEN = [
  "__window_ai_metadata__",
  "generateText",
  "BETA_generate3DObject",
  "getCompletion",
  "getCurrentModel",
  "addEventListener",
  "BETA_updateModelProvider",
];
const REQUESTS = ["request", "on", "off", "removeEventListener"];
const MODERN = [
  "chat",
  "fetch",
  "embed",
  "generateImage",
  "speak",
  "transcribe",
  "listModels",
  "requestPermissions",
  "getPermissions",
  "revokePermissions",
  "permissions",
  "chooseModel",
];
const END = {
  id: "gen_1",
  finishReason: "stop",
  model: "a/b",
  provider: "p",
  usage: { inputTokens: 1, outputTokens: 2, reasoningTokens: 0, cachedTokens: 0, estimated: false },
  cost: { usd: 0, known: true },
};

type Call = (...args: unknown[]) => Promise<unknown>;
interface Ai {
  generateText: Call;
  getCompletion: Call;
  getCurrentModel: Call;
  BETA_generate3DObject: Call;
  BETA_updateModelProvider: Call;
  request: Call;
  addEventListener(...args: unknown[]): unknown;
  removeEventListener(...args: unknown[]): void;
}

let pair: ReturnType<typeof privatePair>;
let ai: Ai;

function streams(...deltas: string[]) {
  pair.answer(({ id, method }) => {
    if (method !== "ai_generate") return pair.post({ id, result: null });
    for (const [index, delta] of deltas.entries())
      pair.post({ id, seq: index + 1, event: { type: "text-delta", delta } });
    pair.post({ id, result: END });
  });
}

function fails(code: number, message: string, data?: object) {
  pair.answer(({ id }) => pair.post({ id, error: { code, message, data } }));
}

beforeEach(() => {
  pair = privatePair();
  ai = windowAi(new Provider(pair.channel)) as unknown as Ai;
});
afterEach(() => pair.close());

describe("the object", () => {
  it("A3: starts with the original's seven keys in their order", () => {
    expect(Object.keys(ai).slice(0, 7)).toEqual(SEVEN);
    expect(Object.keys(ai).slice(7)).toEqual([...REQUESTS, ...MODERN]);
  });

  it("A3: is plain, writable and configurable on window", () => {
    const target = {} as Window & { ai?: unknown };
    install(target, { generateText: 1 });
    const { value: _, ...flags } = Object.getOwnPropertyDescriptor(target, "ai") as PropertyDescriptor;
    expect(flags).toEqual({ writable: true, configurable: true, enumerable: true });
  });

  it("A15: adds to an object that is there and overwrites nothing", () => {
    const target = { ai: { languageModel: 1, request: "theirs" } } as unknown as Window & {
      ai: Record<string, unknown>;
    };
    install(target, { generateText: "ours", request: "ours" });
    expect(target.ai).toEqual({ languageModel: 1, request: "theirs", generateText: "ours" });
  });

  it("A15: leaves another Window AI alone", () => {
    const target = { ai: { generateText: "theirs" } } as unknown as Window & { ai: Record<string, unknown> };
    install(target, { generateText: "ours", getCompletion: "ours" });
    expect(target.ai).toEqual({ generateText: "theirs" });
  });
});

describe("generateText", () => {
  it("A4: answers a prompt with text and messages with a message, without isPartial", async () => {
    streams("He", "llo");
    const { generateText } = ai;
    expect(await generateText({ prompt: "hi" })).toEqual([{ text: "Hello" }]);
    const messages = [{ role: "user", content: "hi" }];
    expect(await generateText({ messages })).toEqual([{ message: { role: "assistant", content: "Hello" } }]);
  });

  it("A5: gives the handler exactly the deltas, and never the whole text", async () => {
    streams("He", "llo");
    const got: unknown[] = [];
    const onStreamResult = (...args: unknown[]) => got.push(args);
    expect(await ai.generateText({ prompt: "hi" }, { onStreamResult })).toEqual([{ text: "Hello" }]);
    expect(got).toEqual([
      [{ text: "He", isPartial: true }, null],
      [{ text: "llo", isPartial: true }, null],
    ]);
  });

  it("A6: gives several outputs when several are asked for, and does not call the handler then", async () => {
    streams("x");
    let calls = 0;
    const options = {
      numOutputs: 2,
      onStreamResult: () => {
        calls += 1;
      },
    };
    expect(await ai.generateText({ prompt: "hi" }, options)).toEqual([{ text: "x" }, { text: "x" }]);
    expect(calls).toBe(0);
  });

  it("A6: stops the others when one of several outputs fails", async () => {
    pair.answer(({ id }) => {
      if (pair.asked.length === 2) pair.post({ id, error: { code: 4290, message: "slowly" } });
    });
    await expect(ai.generateText({ prompt: "hi" }, { numOutputs: 3 })).rejects.toMatch(/^MODEL_REJECTED_REQUEST: 429/);
    await vi.waitFor(() => expect(pair.cancelled).toEqual([pair.asked[0]?.id, pair.asked[2]?.id]));
  });

  it("A9: accepts null and undefined values and options it does not know", async () => {
    streams("x");
    const options = { model: null, temperature: undefined, onStreamResult: undefined, stopSequences: null, foo: 1 };
    expect(await ai.generateText({ prompt: "hi" }, options)).toEqual([{ text: "x" }]);
    expect(pair.asked[0]?.params).toEqual({ messages: [{ role: "user", content: "hi" }], legacy: true });
  });

  it("A4: appends the prompt when both are given, and answers with a message", async () => {
    streams("x");
    const input = { prompt: "more", messages: [{ role: "system", content: "s" }] };
    expect(await ai.generateText(input)).toEqual([{ message: { role: "assistant", content: "x" } }]);
    expect(pair.asked[0]?.params).toMatchObject({ messages: [{ role: "system" }, { role: "user", content: "more" }] });
  });

  it.each([
    [3, {}],
    [null, {}],
    [{}, {}],
    [{ prompt: "x" }, 3],
    [{ prompt: "x" }, { onStreamResult: 1 }],
  ])("A9: rejects %j with %j as an Error with the original's words", async (input, options) => {
    const words =
      input !== null && typeof input === "object" && "prompt" in input ? "Invalid options" : "Invalid input";
    await expect(ai.generateText(input, options)).rejects.toEqual(new Error(words));
  });

  it("A5: goes on when the handler throws", async () => {
    streams("He", "llo");
    const uncaught: unknown[] = [];
    const catcher = (error: unknown) => uncaught.push(error);
    process.once("uncaughtException", catcher);
    const onStreamResult = () => {
      if (uncaught.length === 0 && pair.asked.length === 1) throw new Error("page's own");
    };
    let thrown = false;
    const once = (...args: unknown[]) => {
      if (!thrown && args.length > 0) {
        thrown = true;
        onStreamResult();
      }
    };
    expect(await ai.generateText({ prompt: "hi" }, { onStreamResult: once })).toEqual([{ text: "Hello" }]);
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(uncaught).toEqual([new Error("page's own")]);
  });
});

describe("failures", () => {
  it.each([
    [4001, undefined, "PERMISSION_DENIED"],
    [4100, undefined, "PERMISSION_DENIED"],
    [4020, undefined, "PAYMENT_REQUIRED"],
    [4200, undefined, "INVALID_REQUEST"],
    [-32602, undefined, "INVALID_REQUEST"],
    [4900, undefined, "NOT_AUTHENTICATED"],
    [4290, undefined, "MODEL_REJECTED_REQUEST: 429: words"],
    [4300, { status: 500 }, "MODEL_REJECTED_REQUEST: 500: words"],
    [4300, { status: 401 }, "NOT_AUTHENTICATED"],
    [4300, { status: 402 }, "PAYMENT_REQUIRED"],
    [-32603, undefined, "words"],
  ])("A8: turns %i %j into the bare string %j", async (code, data, text) => {
    fails(code, "words", data);
    await expect(ai.generateText({ prompt: "hi" })).rejects.toBe(text);
  });

  it("A8: rejects first, then tells the handler and the listeners", async () => {
    fails(4001, "no");
    const order: unknown[] = [];
    const id = ai.addEventListener((event: unknown, data: unknown) => order.push([event, data]));
    const onStreamResult = (result: unknown, error: unknown) => order.push([result, error]);
    await ai.generateText({ prompt: "hi" }, { onStreamResult }).catch((error: unknown) => order.push(error));
    expect(typeof id).toBe("string");
    expect(order).toEqual([["error", "PERMISSION_DENIED"], [null, "PERMISSION_DENIED"], "PERMISSION_DENIED"]);
  });

  it("A8: gives request an Error with code and data: our code, the status, and how long to wait", async () => {
    const data = { satchelCode: "provider_throttled", provider: "lab", status: 429, retryAfterS: 12 };
    fails(4300, "Provider said no", data);
    const error = await ai.request({ method: "ai_generate", params: {} }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({ code: 4300, message: "Provider said no", data });
  });

  it("A12: settles BETA_updateModelProvider with nothing, or with a string that listeners hear, too", async () => {
    const options = { baseUrl: "https://x.example", session: { email: "a@b.example" }, shouldSetDefault: true };
    pair.answer(({ id }) => pair.post({ id, result: null }));
    expect(await ai.BETA_updateModelProvider(options)).toBeUndefined();
    expect(pair.asked.at(-1)).toMatchObject({ method: "ai_updateModelProvider", params: options });
    const heard: unknown[] = [];
    ai.addEventListener((event: unknown, data: unknown) => heard.push([event, data]));
    fails(4100, "not yours");
    await expect(ai.BETA_updateModelProvider({ session: null })).rejects.toBe("PERMISSION_DENIED");
    fails(-32602, "baseUrl must be an address of the page");
    await expect(ai.BETA_updateModelProvider(7)).rejects.toBe("INVALID_REQUEST");
    expect(heard).toEqual([
      ["error", "PERMISSION_DENIED"],
      ["error", "INVALID_REQUEST"],
    ]);
  });

  it.each([
    ["a prompt, which no provider serves", { prompt: "a cup" }],
    ["messages", { messages: [] }],
  ])(
    "A13: %s: BETA_generate3DObject rejects with a string within a second, with nobody behind the port",
    async (_, input) => {
      pair.fallSilent();
      const { BETA_generate3DObject, addEventListener } = ai;
      const heard: unknown[] = [];
      addEventListener((event: unknown, data: unknown) => heard.push([event, data]));
      const late = new Promise((resolve) => setTimeout(resolve, 1_000, "still open after a second"));
      const options = { extension: "ply", numInferenceSteps: 32, model: "openai/shap-e", unknown: null };
      const end = BETA_generate3DObject(input, options).catch((error: unknown) => error);
      expect(await Promise.race([end, late])).toBe("INVALID_REQUEST");
      expect(heard).toEqual([["error", "INVALID_REQUEST"]]);
      expect(pair.asked).toEqual([]);
    },
  );

  it("rejects params that are not plain data without sending them", async () => {
    const circular: Record<string, unknown> = {};
    circular["self"] = circular;
    await expect(ai.request({ method: "ai_generate", params: circular })).rejects.toMatchObject({ code: -32602 });
    await expect(ai.request("ai_generate")).rejects.toMatchObject({ code: -32600 });
    expect(pair.asked).toEqual([]);
  });
});

describe("the rest", () => {
  it("A7: gives getCompletion one object, or the list when several were asked for", async () => {
    streams("x");
    expect(await ai.getCompletion({ prompt: "hi" })).toEqual({ text: "x" });
    expect(await ai.getCompletion({ prompt: "hi" }, { numOutputs: 2 })).toEqual([{ text: "x" }, { text: "x" }]);
  });

  it("A10: resolves getCurrentModel with a string", async () => {
    pair.answer(({ id }) => pair.post({ id, result: { model: "satchel/preferred" } }));
    expect(await ai.getCurrentModel()).toBe("satchel/preferred");
  });

  it("A11: tells listeners of a changed model until they are removed", async () => {
    const got: unknown[] = [];
    const handler = (event: unknown, data: unknown) => got.push([event, data]);
    ai.addEventListener(handler);
    pair.post({ push: "modelChanged", data: { model: "a/b" } });
    await new Promise((resolve) => setTimeout(resolve, 5));
    ai.removeEventListener(handler);
    pair.post({ push: "modelChanged", data: { model: "c/d" } });
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(got).toEqual([["model_changed", { model: "a/b" }]]);
  });

  it("A11: tells one that listens by name of each event once, as an EventTarget does, until it is removed from that event", async () => {
    const told: unknown[] = [];
    const hear = (event: unknown) => told.push([(event as CustomEvent).type, (event as CustomEvent).detail]);
    const tell = async () => {
      told.length = 0;
      for (const push of ["modelChanged", "permissionsChanged"]) pair.post({ push, data: push });
      await new Promise((resolve) => setTimeout(resolve, 5));
      return [...told];
    };
    for (const name of ["modelChanged", "permissionsChanged", "modelChanged"]) ai.addEventListener(name, hear);
    expect(await tell()).toEqual([
      ["modelChanged", "modelChanged"],
      ["permissionsChanged", "permissionsChanged"],
    ]);
    ai.removeEventListener("modelChanged", hear);
    expect(await tell()).toEqual([["permissionsChanged", "permissionsChanged"]]);
    ai.removeEventListener("permissionsChanged", hear);
    expect(await tell()).toEqual([]);
    ai.addEventListener("modelChanged", hear);
    expect(await tell()).toEqual([["modelChanged", "modelChanged"]]);
  });

  it("A11: hears of events also where the first word that it listens was refused, from the next answer on", async () => {
    const refusal = { code: 4290, message: "too often" };
    pair.answer(({ id, method }) =>
      pair.post(method === "ai_subscribe" ? { id, error: refusal } : { id, result: { model: "a/b" } }),
    );
    ai.addEventListener("modelChanged", () => undefined);
    await new Promise((resolve) => setTimeout(resolve, 5));
    pair.answer(({ id }) => pair.post({ id, result: { model: "a/b" } }));
    for (let times = 0; times < 3; times += 1) await ai.getCurrentModel();
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(pair.asked.map(({ method }) => method)).toEqual([
      "ai_subscribe",
      "ai_getCurrentModel",
      "ai_subscribe",
      "ai_getCurrentModel",
      "ai_getCurrentModel",
    ]);
  });

  it("A11: gives each registration without a name an id of its own, as the original did", async () => {
    let calls = 0;
    const handler = () => (calls += 1);
    const ids = [ai.addEventListener(handler), ai.addEventListener(handler)];
    pair.post({ push: "modelChanged", data: { model: "a/b" } });
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect([new Set(ids).size, calls]).toEqual([2, 2]);
  });

  it("D1: sends a cancel on abort and rejects with the usage so far", async () => {
    const controller = new AbortController();
    pair.answer(({ id }) => {
      pair.post({ id, seq: 1, event: { type: "text-delta", delta: "He" } });
      setTimeout(() => controller.abort(), 5);
      setTimeout(() => pair.post({ id, result: { ...END, finishReason: "cancelled" } }), 20);
    });
    const call = { method: "ai_generate", params: { messages: [] } };
    const error = await ai.request(call, { signal: controller.signal }).catch((thrown: unknown) => thrown);
    await vi.waitFor(() => expect(pair.cancelled).toEqual([pair.asked[0]?.id]));
    expect(error).toMatchObject({ name: "AbortError", usage: END.usage, cost: END.cost, text: "He" });
  });

  it("D1: leaves nothing on a signal that a page keeps for all its calls", async () => {
    const { signal } = new AbortController();
    const heard = vi.spyOn(signal, "addEventListener");
    const letGo = vi.spyOn(signal, "removeEventListener");
    pair.answer(({ id }) => pair.post({ id, result: END }));
    const call = { method: "ai_generate", params: { messages: [] } };
    for (let count = 0; count < 3; count++) await ai.request(call, { signal });
    await ai.request({ method: "ai_listModels" }, { signal });
    const names = (spy: { mock: { calls: unknown[][] } }) => spy.mock.calls.map(([, listener]) => listener);
    expect(heard).toHaveBeenCalled();
    expect(new Set(names(letGo))).toEqual(new Set(names(heard)));
  });
});
