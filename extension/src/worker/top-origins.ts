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
  of(tabId: number): Promise<string | null> {
    return new Promise((resolve) => {
      const waiting = this.waiting.get(tabId) ?? new Set();
      const settle = (origin: string | null) => {
        if (!waiting.delete(settle)) return;
        clearTimeout(timer);
        if (waiting.size === 0) this.waiting.delete(tabId);
        resolve(origin);
      };
      const timer = setTimeout(settle, ANSWER_WITHIN_MS, null);
      this.waiting.set(tabId, waiting.add(settle));
      this.tabs.sendMessage(tabId, { type: "who" }, { frameId: 0 }).catch(() => settle(null));
    });
  }

  /** A relay said `here`. */
  heard(sender: Browser.runtime.MessageSender): void {
    if (sender.tab?.id === undefined || sender.frameId !== 0) return;
    const origin = sender.origin ?? (sender.url ? new URL(sender.url).origin : null);
    const top = origin === "null" || origin?.startsWith("file:") ? null : origin;
    for (const settle of [...(this.waiting.get(sender.tab.id) ?? [])]) settle(top);
  }
}
