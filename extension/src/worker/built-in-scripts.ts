import { browser } from "wxt/browser";
import { pageMatches } from "../page/page-matches";
import { KeyedQueue } from "./keyed-queue";
import type { Settings } from "./settings";

const ID = "built-in";
const FILES = {
  off: "builtin-off.js",
  "when unavailable": "builtin-unavailable.js",
  always: "builtin-always.js",
} as const;

/**
 * The script that tells pages of a choice other than the default. It is registered with the browser, so that it runs before a page's
 * first script; what the default needs is in the manifest and costs no further permission.
 */
export class BuiltInScripts {
  private readonly queue = new KeyedQueue();

  constructor(private readonly settings: Pick<Settings, "languageModel">) {}

  /** Registers the listeners that keep the script at what the person chose. An update of the extension forgets it. */
  listen(): void {
    const follow = () => void this.queue.run(ID, () => this.follow()).catch(() => undefined);
    browser.runtime.onInstalled.addListener(follow);
    browser.permissions.onAdded.addListener(follow);
    browser.storage.local.onChanged.addListener((changes) => {
      if ("languageModel" in changes) follow();
    });
  }

  /** Makes pages that load from now on follow the choice, as far as the browser was allowed to. */
  private async follow(): Promise<void> {
    if (!(await browser.permissions.contains({ permissions: ["scripting"], origins: [...pageMatches] }))) return;
    const choice = await this.settings.languageModel();
    const known = await browser.scripting.getRegisteredContentScripts({ ids: [ID] });
    if (known.length > 0) await browser.scripting.unregisterContentScripts({ ids: [ID] });
    if (choice === "when missing") return;
    const where = { matches: [...pageMatches], allFrames: true, matchOriginAsFallback: true };
    const script = { id: ID, js: [FILES[choice]], ...where, runAt: "document_start", world: "MAIN" } as const;
    await browser.scripting.registerContentScripts([{ ...script, js: [...script.js] }]);
  }
}
