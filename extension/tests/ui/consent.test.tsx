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

async function asked(model: Model) {
  const decisions: ConsentDecision[] = [];
  const source = {
    question: async () => ({ question, others: 0 }),
    account: async () => ({ preferred_model: model.id }),
    models: async () => [model],
    favourites: async () => new Set<string>(),
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
