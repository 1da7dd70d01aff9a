import { readFileSync } from "node:fs";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import * as original from "window.ai";
import * as ours from "../src/legacy/index.js";

const host = globalThis as unknown as { window?: unknown };
beforeEach(() => {
  host.window = {};
});
afterEach(() => {
  host.window = undefined;
  vi.useRealTimers();
});

// Looked up by name below, which a namespace object is not for.
const [THEIRS, OURS] = [{ ...original }, { ...ours }];
const RUNTIME = Object.keys(original).sort();

function exportedTypes(file: string): string[] {
  const source = readFileSync(new URL(file, import.meta.url), "utf8");
  return source
    .split("\n")
    .filter((line) => !line.startsWith("import"))
    .join("\n")
    .matchAll(/export (?:type )?\{([^}]*)\}/g)
    .flatMap(([line, names = ""]) =>
      names
        .split(",")
        .map(
          (name) =>
            [line.startsWith("export type") || /^\s*type /.test(name), name.replace(/\btype /, "").trim()] as const,
        ),
    )
    .filter(([, name]) => name)
    .map(([isType, name]) => (isType ? `type ${name}` : name))
    .toArray();
}

test("A1: the 18 runtime exports are there, and no other", () => {
  expect(RUNTIME).toHaveLength(18);
  expect(Object.keys(ours).sort()).toEqual(RUNTIME);
});

test("A1: the 18 types are there", () => {
  const declared = exportedTypes("../node_modules/window.ai/dist/index.d.ts");
  const types = [...declared.filter((name) => !RUNTIME.includes(name)), "ModelID"].sort();
  expect(types).toHaveLength(18);
  const names = exportedTypes("../src/legacy/index.ts").map((name) => name.replace("type ", ""));
  expect(names).toEqual(expect.arrayContaining(types));
});

test("A1: every constant has the original's value, in the original's order", () => {
  for (const name of ["ErrorCode", "EventType", "MediaExtension", "ModelID"] as const) {
    expect(Object.entries(OURS[name])).toEqual(Object.entries(THEIRS[name]));
  }
  expect(ours.VALID_DOMAIN).toBe(original.VALID_DOMAIN);
});

const IDS = [
  ...Object.values(original.ModelID),
  "openai/gpt3.5",
  "openai/gpt4",
  "together/gpt-neoxt-20B",
  "cohere/xlarge",
  "local",
  "",
];
test.each(IDS)("parseModelID(%j) is the original's", (id) => {
  expect(ours.parseModelID(id)).toBe(original.parseModelID(id));
});

test("parseModelID knows own keys only", () => {
  expect(typeof original.parseModelID("toString")).toBe("function");
  expect(ours.parseModelID("toString")).toBeUndefined();
});

const VALUES: object[] = [
  {},
  { prompt: "p" },
  { messages: [] },
  { prompt: "p", messages: [] },
  { text: "t" },
  { message: {} },
  { uri: "u" },
  { uri: "u", url: "" },
  { uri: "u", url: "https://a.example" },
  { temperature: undefined },
  { maxTokens: 1 },
  { stopSequences: [] },
  { onStreamResult: () => 0 },
  { model: "m" },
];
const GUARDS = [
  "isPromptInput",
  "isMessagesInput",
  "isTextOutput",
  "isMessageOutput",
  "isMediaOutput",
  "isMediaHosted",
  "isCompletionOptions",
] as const;
test.each(GUARDS)("%s judges as the original does", (name) => {
  const judge = (guard: unknown) => VALUES.map((value) => (guard as (value: object) => boolean)(value));
  expect(judge(OURS[name])).toEqual(judge(THEIRS[name]));
  expect(judge(OURS[name])).toContain(true);
});

test("isKnownError and isMediaExtension judge as the original does", () => {
  for (const text of [
    ...Object.values(original.ErrorCode),
    "MODEL_REJECTED_REQUEST: 429",
    "NotAuthenticated",
    "ply",
    "PLY",
    "",
  ]) {
    expect(ours.isKnownError(text)).toBe(original.isKnownError(text));
    expect(ours.isMediaExtension(text)).toBe(original.isMediaExtension(text));
  }
});

test("A2: hasWindowAI looks for generateText, and is false where there is no window", () => {
  for (const ai of [undefined, {}, { generateText: 1 }, { generateText() {} }]) {
    host.window = { ai };
    expect(ours.hasWindowAI()).toBe(original.hasWindowAI());
  }
  host.window = undefined;
  expect(() => original.hasWindowAI()).toThrow(TypeError);
  expect(ours.hasWindowAI()).toBe(false);
});

async function waitedMs(wait: () => Promise<unknown>): Promise<[number, unknown]> {
  vi.useFakeTimers();
  const startedAt = Date.now();
  let outcome: unknown = "waiting";
  const done = wait().then(
    (value) => {
      outcome = value;
    },
    (fault: unknown) => {
      outcome = fault;
    },
  );
  while (outcome === "waiting" && Date.now() - startedAt < 10_000) await vi.advanceTimersByTimeAsync(10);
  await Promise.race([done, Promise.resolve()]);
  const took = Date.now() - startedAt;
  vi.useRealTimers();
  return [took, outcome];
}

test("A2: waitForWindowAI gives up where the original does, with its words", async () => {
  const theirs = await waitedMs(() => original.waitForWindowAI());
  expect(await waitedMs(() => ours.waitForWindowAI())).toEqual(theirs);
  expect(theirs).toEqual([2500, new Error("window.ai not found")]);
});

test("A2: waitForWindowAI merges its options: a timeout alone is enough", async () => {
  const never = await waitedMs(() =>
    original.waitForWindowAI({ timeout: 500 } as { interval: number; timeout: number }),
  );
  expect(never[1]).toBe("waiting");
  const [took, fault] = await waitedMs(() => ours.waitForWindowAI({ timeout: 500 }));
  expect(fault).toEqual(new Error("window.ai not found"));
  expect(took).toBeGreaterThanOrEqual(500);
  expect(took).toBeLessThanOrEqual(800);
});

test("A2: waitForWindowAI and getWindowAI resolve when the client comes, at once when it is there", async () => {
  const ai = { generateText() {} };
  setTimeout(() => {
    host.window = { ai };
  }, 20);
  expect(await ours.getWindowAI({ interval: 5 })).toBe(ai);
  expect(await ours.getWindowAI()).toBe(ai);
  expect(await ours.waitForWindowAI()).toBeUndefined();
});

test("getWindowAI throws when there is none, it never gives null", async () => {
  await expect(ours.getWindowAI({ interval: 5, timeout: 10 })).rejects.toEqual(new Error("window.ai not found"));
});
