import {
  BudgetExceeded,
  ExtensionMissing,
  InvalidRequest,
  PermissionDenied,
  ProviderFailed,
  SatchelError,
} from "satchel";
import { expect, test } from "vitest";
import { announcement } from "../src/demo/announcement";
import { type DemoAction, type DemoState, INITIAL, isRunning, reduceDemo } from "../src/demo/demoState";
import { explainFault } from "../src/demo/explainFault";
import { highlight } from "../src/demo/highlight";

const ANSWER = {
  id: "gen_1",
  text: "Hello there",
  reasoning: "",
  toolCalls: [],
  images: [],
  finishReason: "stop" as const,
  model: "a/b",
  provider: "builtin",
  usage: { inputTokens: 3, outputTokens: 11, reasoningTokens: 0, cachedTokens: 0, estimated: false },
  cost: { usd: 0, known: true },
};

function after(...actions: DemoAction[]): DemoState {
  return actions.reduce(reduceDemo, INITIAL);
}

test("a run goes from waiting over writing to finished, and keeps its text", () => {
  const asked: DemoAction = { type: "asked", lesson: null };
  const first: DemoAction = { type: "wrote", text: "Hello", atMs: 1000 };
  expect(after(asked).run).toEqual({ is: "waiting" });
  expect(isRunning(after(asked, first).run)).toBe(true);
  const { run } = after(
    asked,
    first,
    { type: "wrote", text: " there", atMs: 1500 },
    { type: "finished", answer: ANSWER, atMs: 2000 },
  );
  expect(run).toEqual({
    is: "ended",
    text: "Hello there",
    ending: { is: "finished", answer: ANSWER, tokensPerSecond: 10 },
  });
  expect(isRunning(run)).toBe(false);
});

test("the count of tokens is renewed at most four times a second", () => {
  let state = after({ type: "asked", lesson: null });
  const seen = new Set<number>();
  for (let atMs = 1000; atMs < 2000; atMs += 10) {
    state = reduceDemo(state, { type: "wrote", text: "word", atMs });
    if (state.run.is === "writing") seen.add(state.run.tokens);
  }
  expect(seen.size).toBe(4);
});

test("speed is not guessed from a single token or from an answer that came at once", () => {
  const asked: DemoAction = { type: "asked", lesson: null };
  const finished: DemoAction = { type: "finished", answer: ANSWER, atMs: 1000 };
  expect(after(asked, finished).run).toMatchObject({ ending: { tokensPerSecond: null } });
  expect(after(asked, { type: "wrote", text: "x", atMs: 1000 }, finished).run).toMatchObject({
    ending: { tokensPerSecond: null },
  });
});

test("stopping and failing keep what was written", () => {
  const begun: DemoAction[] = [
    { type: "asked", lesson: "press-deny" },
    { type: "wrote", text: "He", atMs: 1 },
  ];
  expect(after(...begun, { type: "stopped", outputTokens: 1 }).run).toMatchObject({ is: "ended", text: "He" });
  const fault = explainFault(new BudgetExceeded(4020, "Over."));
  expect(after(...begun, { type: "failed", fault })).toMatchObject({
    lesson: "press-deny",
    run: { is: "ended", text: "He", ending: { is: "failed", fault: { code: 4020 } } },
  });
});

test("a screen reader hears the start and the end, not the tokens", () => {
  const heard = [
    after({ type: "asked", lesson: null }),
    after({ type: "asked", lesson: null }, { type: "wrote", text: "a", atMs: 1 }),
    after(
      { type: "asked", lesson: null },
      { type: "wrote", text: "a", atMs: 1 },
      { type: "wrote", text: "b", atMs: 2 },
    ),
    after({ type: "asked", lesson: null }, { type: "finished", answer: ANSWER, atMs: 3 }),
  ].map(({ run }) => announcement(run));
  expect(heard).toEqual(["Asked.", "The model is writing.", "The model is writing.", "Answer finished: 11 tokens."]);
});

const FAULTS: [Error, string, number | null, string | null][] = [
  [new PermissionDenied(4001, "x", { satchelCode: "consent_denied" }), "You said no.", 4001, "consent_denied"],
  [new PermissionDenied(4100, "x"), "This page may not ask.", 4100, null],
  [
    new PermissionDenied(4100, "x", { satchelCode: "model_not_granted" }),
    "You allowed this page another model.",
    4100,
    "model_not_granted",
  ],
  [
    new BudgetExceeded(4020, "x", { satchelCode: "budget_exceeded" }),
    "Your budget does not cover this request.",
    4020,
    "budget_exceeded",
  ],
  [new ExtensionMissing(2400), "No extension answered.", 4900, "extension_missing"],
  [
    new InvalidRequest(-32602, "No such model", { satchelCode: "unknown_model" }),
    "You have no such model.",
    -32602,
    "unknown_model",
  ],
  [new InvalidRequest(-32600, "x"), "The page must change its request.", -32600, null],
  [new ProviderFailed(4300, "x", { provider: "Groq", message: "overloaded" }), "Groq failed.", 4300, null],
  [new SatchelError(-32603, "x"), "Satchel broke.", -32603, null],
  [new TypeError("undefined is not a function"), "This page broke.", null, null],
];
test.each(FAULTS)("%s is put into words and keeps its codes", (error, title, code, satchelCode) => {
  expect(explainFault(error)).toMatchObject({ title, code, satchelCode });
});

test("only a page that is blocked is told that it is", () => {
  const remedy = (satchelCode: string) => explainFault(new PermissionDenied(4100, "why", { satchelCode })).remedy;
  expect(remedy("origin_blocked")).toContain("blocked");
  expect(remedy("model_not_granted")).toBe("why. Change that under Sites.");
  expect(remedy("opaque_origin")).toBe("why.");
});

test("the provider's own words are shown", () => {
  const fault = explainFault(new ProviderFailed(4300, "Provider failed", { provider: "Groq", message: "overloaded" }));
  expect(fault.remedy).toBe("overloaded.");
});

test("highlighting changes no character and finds the kinds of token", () => {
  const code = 'import { x } from "satchel"; // why\nconst y = await x.chat(`a b`, "http://c");\n';
  const tokens = highlight(code);
  expect(tokens.map(({ text }) => text).join("")).toBe(code);
  const found = Object.fromEntries(
    tokens.filter((token) => token.className).map((token) => [token.text, token.className]),
  );
  expect(found).toEqual({
    import: "tok-k",
    from: "tok-k",
    '"satchel"': "tok-s",
    "// why": "tok-c",
    const: "tok-k",
    await: "tok-k",
    chat: "tok-f",
    "`a b`": "tok-s",
    '"http://c"': "tok-s",
  });
});
