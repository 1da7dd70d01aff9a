// @vitest-environment happy-dom
import { render } from "preact";
import { afterEach, expect, it } from "vitest";
import { ConsentScreen } from "../../src/ui/consent-screen";
import type { ConsentSource } from "../../src/ui/consent-source";
import type { ConsentDecision } from "../../src/wire/consent-decision";
import type { Model } from "../../src/wire/model";
import type { RequestViews } from "../../src/wire/request-views";

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
  readable: true,
  requests: 1,
  tools: [],
};

const MORE = { max_tokens: null, capabilities: null, no_tools: false };
const NO_VIEWS: RequestViews = { requests: [], leftOut: 0 };

async function asked(model: Model, more: object = {}, views = NO_VIEWS, models = [model], ready = "Allow once") {
  const decisions: ConsentDecision[] = [];
  let favourites: ReadonlySet<string> = new Set();
  const source = {
    question: async () => ({ question: { ...question, ...more }, others: 0 }),
    asked: async () => views,
    account: async () => ({ preferred_model: model.id }),
    models: async () => models,
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
  await expect.poll(() => button(ready)?.getAttribute("aria-disabled"), { timeout: 30_000 }).toBe("false");
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
  const wish = { models: null, budget, rate_per_minute: 20, expires_at: null, local_only: false, ...MORE };
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

it("B1: only models that the site itself does not exclude can be chosen", async () => {
  const local = { ...modelWith(priced), id: "lab:near", name: "near" };
  local.satchel = { ...local.satchel, local: true };
  const wish = { models: null, budget: null, rate_per_minute: null, expires_at: null, local_only: true, ...MORE };
  const { decisions, button } = await asked(modelWith(priced), { wish }, NO_VIEWS, [modelWith(priced), local]);
  document.querySelector<HTMLButtonElement>(".pickbtn")?.click();
  await expect.poll(() => document.querySelectorAll("[role=option]").length, { timeout: 30_000 }).toBe(1);
  document.querySelector<HTMLElement>("[role=option]")?.click();
  await expect.poll(() => button("Allow once"), { timeout: 30_000 }).toBeDefined();
  await expect.poll(() => button("Allow once")?.getAttribute("aria-disabled"), { timeout: 30_000 }).toBe("false");
  button("Allow once")?.click();
  expect(decisions).toMatchObject([{ kind: "once", model: "lab:near" }]);
});

it("B1: nothing can be allowed where the site wants none of the models, or a budget that nobody can keep", async () => {
  const wish = {
    models: ["no/such"],
    budget: null,
    rate_per_minute: null,
    expires_at: null,
    local_only: false,
    ...MORE,
  };
  const none = await asked(modelWith(priced), { wish }, NO_VIEWS, undefined, "Deny");
  expect(document.body.textContent).toContain("You have none of the models that the site limits itself to");
  expect(none.button("Allow once")?.getAttribute("aria-disabled")).toBe("true");
  render(null, document.body);
  const budget = { cap_nusd: 1, period: "day" };
  const unknown = await asked(
    modelWith(null),
    { wish: { ...wish, models: null, budget } },
    NO_VIEWS,
    undefined,
    "Deny",
  );
  expect(document.body.textContent).toContain("cannot be held to the budget that it asks for");
  for (const name of ["Allow once", "Always allow"]) unknown.button(name)?.click();
  expect(unknown.decisions).toEqual([]);
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

const said = (text: string, leftOut = 0) => ({ kind: "text" as const, text, leftOut });
const elsewhere = { kind: "image" as const, name: "https://tracker.example/p.png", bytes: null, picture: null };
const inline = { kind: "image" as const, name: null, bytes: 1_200_000, picture: "data:image/png;base64,AAAA" };
const letter = {
  first: [
    { role: "system", parts: [said("Be brief.", 1_200)], leftOut: 0 },
    { role: "user", parts: [said("<b>Hello</b>"), elsewhere, inline], leftOut: 2 },
    { role: "jester", parts: [said("Ha")], leftOut: 0 },
  ],
  leftOut: 7,
  last: [],
  settings: [{ name: "temperature", words: said("0.5") }],
};

async function lookedAt(views: RequestViews) {
  const shown = await asked(modelWith(priced), { requests: 3 }, views);
  shown.button("View request")?.click();
  await expect.poll(() => document.querySelector(".turn"), { timeout: 30_000 }).not.toBeNull();
  return shown;
}

it("B1: shows the request as plain text, and says how much of it is not shown", async () => {
  await lookedAt({ requests: [letter, letter], leftOut: 1 });
  expect(document.querySelector("main b")?.textContent).toBe("notes.example");
  const text = document.body.textContent ?? "";
  const texts = ["Request 1 of 2", "… and 1,200 more characters", "<b>Hello</b>", "1.2 MB", "“jester”"];
  const counts = ["3 requests wait", "7 more messages in between", "… and 2 more parts", "1 more request is not shown"];
  expect([...texts, ...counts, "temperature0.5"].filter((part) => !text.includes(part))).toEqual([]);
  expect([...document.querySelectorAll("img")].map(({ src }) => src)).toEqual([inline.picture, inline.picture]);
});

it("B1: the request takes the keyboard, and Esc leads back to the question without a no", async () => {
  const { button, decisions } = await lookedAt({ requests: [letter], leftOut: 0 });
  expect(document.activeElement).toBe(document.querySelector("main"));
  expect(button("Allow once")).toBeUndefined();
  window.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape" }));
  await expect.poll(() => button("Deny"), { timeout: 30_000 }).toBeDefined();
  expect(decisions).toEqual([]);
});

it("B1: nothing can be opened where nothing is said yet", async () => {
  const { button } = await asked(modelWith(priced), { readable: false });
  expect(button("View request")).toBeUndefined();
});

it("says that a question is answered already, and does not wait for ever", async () => {
  const source = { question: async () => null, watch: () => () => undefined } as unknown as ConsentSource;
  render(<ConsentScreen source={source} />, document.body);
  await expect
    .poll(() => document.querySelector("h1")?.textContent, { timeout: 30_000 })
    .toBe("This question is answered.");
});

it("the picker looks by price and by what happens to the words, as the list of all models does", async () => {
  await asked(modelWith(priced));
  document.querySelector<HTMLButtonElement>(".pickbtn")?.click();
  const options = () => document.querySelectorAll("[role=option]").length;
  await expect.poll(options, { timeout: 30_000 }).toBe(1);
  const choose = async (name: string, value: string) => {
    const select = document.querySelector<HTMLSelectElement>(`select[name=${name}]`);
    if (select === null) throw new Error(`there is no ${name}`);
    select.value = value;
    select.dispatchEvent(new Event("change", { bubbles: true }));
  };
  await choose("price", "10");
  await expect.poll(options, { timeout: 30_000 }).toBe(0);
  expect(document.body.textContent).toContain("No model has all of these.");
  await choose("price", "any");
  await expect.poll(options, { timeout: 30_000 }).toBe(1);
  await choose("privacy", "here");
  await expect.poll(options, { timeout: 30_000 }).toBe(0);
});

const run = { key: "r", origin: "https://other.example", embedder: null, model: "lab:mine", startedAt: 0 };

/** A window that counts what it asks for; `live` tells it that something changed, with a run that has got so far. */
function counted(more: Partial<Record<keyof ConsentSource, unknown>> = {}) {
  const counts = { question: 0, account: 0, models: 0 };
  const decisions: ConsentDecision[] = [];
  let hear: Parameters<ConsentSource["watch"]>[0] = () => undefined;
  const source = {
    question: async () => {
      counts.question += 1;
      return { question, others: 0 };
    },
    account: async () => {
      counts.account += 1;
      return { preferred_model: "lab:mine" };
    },
    models: async () => {
      counts.models += 1;
      return [modelWith(priced)];
    },
    favourites: async () => new Set(),
    decide: async (decision: ConsentDecision) => void decisions.push(decision),
    watch: (listener: typeof hear) => {
      hear = listener;
      return () => undefined;
    },
    close: () => undefined,
    ...more,
  } as unknown as ConsentSource;
  render(<ConsentScreen source={source} />, document.body);
  const button = (name: string) =>
    [...document.querySelectorAll("button")].find(({ textContent }) => textContent === name);
  const tell = async (pieces: number) => {
    hear([{ ...run, pieces, state: "writing" }]);
    await new Promise((resolve) => setTimeout(resolve, 20));
  };
  return { counts, decisions, button, tell };
}

it("while another run streams only the question is looked at again; the models when something else changed, or the person comes back", async () => {
  const { counts, tell } = counted();
  await expect.poll(() => document.querySelector(".pickbtn"), { timeout: 30_000 }).not.toBeNull();
  await tell(1);
  const before = { ...counts };
  for (let pieces = 2; pieces <= 12; pieces += 1) await tell(pieces);
  expect(counts.question - before.question).toBe(11);
  expect([counts.account, counts.models]).toEqual([before.account, before.models]);
  await tell(12);
  await expect.poll(() => counts.models - before.models).toBe(1);
  window.dispatchEvent(new Event("focus"));
  await expect.poll(() => counts.models - before.models).toBe(2);
});

it("whatever could not be loaded, the window says so, tries again on a press, and Deny works meanwhile", async () => {
  let isAway = true;
  const models = async () => {
    if (isAway) throw new Error("Your Satchel did not answer in time");
    return [modelWith(priced)];
  };
  const { decisions, button } = counted({ models });
  const says = () => document.body.textContent;
  await expect.poll(says, { timeout: 30_000 }).toContain("did not answer in time");
  expect(says()).toContain("notes.example");
  expect(document.activeElement).toBe(button("Deny"));
  await expect.poll(() => button("Deny")?.getAttribute("aria-disabled"), { timeout: 30_000 }).toBe("false");
  expect(button("Allow once")?.getAttribute("aria-disabled")).toBe("true");
  button("Deny")?.click();
  await expect.poll(() => decisions).toEqual([{ kind: "deny" }]);
  isAway = false;
  button("Try again")?.click();
  await expect.poll(() => document.querySelector(".pickbtn")?.textContent, { timeout: 30_000 }).toContain("mine");
});

it("a question that could not be read can be denied and asked for again", async () => {
  const { decisions, button } = counted({
    question: async () => {
      throw new Error("The extension was updated");
    },
  });
  await expect.poll(() => button("Try again"), { timeout: 30_000 }).toBeDefined();
  await expect.poll(() => button("Deny")?.getAttribute("aria-disabled"), { timeout: 30_000 }).toBe("false");
  button("Deny")?.click();
  await expect.poll(() => decisions).toEqual([{ kind: "deny" }]);
});
