// @vitest-environment happy-dom
import { render } from "preact";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { OptionsSource } from "../../src/ui/options-source";
import { SectionActivity } from "../../src/ui/section-activity";
import { ActivityFilter } from "../../src/wire/activity-filter";
import type { Generation } from "../../src/wire/generation";
import type { GenerationPage } from "../../src/wire/generation-page";

const usage = { input_tokens: 1, output_tokens: 2, reasoning_tokens: 0, cached_tokens: 0, estimated: false };
const end = { status: "finished", reason: "stop", error_code: null, cost: { nusd: 0, known: true } } as const;
const times = { started_at: "2026-11-28T00:00:00Z", first_event_ms: 5, duration_ms: 9 };
const facts = { app: null, model: "lab:mine", requested_model: "lab:mine", provider: "custom" };
const EVERYTHING: Generation[] = Array.from({ length: 450 }, (_, at) => {
  const origin = at % 3 === 0 ? "https://quiz.example" : "https://letters.example";
  return { id: `gen_${at}`, origin, ...facts, ...end, ...times, usage };
});
const SOON = { timeout: 30_000 };

/** How a little backend answers; each test may change it. */
let answer: (limit: number, filter: ActivityFilter, cursor: string | null) => Promise<GenerationPage>;
let asked: [number, string][];
let files: Blob[];

async function answerAll(limit: number, filter: ActivityFilter, cursor: string | null): Promise<GenerationPage> {
  const found = EVERYTHING.filter((each) => ActivityFilter.matches(each, filter, ""));
  const from = Number(cursor ?? 0);
  const next = from + limit < found.length ? String(from + limit) : null;
  return { data: found.slice(from, from + limit), next_cursor: next };
}

beforeEach(() => {
  answer = answerAll;
  asked = [];
  files = [];
  vi.spyOn(URL, "createObjectURL").mockImplementation((file) => `blob:${files.push(file as Blob)}`);
  const source = {
    grants: async () => [],
    everyModel: async () => [],
    generationPage: (limit: number, filter: ActivityFilter, cursor: string | null) => {
      asked.push([limit, filter.search]);
      return answer(limit, filter, cursor);
    },
  } as unknown as OptionsSource;
  render(<SectionActivity source={source} item={null} />, document.body);
});
afterEach(() => {
  render(null, document.body);
  vi.restoreAllMocks();
});

const rows = () => expect.poll(() => document.querySelectorAll("tbody tr").length, SOON);
const text = () => expect.poll(() => document.body.textContent, SOON);

function press(name: string): void {
  const button = [...document.querySelectorAll("button")].find(({ textContent }) => textContent === name);
  if (button === undefined) throw new Error(`there is no ${name}`);
  button.click();
}

function search(words: string): void {
  const field = document.querySelector<HTMLInputElement>("input[type=search]");
  if (field === null) throw new Error("there is no field to search with");
  field.value = words;
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

it("B7: everything is searched, not only what is shown, and older pages keep the search", async () => {
  await rows().toBe(50);
  for (const typed of ["q", "qu", "quiz"]) search(typed);
  await expect.poll(() => asked.at(-1), SOON).toEqual([50, "quiz"]);
  await text().not.toContain("letters.example");
  for (const count of [100, 150]) {
    press("Older");
    await rows().toBe(count);
  }
  await expect
    .poll(() => [...document.querySelectorAll("button")].some((each) => each.textContent === "Older"))
    .toBe(false);
  expect(asked.map(([, words]) => words)).toEqual(["", "quiz", "quiz", "quiz"]);
});

it("B7: the file has everything that was looked for, over all pages, each once", async () => {
  await rows().toBe(50);
  press("CSV");
  await expect.poll(() => files.length, SOON).toBe(1);
  const lines = (await files[0]?.text())?.trimEnd().split("\r\n") ?? [];
  expect(lines.slice(1).map((each) => each.split(",")[0])).toEqual(EVERYTHING.map(({ id }) => id));
  press("JSON");
  await expect.poll(() => files.length, SOON).toBe(2);
  expect(JSON.parse((await files[1]?.text()) ?? "")).toEqual(EVERYTHING);
  expect(asked.slice(1).map(([limit]) => limit)).toEqual([200, 200, 200, 200, 200, 200]);
});

it("B7: a file says how far it is, and can be given up", async () => {
  await rows().toBe(50);
  let letGo = () => {};
  answer = async (limit, filter, cursor) => {
    if (cursor === "400") await new Promise<void>((resolve) => (letGo = resolve));
    return answerAll(limit, filter, cursor);
  };
  press("CSV");
  await text().toContain("400 lines so far");
  press("Cancel");
  letGo();
  await text().not.toContain("so far");
  press("JSON");
  await text().toContain("400 lines so far");
  letGo();
  await expect.poll(() => files.length, SOON).toBe(1);
  expect(files[0]?.type).toBe("application/json");
});

it("B7: what was gathered for a file outlives a failure, and it goes on there", async () => {
  await rows().toBe(50);
  answer = async (limit, filter, cursor) => {
    if (cursor === "200") throw new Error("Your Satchel does not answer");
    return answerAll(limit, filter, cursor);
  };
  press("CSV");
  await text().toContain("The file stopped after 200 lines, which are kept. Your Satchel does not answer");
  expect(files).toEqual([]);
  answer = answerAll;
  press("Try again");
  await expect.poll(() => files.length, SOON).toBe(1);
  expect((await files[0]?.text())?.match(/^gen_/gm)).toHaveLength(450);
});

it("B7: a page that has not all of its time makes no file", async () => {
  await rows().toBe(50);
  const failure = { code: "shown_here", message: "Only what this browser keeps is shown", places: {} };
  answer = async (...wanted) => ({ ...(await answerAll(...wanted)), failure });
  press("CSV");
  await text().toContain("Only what this browser keeps");
  expect(files).toEqual([]);
});

it("B7: what was found stays when a search fails, and the search can be tried again", async () => {
  await rows().toBe(50);
  answer = async () => {
    throw new Error("Your Satchel does not answer");
  };
  search("quiz");
  await text().toContain("Your Satchel does not answer");
  await rows().toBe(50);
  answer = answerAll;
  press("Try again");
  await text().not.toContain("letters.example");
});
