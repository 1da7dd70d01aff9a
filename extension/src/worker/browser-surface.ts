import { browser } from "wxt/browser";
import type { ConsentSurface } from "./consent-surface";
import { extensionUrl } from "./extension-url";

const WIDTH = 416;
const HEIGHT = 640;
const MARGIN = 16;

/** The corner at the top right of the window the person looks at, where the toolbar button is. */
async function corner(): Promise<{ left?: number; top?: number }> {
  const last = await browser.windows.getLastFocused().catch(() => null);
  if (last?.left === undefined || last.width === undefined || last.top === undefined) return {};
  return { left: Math.max(0, last.left + last.width - WIDTH - MARGIN), top: Math.max(0, last.top + MARGIN) };
}

/** Windows of one of our own pages on desktops; tabs on systems that have none. */
export const browserSurface = (page: "choose" | "consent" | "provider" | "trouble"): ConsentSurface => ({
  async open(id) {
    const url = extensionUrl(`${page}.html?id=${encodeURIComponent(id)}`);
    const size = { width: WIDTH, height: HEIGHT };
    try {
      const made = await browser.windows.create({ type: "popup", url, focused: true, ...size, ...(await corner()) });
      if (made?.id !== undefined) return { kind: "window", id: made.id };
    } catch {
      // No such windows here, or a place off the screen: a tab does it too.
    }
    const tab = await browser.tabs.create({ url, active: true });
    return { kind: "tab", id: tab.id ?? -1 };
  },
  async close(surface) {
    const closing = surface.kind === "window" ? browser.windows.remove(surface.id) : browser.tabs.remove(surface.id);
    await closing.catch(() => undefined);
  },
});
