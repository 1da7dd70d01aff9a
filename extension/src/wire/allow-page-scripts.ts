import { browser } from "wxt/browser";
import { pageMatches } from "../page/page-matches";

/**
 * Asks the browser for what `off` and `always` need beyond an installation: to put one more script into pages. Called in a click of
 * the person; true when it was allowed, now or before.
 */
export function allowPageScripts(): Promise<boolean> {
  return browser.permissions.request({ permissions: ["scripting"], origins: [...pageMatches] });
}
