// @vitest-environment happy-dom
import { render } from "preact";
import { afterEach, expect, it } from "vitest";
import german from "../../public/_locales/de/messages.json";
import { KeyForm } from "../../src/ui/key-form";
import { language } from "../../src/ui/language";
import { TroubleScreen } from "../../src/ui/trouble-screen";
import type { Key } from "../../src/wire/key";

const key: Key = {
  ...{ id: "key_1", provider: "openai", label: null, base_url: "https://api.openai.com/v1", last4: "x9Qf" },
  ...{ created_at: "2026-11-29T00:00:00Z", same_as: null, check: { status: "accepted", message: null, models: 11 } },
};
const trouble = {
  ...{ id: "t", kind: "key", origin: "https://a.example", provider: "openai", label: null },
  ...{ code: "key_rejected" },
  message: "your key for OpenAI was refused",
};

afterEach(() => render(null, document.body));

it("a key that was just refused is not said to work until it has been checked again", async () => {
  const source = {
    trouble: async () => trouble,
    keys: async () => [key],
    providers: async () => [{ slug: "openai", name: "OpenAI", satchel: { key_page: null } }],
    checkKey: async () => key,
  };
  render(<TroubleScreen source={source as never} />, document.body);
  await expect.poll(() => document.body.textContent).toContain("OpenAI needs a key that works");
  expect(document.body.textContent).not.toContain("Works: 11 models");
  [...document.querySelectorAll("button")].find((one) => one.textContent === "Check")?.click();
  await expect.poll(() => document.body.textContent).toContain("Works: 11 models");
});

const OPENAI = {
  slug: "openai",
  name: "OpenAI",
  satchel: {
    ...{ base_url: "https://api.openai.com/v1", example_url: "", needs_key: true, local: false },
    ...{ key_page: null, billing_page: null },
  },
};
const ROUTER = {
  slug: "openrouter",
  name: "OpenRouter",
  satchel: { ...OPENAI.satchel, billing_page: "https://openrouter.ai/settings/credits" },
};

async function shown(more: object, kept: Key[]) {
  const decided: boolean[] = [];
  const source = {
    trouble: async () => ({ ...trouble, ...more }),
    keys: async () => kept,
    providers: async () => [ROUTER, OPENAI],
    addKey: async () => kept[kept.push(key) - 1],
    decide: async (isRight: boolean) => void decided.push(isRight),
    close: () => undefined,
  };
  render(<TroubleScreen source={source as never} />, document.body);
  await expect.poll(() => document.querySelector("h1")).not.toBeNull();
  const press = (name: string) =>
    [...document.querySelectorAll("button")].find(({ textContent }) => textContent === name)?.click();
  return { decided, press };
}

it("B4: a key that is missing is asked for with its provider chosen; once it is kept, the page's request is tried again", async () => {
  const { decided, press } = await shown({}, []);
  const select = document.querySelector<HTMLSelectElement>("#provider");
  expect([...(select?.options ?? [])].map(({ value }) => value)).toEqual(["openai"]);
  const secret = document.querySelector<HTMLInputElement>("#key-secret");
  if (secret === null) throw new Error("there is no field for the key");
  secret.value = "sk-of-the-tests";
  secret.dispatchEvent(new Event("input", { bubbles: true }));
  await expect.poll(() => secret.value).toBe("sk-of-the-tests");
  press("Save key");
  await expect.poll(() => document.body.textContent).toContain("…x9Qf");
  press("Try again");
  await expect.poll(() => decided).toEqual([true]);
});

it("B5: where money is missing the way to where the provider takes it is shown, and the key may be replaced; Cancel is a no", async () => {
  const { decided, press } = await shown({ kind: "credit", provider: "openrouter" }, [
    { ...key, provider: "openrouter" },
  ]);
  const link = document.querySelector<HTMLAnchorElement>("a.btn");
  expect([link?.href, link?.target, link?.rel]).toEqual([ROUTER.satchel.billing_page, "_blank", "noopener noreferrer"]);
  expect([...document.querySelectorAll("button")].map((one) => one.textContent)).toContain("Replace…");
  press("Cancel");
  await expect.poll(() => decided).toEqual([false]);
});

it("B5: where nobody knows where credit is added, the person is told what to do", async () => {
  await shown({ kind: "credit", label: "lab" }, [{ ...key, label: "lab" }]);
  expect(document.querySelector("a.btn")).toBeNull();
  expect(document.body.textContent).toContain("Add credit where you have your account at lab");
});

it("why a page waits is said in the language of the screen, the provider's own words as a quotation", async () => {
  await language.use(["de"], async () => german);
  try {
    await shown({}, [key]);
    expect(document.body.textContent).toContain(
      "Der Anbieter hat deinen Schlüssel abgelehnt. Im Wortlaut: „your key for OpenAI was refused“",
    );
  } finally {
    await language.use(["en"], async () => german);
  }
});

it("what the provider says of a new key is a quotation in another language than its own", async () => {
  await language.use(["de"], async () => german);
  try {
    const check = { status: "refused", message: "Incorrect API key", models: null };
    const source = { addKey: async () => ({ ...key, check }) };
    render(<KeyForm providers={[OPENAI]} source={source as never} onSaved={() => undefined} />, document.body);
    const secret = document.querySelector<HTMLInputElement>("#key-secret");
    if (secret === null) throw new Error("there is no field for the key");
    secret.value = "sk-of-the-tests";
    secret.dispatchEvent(new Event("input", { bubbles: true }));
    await expect.poll(() => secret.value).toBe("sk-of-the-tests");
    document.querySelector<HTMLButtonElement>("button.primary")?.click();
    const said = "Gespeichert, aber OpenAI hat ihn noch nicht angenommen. Im Wortlaut: „Incorrect API key“";
    await expect.poll(() => document.querySelector("[role=status]")?.textContent).toBe(said);
  } finally {
    await language.use(["en"], async () => german);
  }
});
