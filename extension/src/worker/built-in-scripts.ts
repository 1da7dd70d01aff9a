import { browser } from "wxt/browser";
import { pageMatches } from "../page/page-matches";
import { siteBuiltIn } from "../wire/site-built-in";
import { builtInRegistrations } from "./built-in-registrations";
import { KeyedQueue } from "./keyed-queue";
import type { Settings } from "./settings";

const WHERE = { allFrames: true, matchOriginAsFallback: true, runAt: "document_start", world: "MAIN" } as const;

/**
 * The scripts that tell pages of a choice other than the default. They are registered with the browser, so that they run before a page's
 * first script; what the default needs is in the manifest and costs no further permission.
 */
export class BuiltInScripts {
  private readonly queue = new KeyedQueue();

  constructor(private readonly settings: Pick<Settings, "languageModel" | "siteBuiltIn">) {}

  /** Registers the listeners that keep the scripts at what the person chose. An update of the extension forgets them. */
  listen(): void {
    const follow = () => void this.queue.run("built-in", () => this.follow()).catch(() => undefined);
    browser.runtime.onInstalled.addListener(follow);
    browser.permissions.onAdded.addListener(follow);
    browser.storage.local.onChanged.addListener((changes) => {
      if ("languageModel" in changes || siteBuiltIn.KEY in changes) follow();
    });
  }

  /** Makes pages that load from now on follow the choices, as far as the browser was allowed to: it puts no script where it was not. */
  private async follow(): Promise<void> {
    if (!(await browser.permissions.contains({ permissions: ["scripting"] }))) return;
    const [general, sites] = await Promise.all([this.settings.languageModel(), this.settings.siteBuiltIn()]);
    const isAllowedAll = await browser.permissions.contains({ origins: [...pageMatches] });
    const wanted = builtInRegistrations(isAllowedAll ? general : "when missing", sites, !import.meta.env.FIREFOX);
    const known = await browser.scripting.getRegisteredContentScripts();
    if (known.length > 0) await browser.scripting.unregisterContentScripts({ ids: known.map(({ id }) => id) });
    if (wanted.length > 0) await browser.scripting.registerContentScripts(wanted.map((one) => ({ ...one, ...WHERE })));
  }
}
