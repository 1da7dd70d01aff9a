import { expect, it } from "vitest";
import { ActivityFile } from "../../src/ui/activity-file";
import { costOf } from "../../src/ui/cost-of";
import { WindowAiHistory } from "../../src/ui/window-ai-history";
import { ActivityFilter } from "../../src/wire/activity-filter";

const origin = { id: "https://chat.example/a", domain: "https://chat.example", path: "/a", title: "Chat" };
const messages = [
  { role: "system", content: "Be brief." },
  { role: "user", content: "Why is the sky blue?" },
];
const whole = {
  ...{ id: "1", timestamp: 1_690_000_000_000, origin, model: "openai/gpt-4", routedModel: "openai/gpt-4-32k" },
  ...{
    input: { messages },
    numOutputs: 2,
    outputs: [{ message: { role: "assistant", content: "Rayleigh." } }, { text: "=1" }],
  },
};

it("F4: a question of the original becomes activity, with what was said and without a cost", () => {
  const [generation] = WindowAiHistory.read([whole]);
  expect(generation).toMatchObject({
    ...{ id: "windowai_1", origin: "https://chat.example", provider: "Window AI", status: "finished" },
    ...{ model: "openai/gpt-4-32k", requested_model: "openai/gpt-4", started_at: "2023-07-22T04:26:40.000Z" },
    said: { asked: "system: Be brief.\nuser: Why is the sky blue?", answered: "Rayleigh.\n\n=1" },
  });
  expect(generation && costOf(generation)).toBe("–");
});

it("F4: what early versions left out, and what was never answered or failed, comes over too", () => {
  const early = { id: "2", timestamp: 1, model: "openai/gpt-4", input: { prompt: "Hi" }, outputs: [{ text: "Ho" }] };
  const failed = {
    id: "3",
    timestamp: 2,
    origin,
    input: { prompt: "Hi" },
    error: "MODEL_REJECTED_REQUEST: 429: Axios",
  };
  const media = {
    id: "4",
    timestamp: 3,
    origin,
    input: { prompt: "A cat" },
    outputs: [{ uri: "", url: "https://cdn.example/cat.ply" }],
  };
  const [first, second, third] = WindowAiHistory.read([early, failed, media]);
  expect(first).toMatchObject({ origin: null, model: "openai/gpt-4", said: { asked: "Hi", answered: "Ho" } });
  expect(second).toMatchObject({ status: "failed", error_code: "MODEL_REJECTED_REQUEST", said: { answered: null } });
  expect(third?.said?.answered).toBe("https://cdn.example/cat.ply");
});

it.each([{}, { id: 1, timestamp: 1 }, { id: "x", timestamp: "never" }, { id: "x", timestamp: 1e30 }])(
  "%j is no question of it",
  (one) => {
    expect(WindowAiHistory.read([one])).toEqual([]);
  },
);

it("a page that was none of the web's is none", () => {
  const strange = { ...whole, origin: { domain: "javascript:alert(1)" } };
  expect(WindowAiHistory.read([strange])[0]?.origin).toBeNull();
});

it("B7: it is found by its words, and both files have them", () => {
  const [generation] = WindowAiHistory.read([whole]);
  if (generation === undefined) throw new Error("nothing was read");
  const find = (search: string) => ActivityFilter.matches(generation, { ...ActivityFilter.NONE, search }, "");
  expect([find("rayleigh sky"), find("window ai"), find("mars")]).toEqual([true, true, false]);
  expect(ActivityFile.CSV.lines([generation], true)).toContain('"Rayleigh.\n\n=1"');
});
