import type { Browser } from "wxt/browser";

interface Tabs {
  sendMessage(tabId: number, message: unknown, options: { frameId: number }): Promise<unknown>;
}

const ANSWER_WITHIN_MS = 1_000;

/**
 * Finds the origin of a tab's top page without the `tabs` permission: asks the relay there to speak up, and reads the
 * origin from the browser's own fact about who spoke.
 */
export class TopOrigins {
  private readonly waiting = new Map<number, Set<(origin: string | null) => void>>();

  constructor(private readonly tabs: Tabs) {}

  /** The top page's origin; null where it has none (a file), and where no relay lives (a settings page, an insecure site). */
  async of(tabId: number): Promise<string | null> {
    const heard = new Promise<string | null>((resolve) => {
      const set = this.waiting.get(tabId) ?? new Set();
      this.waiting.set(tabId, set.add(resolve));
      setTimeout(() => this.settle(tabId, null), ANSWER_WITHIN_MS);
    });
    this.tabs.sendMessage(tabId, { type: "who" }, { frameId: 0 }).catch(() => {
      if (this.waiting.has(tabId)) this.settle(tabId, null);
    });
    return heard;
  }

  /** A relay said `here`. */
  heard(sender: Browser.runtime.MessageSender): void {
    if (sender.tab?.id === undefined || sender.frameId !== 0) return;
    const origin = sender.origin ?? (sender.url ? new URL(sender.url).origin : null);
    this.settle(sender.tab.id, origin === "null" || origin?.startsWith("file:") ? null : origin);
  }

  private settle(tabId: number, origin: string | null): void {
    const set = this.waiting.get(tabId);
    this.waiting.delete(tabId);
    for (const resolve of set ?? []) resolve(origin);
  }
}
