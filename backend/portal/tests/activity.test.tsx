// @vitest-environment happy-dom
import { render } from "preact";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ActivityView } from "../src/account/ActivityView";
import type { ViewProps } from "../src/account/ViewProps";
import { Place } from "./Place";

const USAGE = { input_tokens: 3, output_tokens: 5, reasoning_tokens: 0, cached_tokens: 0, estimated: false };
const ENDED = {
  requested_model: "a/b",
  model: "a/b",
  provider: "holt",
  usage: USAGE,
  first_event_ms: 1,
  duration_ms: 2,
};
const LETTERS = { id: "gen_1", origin: "https://letters.example", app: null, status: "finished", error_code: null };
const QUIZ = { id: "gen_2", origin: "https://quiz.example", app: null, status: "failed", error_code: "key_rejected" };
const SHOWN = [LETTERS, QUIZ].map((each) => ({
  ...ENDED,
  ...each,
  started_at: "2026-11-01T00:00:00Z",
  cost: { nusd: 13_262_000, known: true },
}));

let place: Place;

beforeEach(() => {
  place = new Place();
});
afterEach(() => {
  render(null, place.host);
  place.host.remove();
  vi.restoreAllMocks();
});

async function view(): Promise<void> {
  const generations = { data: { data: SHOWN, next_cursor: null }, error: null, reload: async () => undefined };
  const props = { api: place.api({ "GET models": { data: [] } }), generations, toast: () => undefined };
  render(<ActivityView {...(props as unknown as ViewProps)} />, place.host);
  await place.settled();
}

/** Presses a button that saves a file, and reads it. */
async function saved(name: string): Promise<string> {
  const files: Blob[] = [];
  vi.spyOn(URL, "createObjectURL").mockImplementation((file) => `blob:${files.push(file as Blob)}`);
  [...place.host.querySelectorAll("button")].find(({ textContent }) => textContent?.trim() === name)?.click();
  expect(files).toHaveLength(1);
  return (await files[0]?.text()) ?? "";
}

async function search(words: string): Promise<void> {
  const field = place.host.querySelector<HTMLInputElement>("input[type=search]");
  if (field === null) throw new Error("there is no field to search with");
  field.value = words;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  await place.settled();
}

test("B7: activity is searched, and saved as it is shown", async () => {
  await view();
  await search("key_rejected");
  const rows = place.host.querySelector("tbody")?.textContent ?? "";
  expect([rows.includes("quiz.example"), rows.includes("letters.example")]).toEqual([true, false]);
  const [names, line, end] = (await saved("CSV")).split("\r\n");
  expect(names).toMatch(/^id,started_at,site,app,requested_model,model,provider/);
  expect(line).toMatch(
    /^gen_2,2026-11-01T00:00:00Z,https:\/\/quiz.example,,a\/b,a\/b,holt,chat,failed,key_rejected,3,5,/,
  );
  expect([line?.includes("0.013262000"), end]).toEqual([true, ""]);
  vi.restoreAllMocks();
  expect(JSON.parse(await saved("JSON"))).toEqual([SHOWN[1]]);
});

test("B7: what matches nothing says so, and is not saved", async () => {
  await view();
  await search("nobody");
  expect(await place.settled()).toContain("Nothing matches.");
  expect([...place.host.querySelectorAll("button")].map(({ textContent }) => textContent?.trim())).not.toContain("CSV");
  await search("");
  expect(await place.settled()).toContain("letters.example");
});
