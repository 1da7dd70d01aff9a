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

/** The activity over a backend that has what is said for each address. */
async function view(pages: Record<string, unknown>, days: number | null = null): Promise<void> {
  const resource = { data: [], error: null, reload: async () => undefined };
  const account = { ...resource, data: { activity_days: days } };
  const api = place.api({ "GET models": { data: [] }, ...pages });
  const props = { api, account, generations: resource, grants: resource, toast: () => undefined };
  render(<ActivityView {...(props as unknown as ViewProps)} />, place.host);
  await place.settled();
}

/** Presses a button that saves a file, and reads it. */
async function saved(name: string): Promise<string> {
  const files: Blob[] = [];
  vi.spyOn(URL, "createObjectURL").mockImplementation((file) => `blob:${files.push(file as Blob)}`);
  [...place.host.querySelectorAll("button")].find(({ textContent }) => textContent?.trim() === name)?.click();
  await expect.poll(() => files).toHaveLength(1);
  return (await files[0]?.text()) ?? "";
}

async function search(words: string): Promise<void> {
  const field = place.host.querySelector<HTMLInputElement>("input[type=search]");
  if (field === null) throw new Error("there is no field to search with");
  field.value = words;
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

const page = (data: readonly unknown[], cursor: string | null = null) => ({ data, next_cursor: cursor });
const FIRST = { "GET generations?limit=50": page(SHOWN, "c") };

test("B7: activity is searched in everything there is, and everything that was found is saved", async () => {
  const older = { ...SHOWN[1], id: "gen_0" };
  await view({
    ...FIRST,
    "GET generations?limit=50&q=key_rejected": page([SHOWN[1]], "d"),
    "GET generations?limit=50&q=key_rejected&cursor=d": page([older]),
    "GET generations?limit=200&q=key_rejected": page([SHOWN[1]], "e"),
    "GET generations?limit=200&q=key_rejected&cursor=e": page([older]),
  });
  await search("key_rejected");
  await expect.poll(() => place.host.querySelectorAll("tbody tr").length).toBe(1);
  const rows = place.host.querySelector("tbody")?.textContent ?? "";
  expect([rows.includes("quiz.example"), rows.includes("letters.example")]).toEqual([true, false]);
  const [names, line, next, end] = (await saved("CSV")).split("\r\n");
  expect(names).toMatch(/^id,started_at,site,app,requested_model,model,provider/);
  expect(line).toMatch(
    /^gen_2,2026-11-01T00:00:00Z,https:\/\/quiz.example,,a\/b,a\/b,holt,chat,failed,key_rejected,3,5,/,
  );
  expect([line?.includes("0.013262000"), next?.slice(0, 6), end]).toEqual([true, "gen_0,", ""]);
  vi.restoreAllMocks();
  expect(JSON.parse(await saved("JSON"))).toEqual([SHOWN[1], older]);
  await place.press("Older");
  expect(place.host.querySelectorAll("tbody tr")).toHaveLength(2);
});

test("B7: what matches nothing says so, and is not saved", async () => {
  await view({ ...FIRST, "GET generations?limit=50&q=nobody": page([]) });
  await search("nobody");
  await expect.poll(() => place.host.textContent).toContain("Nothing matches.");
  expect([...place.host.querySelectorAll("button")].map(({ textContent }) => textContent?.trim())).not.toContain("CSV");
  await search("");
  await expect.poll(() => place.host.textContent).toContain("letters.example");
});

async function keepFor(choice: string): Promise<void> {
  const select = place.host.querySelector<HTMLSelectElement>("select[aria-labelledby=kept-title]");
  if (select === null) throw new Error("there is no choice");
  select.value = choice;
  select.dispatchEvent(new Event("change", { bubbles: true }));
  await place.settled();
}

const kept = () => place.sent.filter((call) => call.startsWith("PATCH"));

test("B7: activity is kept for less time after a question only, which can be taken back", async () => {
  await view(FIRST, 90);
  await keepFor("7");
  expect([place.host.querySelector("dialog h2")?.textContent, kept()]).toEqual([
    "Forget what is older than 7 days?",
    [],
  ]);
  place.host.querySelector("dialog")?.close();
  await place.settled();
  expect(place.host.querySelector<HTMLSelectElement>("select[aria-labelledby=kept-title]")?.value).toBe("90");
  await keepFor("0");
  await place.press("Forget");
  expect([kept(), place.host.querySelector("dialog")]).toEqual([['PATCH account {"activity_days":0}'], null]);
});

test("B7: for more time it is kept at once", async () => {
  await view(FIRST, 7);
  await keepFor("null");
  expect([kept(), place.host.querySelector("dialog")]).toEqual([['PATCH account {"activity_days":null}'], null]);
});
