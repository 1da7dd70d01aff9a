import { browser } from "wxt/browser";

/** Address of a page of our own. */
export function extensionUrl(path: string): string {
  return new URL(path, (browser.runtime as unknown as { getURL(path: string): string }).getURL("/")).href;
}
