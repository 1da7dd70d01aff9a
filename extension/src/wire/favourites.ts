import { browser } from "wxt/browser";

const KEY = "favourites";

/** The models a person marked, in `storage.local` of this browser. */
export const favourites = {
  async read(): Promise<ReadonlySet<string>> {
    const stored: unknown = (await browser.storage.local.get(KEY))[KEY];
    return new Set(Array.isArray(stored) ? stored.filter((item) => typeof item === "string") : []);
  },
  async write(ids: ReadonlySet<string>): Promise<void> {
    await browser.storage.local.set({ [KEY]: [...ids] });
  },
};
