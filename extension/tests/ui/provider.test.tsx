// @vitest-environment happy-dom
import { render } from "preact";
import { afterEach, expect, it } from "vitest";
import { ProviderScreen } from "../../src/ui/provider-screen";
import type { Model } from "../../src/wire/model";
import type { ProviderChange } from "../../src/wire/provider-change";

const free = { input_usd_per_mtok: "0", output_usd_per_mtok: "0", as_of: "" };

function model(id: string, more: Partial<Model["satchel"]>): Model {
  const at = { provider: "lab", provider_name: "Lab", key_label: null, local: false, available: true, reason: null };
  const satchel = { ...at, capabilities: ["chat"], price: free, preferred: false, ...more };
  return { id, name: id, description: null, context_length: null, satchel };
}

const MODELS = [
  model("far", { provider: "other", preferred: true }),
  model("near", { direct: true }),
  model("other-key", { key_label: "second" }),
  model("ill", { available: false }),
  model("draws", { capabilities: ["image_output"] }),
  model("good", {}),
];
const KEY = { id: "key_1", provider: "lab", name: "Lab", label: null, last4: "x9Qf" };

async function asked(change: Partial<ProviderChange> | null, models = MODELS) {
  const said: unknown[] = [];
  const whole = change && { id: "c", kind: "default", origin: "https://lab.example", keys: [KEY], ...change };
  const source = {
    change: async () => whole,
    models: async () => models,
    favourites: async () => new Set<string>(),
    setFavourites: async () => undefined,
    accept: async (id: string | null) => {
      said.push(["yes", id]);
      if (said.length === 1 && id === null) throw new Error("Your Satchel does not answer");
    },
    refuse: async () => void said.push("no"),
    close: () => void said.push("closed"),
  };
  render(<ProviderScreen source={source as never} />, document.body);
  const button = (name: string) =>
    [...document.querySelectorAll("button")].find(({ textContent }) => textContent === name);
  const armed = (name: string) =>
    expect.poll(() => button(name)?.getAttribute("aria-disabled"), { timeout: 30_000 }).toBe("false");
  return { said, button, armed };
}

afterEach(() => render(null, document.body));

it("A12: the models of this very key are offered, the first that can chat before the others; a press too early does nothing", async () => {
  const { said, button, armed } = await asked({});
  await expect.poll(() => button("Make it my default")).toBeDefined();
  button("Make it my default")?.click();
  expect(said).toEqual([]);
  await armed("Make it my default");
  expect(document.querySelector(".pickbtn")?.textContent).toContain("good");
  (document.querySelector(".pickbtn") as HTMLElement).click();
  await expect.poll(() => document.querySelectorAll("[role=option]").length).toBe(3);
  document.querySelector("input")?.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true }));
  await armed("Make it my default");
  button("Make it my default")?.click();
  await expect.poll(() => said).toEqual([["yes", "good"], "closed"]);
});

it("A12: the Satchel's own page offers all models, the present default first; none that can answer is said", async () => {
  const { armed } = await asked({ keys: null });
  await armed("Make it my default");
  expect(document.querySelector(".pickbtn")?.textContent).toContain("far");
  render(null, document.body);
  const none = await asked({}, []);
  await none.armed("Leave it as it is");
  expect(document.body.textContent).toContain("None of its models can answer now");
  expect(none.button("Make it my default")?.getAttribute("aria-disabled")).toBe("true");
});

it("A12: signing out names the keys that go; what could not be done is said and can be tried again; Esc is a no", async () => {
  const { said, button, armed } = await asked({ kind: "sign_out" });
  await armed("Forget the key");
  expect(document.body.textContent).toContain("…x9Qf");
  button("Forget the key")?.click();
  await expect.poll(() => document.body.textContent).toContain("Your Satchel does not answer");
  await armed("Forget the key");
  button("Forget the key")?.click();
  await expect.poll(() => said).toEqual([["yes", null], ["yes", null], "closed"]);
  window.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape" }));
  render(null, document.body);
  const other = await asked({ kind: "sign_out", keys: null });
  await other.armed("Disconnect");
  window.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape" }));
  await expect.poll(() => other.said).toEqual(["no", "closed"]);
});

it("A12: a question that is over says so", async () => {
  await asked(null);
  await expect.poll(() => document.body.textContent).toContain("Nothing is asked any more");
});
