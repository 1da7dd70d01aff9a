// @vitest-environment happy-dom
import { render } from "preact";
import { afterEach, expect, it } from "vitest";
import type { OptionsSource } from "../../src/ui/options-source";
import { SectionCompare } from "../../src/ui/section-compare";
import type { Model } from "../../src/wire/model";

const price = { input_usd_per_mtok: "0", output_usd_per_mtok: "0", as_of: "2026-11-23" };
const end = { usage: { inputTokens: 1, outputTokens: 2 }, cost: { usd: 0, known: true } } as never;

function model(id: string): Model {
  const at = { provider: "custom", provider_name: "Custom server", key_label: null, local: true, available: true };
  const satchel = { ...at, reason: null, capabilities: ["chat"], price, preferred: false };
  return { id, name: id, description: null, context_length: null, satchel };
}

/** The section over models whose answers end when the test says so, or when they are stopped. */
function stage(ids: readonly string[]) {
  const ends = new Map<string, () => void>();
  const source = {
    account: async () => ({ preferred_model: null }),
    models: async () => ids.map(model),
    favourites: async () => new Set<string>(),
    ask: (params: { model: string }, _: unknown, signal: AbortSignal) =>
      new Promise((resolve) => {
        ends.set(params.model, () => resolve(end));
        signal.addEventListener("abort", () => resolve(end));
      }),
  } as unknown as OptionsSource;
  render(<SectionCompare source={source} />, document.body);
  return { ends };
}

function button(name: string): HTMLButtonElement | undefined {
  return [...document.querySelectorAll("button")].find(
    (one) => (one.getAttribute("aria-label") ?? one.textContent?.trim()) === name,
  );
}

async function ask(prompt: string): Promise<void> {
  await expect.poll(() => document.querySelector("textarea")).not.toBeNull();
  const field = document.querySelector("textarea") as HTMLTextAreaElement;
  field.value = prompt;
  field.dispatchEvent(new InputEvent("input", { bubbles: true }));
  await expect.poll(() => button("Send")?.getAttribute("aria-disabled")).toBe("false");
  button("Send")?.click();
}

afterEach(() => render(null, document.body));

it("all can be stopped while one of them writes, and no longer than that", async () => {
  const { ends } = stage(["one", "two"]);
  await ask("Which?");
  await expect.poll(() => [button("Stop all") === undefined, ends.size]).toEqual([false, 2]);
  ends.get("one")?.();
  await expect.poll(() => document.body.textContent).toContain("Finished");
  expect(document.querySelector("dl.facts div:last-child dd")?.textContent).toBe("free");
  expect(button("Stop all")).toBeDefined();
  ends.get("two")?.();
  await expect.poll(() => button("Stop all")).toBeUndefined();
});

it("there is nothing to stop once the column that writes is gone", async () => {
  const { ends } = stage(["one", "two"]);
  await ask("Which?");
  await expect.poll(() => ends.size).toBe(2);
  ends.get("one")?.();
  button("Take two away")?.click();
  await expect.poll(() => button("Stop all")).toBeUndefined();
});

it("a model that is added after a stop answers, and is not stopped with those before it", async () => {
  const { ends } = stage(["one", "two", "three", "four"]);
  await ask("Which?");
  await expect.poll(() => button("Stop all")).toBeDefined();
  button("Stop all")?.click();
  await expect.poll(() => button("Stop all")).toBeUndefined();
  button("Model")?.click();
  await expect.poll(() => document.querySelectorAll("[role=option]").length).toBe(4);
  ends.clear();
  [...document.querySelectorAll<HTMLElement>("[role=option]")]
    .find((one) => one.textContent?.includes("four"))
    ?.click();
  await expect.poll(() => ends.has("four")).toBe(true);
  expect(button("Stop all")).toBeDefined();
  ends.get("four")?.();
  await expect.poll(() => document.body.textContent).toContain("Finished");
});
