// @vitest-environment happy-dom
import { render } from "preact";
import { afterEach, expect, it } from "vitest";
import { ConsentScreen } from "../../src/ui/consent-screen";
import type { ConsentSource } from "../../src/ui/consent-source";
import type { ConsentDecision } from "../../src/wire/consent-decision";
import type { Model } from "../../src/wire/model";

const at = { provider: "custom", provider_name: "Custom server", key_label: "lab", local: false, available: true };
const priced = { input_usd_per_mtok: "3", output_usd_per_mtok: "15", as_of: "2026-11-23" };

function modelWith(price: Model["satchel"]["price"]): Model {
  const satchel = { ...at, reason: null, capabilities: ["chat"], price, preferred: true };
  return { id: "lab:mine", name: "mine", description: null, context_length: null, satchel };
}

const question = {
  id: "q",
  origin: "https://notes.example",
  embedder: null,
  reason: null,
  model: "lab:mine",
  inputBytes: 10,
  maxTokens: 10,
  requests: 1,
  tools: [],
};

async function asked(model: Model, more: object = {}) {
  const decisions: ConsentDecision[] = [];
  let favourites: ReadonlySet<string> = new Set();
  const source = {
    question: async () => ({ question: { ...question, ...more }, others: 0 }),
    account: async () => ({ preferred_model: model.id }),
    models: async () => [model],
    favourites: async () => favourites,
    setFavourites: async (ids: ReadonlySet<string>) => {
      favourites = ids;
    },
    decide: async (decision: ConsentDecision) => void decisions.push(decision),
    watch: () => () => undefined,
    close: () => undefined,
  } as unknown as ConsentSource;
  render(<ConsentScreen source={source} />, document.body);
  const button = (name: string) =>
    [...document.querySelectorAll("button")].find(({ textContent }) => textContent === name);
  await expect.poll(() => button("Allow once")?.getAttribute("aria-disabled"), { timeout: 30_000 }).toBe("false");
  return { decisions, button };
}

afterEach(() => render(null, document.body));

it("“always” is not offered for a model without a known price: the backend would refuse its budget", async () => {
  const { decisions, button } = await asked(modelWith(null));
  expect(document.body.textContent).toContain("Nobody knows this model's price");
  expect(button("Always allow")?.getAttribute("aria-disabled")).toBe("true");
  button("Always allow")?.click();
  expect(decisions).toEqual([]);
  button("Allow once")?.click();
  expect(decisions).toMatchObject([{ kind: "once", model: "lab:mine" }]);
});

it("“always” carries the smallest limits where the price is known", async () => {
  const { decisions, button } = await asked(modelWith(priced));
  button("Always allow")?.click();
  expect(decisions).toMatchObject([{ kind: "always", caveats: { budget: { cap_nusd: 500_000_000, period: "week" } } }]);
});

it("what the site itself asks for is said, and an “always” starts there and can be narrowed", async () => {
  const budget = { cap_nusd: 250_000_000, period: "day" };
  const wish = { models: null, budget, rate_per_minute: 20, expires_at: null, local_only: false };
  const { decisions, button } = await asked(modelWith(priced), { wish });
  expect(document.body.textContent).toContain("It asks for no more than: $0.25 a day · 20 requests a minute");
  const rate = document.querySelector<HTMLInputElement>("#limit-rate");
  expect(rate?.value).toBe("20");
  const type = async (text: string) => {
    if (rate === null) throw new Error("there is no field for the rate");
    rate.value = text;
    rate.dispatchEvent(new Event("input", { bubbles: true }));
    await new Promise((resolve) => setTimeout(resolve, 20));
  };
  await type("many");
  expect(button("Always allow")?.getAttribute("aria-disabled")).toBe("true");
  await type("5");
  button("Always allow")?.click();
  expect(decisions).toMatchObject([{ kind: "always", caveats: { budget, rate_per_minute: 5, local_only: false } }]);
});

it("Alt+F marks a favourite in its picker, as it does everywhere", async () => {
  await asked(modelWith(priced));
  document.querySelector<HTMLButtonElement>(".pickbtn")?.click();
  await expect.poll(() => document.querySelector("input[role=combobox]"), { timeout: 30_000 }).not.toBeNull();
  const isMarked = () => document.querySelector("#models .grp")?.textContent;
  const before = isMarked();
  const key = new KeyboardEvent("keydown", { key: "f", altKey: true, bubbles: true });
  document.querySelector("input[role=combobox]")?.dispatchEvent(key);
  await expect.poll(isMarked, { timeout: 30_000 }).toContain("Favourites");
  expect(before).not.toContain("Favourites");
});
