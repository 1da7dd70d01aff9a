// @vitest-environment happy-dom
import { render } from "preact";
import { afterEach, expect, it } from "vitest";
import { ChooseScreen } from "../../src/ui/choose-screen";
import type { Model } from "../../src/wire/model";

const free = { input_usd_per_mtok: "0", output_usd_per_mtok: "0", as_of: "" };
const at = { provider: "lab", provider_name: "Lab", key_label: null, local: false, available: true, reason: null };

function model(id: string): Model {
  const satchel = { ...at, capabilities: ["chat"], price: free, preferred: false } as Model["satchel"];
  return { id, name: id, description: null, context_length: null, satchel };
}

function asked(models: readonly string[] | null, embedder: string | null = null) {
  const said: unknown[] = [];
  const choice = models && { id: "c", origin: "https://a.example", embedder, reason: "to sum up", models };
  const source = {
    choice: async () => choice,
    models: async () => ["one", "two", "secret"].map(model),
    favourites: async () => new Set<string>(),
    setFavourites: async () => undefined,
    choose: async (id: string) => {
      said.push(id);
      if (said.length === 1) throw new Error("Your Satchel does not answer");
    },
    refuse: async () => void said.push("no"),
    close: () => void said.push("closed"),
  };
  render(<ChooseScreen source={source} />, document.body);
  const text = () => document.body.textContent ?? "";
  const none = () =>
    [...document.querySelectorAll("button")].find(({ textContent }) => textContent === "Choose none") as HTMLElement;
  const armed = () => expect.poll(() => none().getAttribute("aria-disabled"), { timeout: 30_000 }).toBe("false");
  const options = () => [...document.querySelectorAll<HTMLElement>("[role=option]")];
  return { said, text, none, armed, options };
}

afterEach(() => render(null, document.body));

it("D3: offers what the site may use and no more, says who asks and why, and takes the choice again after a failure", async () => {
  const { said, text, armed, options } = asked(["one", "two"]);
  await expect.poll(() => options().length, { timeout: 30_000 }).toBe(2);
  expect(text()).toContain("to sum up");
  expect(text()).not.toContain("secret");
  options()[0]?.click();
  expect(said).toEqual([]); // not armed yet: a click that was meant for the page
  await armed();
  options()[0]?.click();
  await expect.poll(text, { timeout: 30_000 }).toContain("Your Satchel does not answer");
  options()[1]?.click();
  await expect.poll(() => said, { timeout: 30_000 }).toEqual(["one", "two", "closed"]);
});

it("D3: Esc, and the button, choose none; a frame is named inside its page", async () => {
  for (const leave of ["Escape", "button"]) {
    const { said, text, none, armed, options } = asked(["one"], "https://b.example");
    await expect.poll(() => options().length, { timeout: 30_000 }).toBe(1);
    expect(text()).toMatch(/a\.example.*inside.*b\.example/);
    await armed();
    if (leave === "button") none().click();
    else window.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape" }));
    await expect.poll(() => said, { timeout: 30_000 }).toEqual(["no", "closed"]);
    render(null, document.body);
  }
});

it("D3: says so when nothing is asked any more, or no model can answer", async () => {
  await expect.poll(asked(null).text, { timeout: 30_000 }).toContain("Nothing is asked any more");
  render(null, document.body);
  await expect.poll(asked([]).text, { timeout: 30_000 }).toContain("None of the models");
});
