import { browser } from "wxt/browser";
import { isRecord } from "./is-record";

const KEY = "builtInSites";

/** Whose built-in AI one site's pages get: `mine` from their first script on, or the `browser`'s own alone. */
export type BuiltInChoice = "mine" | "browser";

/** What the person chose for single sites, by origin; every other site gets what holds in general. */
export type SiteBuiltIn = Readonly<Record<string, BuiltInChoice>>;

/** Whether it is an origin that the browser can be told of, written as browsers write it. */
function isOrigin(text: string): boolean {
  return /^https?:/.test(text) && URL.canParse(text) && new URL(text).origin === text;
}

/** Reads what lies in the storage; whatever is no choice for a site counts as none. */
function parse(stored: unknown): SiteBuiltIn {
  const entries = Object.entries(isRecord(stored) ? stored : {});
  const known = entries.filter(([origin, choice]) => isOrigin(origin) && (choice === "mine" || choice === "browser"));
  return Object.fromEntries(known) as Record<string, BuiltInChoice>;
}

async function read(): Promise<SiteBuiltIn> {
  return parse((await browser.storage.local.get(KEY))[KEY]);
}

/** Choices for single sites, in `storage.local` of this browser. */
export const siteBuiltIn = {
  KEY,
  parse,
  read,
  /** Keeps a choice; null is none, so that what holds in general holds there again. */
  async write(origin: string, choice: BuiltInChoice | null): Promise<void> {
    const { [origin]: _, ...others } = await read();
    await browser.storage.local.set({ [KEY]: choice === null ? others : { ...others, [origin]: choice } });
  },
};
