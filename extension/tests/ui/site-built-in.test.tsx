// @vitest-environment happy-dom
import { render } from "preact";
import { afterEach, beforeEach, expect, it } from "vitest";
import { fakeBrowser } from "wxt/testing/fake-browser";
import german from "../../public/_locales/de/messages.json";
import { language } from "../../src/ui/language";
import type { OptionsSource } from "../../src/ui/options-source";
import { SectionSettings } from "../../src/ui/section-settings";
import { SectionSites } from "../../src/ui/section-sites";
import type { Grant } from "../../src/wire/grant";
import { preferences } from "../../src/wire/preferences";
import { siteBuiltIn } from "../../src/wire/site-built-in";

const SITE = "https://notes.example";
const caveats = { models: null, budget: null, rate_per_minute: null, expires_at: null };
const grant: Grant = {
  id: "grant_1",
  origin: SITE,
  embedder: null,
  state: "allowed",
  created_at: "2026-11-28T00:00:00Z",
  last_used_at: null,
  caveats,
};
let mayAsk = true;
const source = {
  grants: async () => [grant],
  everyModel: async () => [],
  snapshot: async () => ({ paused: false, backend: "http://127.0.0.1:8787", account: null }),
  preferences: preferences.read,
  localServers: async () => ({ isOn: false, own: null, servers: [] }),
  maySeeLocal: async () => false,
  browserModel: async () => "unavailable",
  siteBuiltIn: siteBuiltIn.read,
  setSiteBuiltIn: async (...choice: Parameters<OptionsSource["setSiteBuiltIn"]>) => {
    if (!mayAsk) throw new Error("The browser has not allowed it.");
    await siteBuiltIn.write(...choice);
  },
} as unknown as OptionsSource;

beforeEach(() => fakeBrowser.reset());
afterEach(async () => {
  mayAsk = true;
  render(null, document.body);
  await language.use(["en"], async () => german);
});

const field = () => document.querySelector<HTMLSelectElement>("#site-built-in");
const shown = () => expect.poll(field, { timeout: 30_000 });

async function choose(value: string): Promise<void> {
  const select = field() as HTMLSelectElement;
  select.value = value;
  select.dispatchEvent(new Event("change", { bubbles: true }));
}

it("a site's own choice is kept at once, and goes with 'as in general'", async () => {
  render(<SectionSites source={source} item="grant_1" />, document.body);
  await shown().not.toBeNull();
  expect([field()?.value, field()?.textContent]).toEqual([
    "general",
    "As in general (Where the browser has none)Your modelThe browser’s own",
  ]);
  await choose("mine");
  await expect.poll(siteBuiltIn.read, { timeout: 30_000 }).toEqual({ [SITE]: "mine" });
  await choose("browser");
  await expect.poll(siteBuiltIn.read, { timeout: 30_000 }).toEqual({ [SITE]: "browser" });
  await choose("general");
  await expect.poll(siteBuiltIn.read, { timeout: 30_000 }).toEqual({});
});

it("where the browser does not allow it the choice stays as it was, and the screen says why", async () => {
  mayAsk = false;
  render(<SectionSites source={source} item="grant_1" />, document.body);
  await shown().not.toBeNull();
  await choose("mine");
  await expect.poll(() => document.body.textContent, { timeout: 30_000 }).toContain("The browser has not allowed it.");
  expect(document.body.textContent).not.toContain("Try again"); // that would load the list, and not do it
  expect(await siteBuiltIn.read()).toEqual({});
  await expect.poll(() => field()?.value, { timeout: 30_000 }).toBe("general");
});

it("the settings name every site with a choice of its own, also without a consent, and take it back", async () => {
  await language.use(["de"], async () => german);
  await siteBuiltIn.write("https://gone.example", "browser");
  await siteBuiltIn.write(SITE, "mine");
  render(<SectionSettings source={source} onChange={() => undefined} />, document.body);
  const lines = () =>
    [...document.querySelectorAll("[aria-labelledby=built-in-sites] li")].map(({ textContent }) => textContent);
  await expect
    .poll(lines, { timeout: 30_000 })
    .toEqual([
      "https://gone.example · Das des BrowsersWie allgemein",
      "https://notes.example · Dein ModellWie allgemein",
    ]);
  document.querySelector<HTMLButtonElement>('[aria-label="https://gone.example: wie allgemein"]')?.click();
  await expect.poll(siteBuiltIn.read, { timeout: 30_000 }).toEqual({ [SITE]: "mine" });
  await expect.poll(lines, { timeout: 30_000 }).toHaveLength(1);
});
