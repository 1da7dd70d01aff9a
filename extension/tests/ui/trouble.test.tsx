// @vitest-environment happy-dom
import { render } from "preact";
import { afterEach, expect, it } from "vitest";
import { TroubleScreen } from "../../src/ui/trouble-screen";
import type { Key } from "../../src/wire/key";

const key: Key = {
  ...{ id: "key_1", provider: "openai", label: null, base_url: "https://api.openai.com/v1", last4: "x9Qf" },
  ...{ created_at: "2026-11-29T00:00:00Z", same_as: null, check: { status: "accepted", message: null, models: 11 } },
};
const trouble = {
  ...{ id: "t", kind: "key", origin: "https://a.example", provider: "openai", label: null },
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
