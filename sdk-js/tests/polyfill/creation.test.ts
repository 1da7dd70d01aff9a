// @vitest-environment happy-dom
// Written from the Prompt API draft of 2026-06-22 (README and index.bs): how a session is made, what it is made of, and what goes wrong.
import { describe, expect, test, vi } from "vitest";
import { aFault, aResult, settled } from "../fakeTransport.js";
import { read, scene } from "./scene.js";

describe("tools", () => {
  test("several run at once, and the loop ends in one text", async () => {
    const calls = ["Seattle", "Tokyo"].map((city, index) => ({
      id: `c${index}`,
      name: "weather",
      arguments: JSON.stringify({ city }),
    }));
    const running: string[] = [];
    let most = 0;
    const execute = async ({ city }: { city: string }) => {
      running.push(city);
      most = Math.max(most, running.length);
      await settled();
      running.pop();
      return `${city}: rain`;
    };
    const { ai, asked } = scene({
      say: ({ params }) =>
        JSON.stringify(params).includes("rain")
          ? "Rain everywhere."
          : aResult({ text: "", toolCalls: calls, finishReason: "tool_calls" }),
    });
    const tools = [{ name: "weather", description: "Tells the weather", inputSchema: { type: "object" }, execute }];
    const session = await ai.LanguageModel.create({
      tools,
      expectedInputs: [{ type: "text", languages: ["en"] }, { type: "tool-response" }],
      expectedOutputs: [{ type: "text", languages: ["en"] }, { type: "tool-call" }],
    });
    expect(await session.prompt("How is the weather?")).toBe("Rain everywhere.");
    expect(most).toBe(2);
    expect(asked()[0]?.tools).toEqual([
      {
        type: "function",
        function: { name: "weather", description: "Tells the weather", parameters: { type: "object" } },
      },
    ]);
  });

  test("each part of a tool is required, and a model without tools is none", async () => {
    const { ai, person } = scene();
    const whole = { name: "a", description: "b", inputSchema: { type: "object" }, execute: async () => "" };
    for (const missing of Object.keys(whole)) {
      const tools = [{ ...whole, [missing]: undefined }];
      await expect(ai.LanguageModel.create({ tools })).rejects.toThrow(TypeError);
    }
    person.capabilities = ["chat"];
    expect(await ai.LanguageModel.availability({ tools: [whole] })).toBe("unavailable");
    await expect(ai.LanguageModel.create({ tools: [whole] })).rejects.toMatchObject({ name: "NotSupportedError" });
  });
});

describe("tools that no model could call", () => {
  const circle: Record<string, unknown> = { type: "object" };
  circle.circle = circle;
  const schemas = [null, "object", {}, { properties: {} }, { type: "string" }, { type: "object", properties: "x" }];
  const wrong = [
    { name: "" },
    { description: "" },
    ...[...schemas, { type: "object", required: "x" }, circle].map((inputSchema) => ({ inputSchema })),
  ];

  test.each(wrong.map((change, index) => [index, change]))("number %i is a TypeError", async (_, change) => {
    const { ai } = scene();
    const tool = { name: "a", description: "b", inputSchema: { type: "object" }, execute: async () => "", ...change };
    await expect(ai.LanguageModel.create({ tools: [tool] })).rejects.toThrow(TypeError);
  });

  test("two of one name are a TypeError, and what a schema throws while it is read comes out", async () => {
    const { ai } = scene();
    const tool = { name: "a", description: "b", inputSchema: { type: "object" }, execute: async () => "" };
    await expect(ai.LanguageModel.create({ tools: [tool, tool] })).rejects.toThrow(TypeError);
    const reason = new Error("thrown by the page");
    const toJSON = () => {
      throw reason;
    };
    const thrown = { ...tool, inputSchema: { type: "object", toJSON } };
    await expect(ai.LanguageModel.create({ tools: [thrown] })).rejects.toBe(reason);
  });
});

describe("creation", () => {
  test("availability is downloadable before consent, available with it, unavailable without hope", async () => {
    const { ai, person } = scene();
    expect(await ai.LanguageModel.availability()).toBe("available");
    person.state = "prompt";
    expect(await ai.LanguageModel.availability()).toBe("downloadable");
    person.state = "denied";
    expect(await ai.LanguageModel.availability()).toBe("unavailable");
    await expect(ai.LanguageModel.create()).rejects.toMatchObject({ name: "NotSupportedError" });
    expect(await ai.LanguageModel.params()).toBeNull();
  });

  test("nobody there is unavailable, not an error", async () => {
    const away = () => Promise.reject(aFault(4900));
    const { builtInAI } = await import("../../src/polyfill/polyfill.js");
    expect(await builtInAI({ transport: away }).LanguageModel.availability()).toBe("unavailable");
  });

  test("create asks the person, then tells progress 0 and 1, also where nothing is to be done", async () => {
    const { ai, person, transport } = scene({ state: "prompt" });
    const create = async () => {
      const told: unknown[] = [];
      await ai.LanguageModel.create({
        monitor(monitor: EventTarget & { ondownloadprogress?: unknown }) {
          monitor.addEventListener("downloadprogress", (event) => {
            const { loaded, total, lengthComputable } = event as ProgressEvent;
            told.push([event instanceof ProgressEvent, loaded, total, lengthComputable]);
          });
          monitor.ondownloadprogress = () => told.push("on");
        },
      });
      return told;
    };
    const both = ["on", [true, 0, 1, true], "on", [true, 1, 1, true]];
    expect(await create()).toEqual(both);
    expect(transport.calls.map(({ method }) => method)).toContain("ai_requestPermissions");
    person.state = "granted";
    expect(await create()).toEqual(both);
  });

  test("a monitor that throws, or is none, rejects", async () => {
    const { ai } = scene();
    const bug = new Error("bug");
    const monitor = () => {
      throw bug;
    };
    await expect(ai.LanguageModel.create({ monitor })).rejects.toBe(bug);
    await expect(ai.LanguageModel.create({ monitor: 7 })).rejects.toThrow(TypeError);
  });

  test("a person who says no is a NotAllowedError, a Satchel that went away a NetworkError", async () => {
    const says = (code: number) => () => {
      throw aFault(code);
    };
    for (const [code, name] of [
      [4001, "NotAllowedError"],
      [4100, "NotAllowedError"],
      [4900, "NetworkError"],
    ] as const) {
      const { ai } = scene({ state: "prompt", decide: says(code) });
      await expect(ai.LanguageModel.create()).rejects.toMatchObject({ name });
    }
  });

  test("where Satchel is away or signed out, create says that and why; where it fails, that nobody can tell", async () => {
    const { builtInAI } = await import("../../src/polyfill/polyfill.js");
    for (const [code, satchelCode, name] of [
      [4900, "extension_missing", "NetworkError"],
      [4900, "signed_out", "NetworkError"],
      [-32603, "internal_error", "UnknownError"],
    ] as const) {
      const transport = () => Promise.reject(aFault(code, { satchelCode }));
      const { LanguageModel, Summarizer } = builtInAI({ transport });
      for (const Class of [LanguageModel, Summarizer]) {
        await expect(Class.create()).rejects.toMatchObject({ name, cause: { code, data: { satchelCode } } });
      }
    }
  });

  test("options that are no options are TypeErrors, and languages must be languages", async () => {
    const { ai } = scene();
    for (const wrong of [
      7,
      { samplingMode: "wild" },
      { expectedInputs: [{ type: "smell" }] },
      { expectedInputs: "text" },
      { expectedInputs: [{}] },
    ]) {
      await expect(ai.LanguageModel.create(wrong as object)).rejects.toThrow(TypeError);
      await expect(ai.LanguageModel.availability(wrong as object)).rejects.toThrow(TypeError);
    }
    const tongue = { expectedInputs: [{ type: "text", languages: ["en_wrong_"] }] };
    await expect(ai.LanguageModel.availability(tongue)).rejects.toThrow(RangeError);
  });

  test("the sampling mode is told to the provider as a temperature, balanced as none", async () => {
    const { ai, asked } = scene();
    const warned = vi.spyOn(console, "warn").mockImplementation(() => undefined);
    for (const samplingMode of ["most-predictable", undefined]) {
      const session = await ai.LanguageModel.create({ samplingMode });
      expect(session.samplingMode).toBe(samplingMode ?? "balanced");
      await session.prompt("x");
    }
    expect(asked().map((params) => params.temperature)).toEqual([0, undefined]);
    expect(warned).not.toHaveBeenCalled();
    await (await ai.LanguageModel.create({ temperature: 1.5, topK: 4 })).prompt("x");
    expect(asked()[2]).not.toHaveProperty("temperature");
    expect(warned).toHaveBeenCalledOnce();
    warned.mockRestore();
  });

  test("the constructor is illegal, and the object looks like the browser's", async () => {
    const { ai } = scene();
    const { LanguageModel } = ai;
    expect(() => new (LanguageModel as unknown as new () => object)()).toThrow(TypeError);
    const session = await LanguageModel.create();
    expect(session).toBeInstanceOf(EventTarget);
    expect([(LanguageModel as unknown as { name: string }).name, String(session)]).toEqual([
      "LanguageModel",
      "[object LanguageModel]",
    ]);
    expect(await LanguageModel.params()).toMatchObject({ defaultTemperature: 1 });
    expect([session.topK, session.temperature]).toEqual([3, 1]);
  });
});

describe("pictures and sounds", () => {
  test("they need to be expected, of the user, and of the right kind", async () => {
    const { ai } = scene();
    const session = await ai.LanguageModel.create({ expectedInputs: [{ type: "image" }] });
    const ask = (role: string, type: string, value: unknown) => session.prompt([{ role, content: [{ type, value }] }]);
    await expect(ask("user", "audio", new ArrayBuffer(4))).rejects.toMatchObject({ name: "NotSupportedError" });
    await expect(ask("assistant", "image", new Blob())).rejects.toMatchObject({ name: "NotSupportedError" });
    await expect(ask("user", "image", "cat.png")).rejects.toThrow(TypeError);
    await expect(ask("user", "text", new Blob())).rejects.toThrow(TypeError);
    await expect(ask("user", "image", undefined)).rejects.toThrow(TypeError);
    await expect(ask("user", "tool-call", "{}")).rejects.toMatchObject({ name: "NotSupportedError" });
  });

  test("a model that sees nothing is none, and nobody answers in pictures", async () => {
    const { ai, person } = scene({ capabilities: ["chat"] });
    expect(await ai.LanguageModel.availability({ expectedInputs: [{ type: "image" }] })).toBe("unavailable");
    person.capabilities = ["chat", "images"];
    expect(await ai.LanguageModel.availability({ expectedInputs: [{ type: "image" }] })).toBe("available");
    const expectedOutputs = [{ type: "image" }];
    expect(await ai.LanguageModel.availability({ expectedOutputs })).toBe("unavailable");
    await expect(ai.LanguageModel.create({ expectedOutputs })).rejects.toMatchObject({ name: "NotSupportedError" });
  });
});

describe("errors", () => {
  test("each has the name that the specification gives it, and the whole story as its cause", async () => {
    const { ai, person } = scene();
    const session = await ai.LanguageModel.create();
    for (const [code, satchelCode, name] of [
      [4001, "consent_denied", "NotAllowedError"],
      [4020, "budget_exceeded", "NotAllowedError"],
      [4300, "content_filtered", "NotReadableError"],
      [-32602, "unsupported_feature", "NotSupportedError"],
      [-32602, "context_too_long", "QuotaExceededError"],
      [4300, "provider_unavailable", "UnknownError"],
      [4900, "connection_lost", "UnknownError"],
    ] as const) {
      person.say = () => {
        throw aFault(code, { satchelCode });
      };
      await expect(session.prompt("x")).rejects.toMatchObject({ name, cause: { code, satchelCode } });
      await expect(read(session.promptStreaming("x"))).rejects.toMatchObject({ name });
    }
    person.say = () => aResult({ finishReason: "content_filter" });
    await expect(session.prompt("x")).rejects.toMatchObject({ name: "NotReadableError" });
  });
});
