// @vitest-environment happy-dom
import { render } from "preact";
import { afterEach, expect, it } from "vitest";
import type { OptionsSource } from "../../src/ui/options-source";
import { SectionActivity } from "../../src/ui/section-activity";
import type { Generation } from "../../src/wire/generation";
import { WorkerFault } from "../../src/wire/worker-fault";

const usage = { input_tokens: 1, output_tokens: 2, reasoning_tokens: 0, cached_tokens: 0, estimated: false };
const asked = {
  app: null,
  model: "lab:mine",
  requested_model: "lab:mine",
  provider: "custom",
  status: "finished",
} as const;
const took = {
  reason: "stop",
  error_code: null,
  started_at: "2026-11-28T00:00:00Z",
  first_event_ms: 5,
  duration_ms: 9,
};

function generation(id: string): Generation {
  const failed = ["key_rejected", "provider_timeout"].map((code) => ({
    ...{ provider: "acme", endpoint: `acme:${code}`, code, duration_ms: 1500 },
  }));
  const tried = { attempts: 3, failed_attempts: failed };
  return { id, origin: `https://${id}.example`, ...asked, ...took, ...tried, usage, cost: { nusd: 0, known: true } };
}

/** The activity over a little record that forgets as the backend does; the names of the calls in `heard`. */
async function activity() {
  let lines = [generation("one"), generation("two")];
  let isAway = false;
  const heard: string[] = [];
  const source = {
    grants: async () => [],
    everyModel: async () => [],
    generationPage: async () => ({ data: lines, next_cursor: null, ...(isAway ? { failure: SHOWN_HERE } : {}) }),
    forgetGeneration: async (id: string) => {
      heard.push(id);
      lines = lines.filter((line) => line.id !== id);
    },
    forgetGenerations: async (origin: string | null) => {
      heard.push(`all of ${origin}`);
      lines = [];
      if (isAway) throw new WorkerFault("Your Satchel does not answer", { code: "forgotten_here" });
    },
  } as unknown as OptionsSource;
  render(<SectionActivity source={source} item="one" />, document.body);
  const press = (name: string) =>
    [...document.querySelectorAll("button")].find(({ textContent }) => textContent === name)?.click();
  const rows = () => document.querySelectorAll("tbody tr").length;
  await expect.poll(rows, { timeout: 30_000 }).toBe(2);
  await expect.poll(() => document.querySelector("#generation"), { timeout: 30_000 }).not.toBeNull();
  const leave = () => {
    isAway = true;
  };
  return { heard, press, rows, leave };
}

const SHOWN_HERE = { code: "shown_here", message: "Only what this browser keeps is shown", places: {} };
const asks = () => expect.poll(() => document.querySelector("dialog"), { timeout: 30_000 });

afterEach(() => render(null, document.body));

it("one line is forgotten after a question, and the list is read again", async () => {
  const { heard, press, rows } = await activity();
  expect(document.body.textContent).toContain("Endpoints tried3");
  const lines = [...document.querySelectorAll("dd li")].map(({ textContent }) => textContent);
  expect(lines).toHaveLength(2);
  expect(lines[0]).toMatch(/^acme acme:key_rejected.*key_rejected · 1.5 s$/);
  expect(lines[1]).toMatch(/provider_timeout · 1.5 s$/);
  press("Forget this");
  await asks().not.toBeNull();
  expect(heard).toEqual([]);
  press("Forget");
  await expect.poll(rows, { timeout: 30_000 }).toBe(1);
  expect(heard).toEqual(["one"]);
  expect(document.querySelector("dialog")).toBeNull();
});

it("everything is forgotten after a question", async () => {
  const { heard, press, rows } = await activity();
  press("Forget…");
  await asks().not.toBeNull();
  press("Forget");
  await expect.poll(rows, { timeout: 30_000 }).toBe(0);
  expect(heard).toEqual(["all of null"]);
});

it("what is forgotten while the backend is away goes from the list at once, and what is missing is said", async () => {
  const { press, rows, leave } = await activity();
  leave();
  press("Forget…");
  await asks().not.toBeNull();
  press("Forget");
  await expect.poll(rows, { timeout: 30_000 }).toBe(0);
  await expect.poll(() => document.querySelector("dialog")?.textContent).toContain("Your Satchel does not answer");
  expect(document.body.textContent).toContain("Only what this browser keeps is shown");
});
