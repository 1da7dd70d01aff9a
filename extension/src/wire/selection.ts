import { browser } from "wxt/browser";
import { isRecord } from "./is-record";

/** A text that the person marked on a page and wants to ask about. Kept in memory only. */
export interface Selection {
  text: string;
  origin: string | null;
}

const KEY = "selection";
const CHARACTERS_AT_MOST = 100_000;

function parse(value: unknown): Selection | null {
  if (!isRecord(value) || typeof value["text"] !== "string") return null;
  return { text: value["text"], origin: typeof value["origin"] === "string" ? value["origin"] : null };
}

export const selection = {
  async read(): Promise<Selection | null> {
    return parse((await browser.storage.session.get(KEY))[KEY]);
  },
  async write({ text, origin }: Selection): Promise<void> {
    await browser.storage.session.set({ [KEY]: { text: text.slice(0, CHARACTERS_AT_MOST), origin } });
  },
  async clear(): Promise<void> {
    await browser.storage.session.remove(KEY);
  },
  /** Hears each new selection, also one that was made before this screen opened. */
  watch(listener: (found: Selection) => void): () => void {
    const hear = (changes: Record<string, { newValue?: unknown }>) => {
      const found = parse(changes[KEY]?.newValue);
      if (found !== null) listener(found);
    };
    browser.storage.session.onChanged.addListener(hear);
    void selection.read().then((found) => found !== null && listener(found));
    return () => browser.storage.session.onChanged.removeListener(hear);
  },
};
