import { browser } from "wxt/browser";
import { isRecord } from "../wire/is-record";
import { listenForGood } from "./listen-for-good";
import { receivePort } from "./receive-port";
import { Relay } from "./relay";
import type { RelaySurroundings } from "./relay-surroundings";

const surroundings: RelaySurroundings = {
  connect: () => {
    try {
      return orphaned() ? null : browser.runtime.connect({ name: "page" });
    } catch {
      return null;
    }
  },
  orphaned,
  active: () => navigator.userActivation?.isActive === true,
  early: () => (document as { prerendering?: boolean }).prerendering === true,
  visible: () => document.visibilityState === "visible",
  origin: () => self.origin,
  later: (ms, run) => setTimeout(run, ms),
};

/** Puts the bridge into a document, and answers the worker when it asks which page this is. */
export function startRelay(): void {
  let relay: Relay | null = null;
  receivePort(document, (port) => {
    relay = new Relay(port, surroundings);
    port.onmessage = (event: MessageEvent) => relay?.fromPage(event.data);
  });
  const changed = fromBrowser(() => relay?.visibilityChanged());
  const hidden = fromBrowser(() => relay?.pageHidden());
  const shown = fromBrowser(() => relay?.pageShown());
  listenForGood(document, () => {
    document.addEventListener("visibilitychange", changed);
    document.addEventListener("prerenderingchange", changed);
    window.addEventListener("pagehide", hidden);
    window.addEventListener("pageshow", shown);
  });
  browser.runtime.onMessage.addListener((message: unknown) => {
    if (!isRecord(message)) return;
    if (message["type"] === "who") void browser.runtime.sendMessage({ type: "here" }).catch(() => undefined);
    else relay?.push(message);
  });
}

function orphaned(): boolean {
  return !browser.runtime?.id;
}

/** Hears what the browser says; a page can say the same, thousands of times a second. */
function fromBrowser(run: () => void): (event: Event) => void {
  return (event) => {
    if (event.isTrusted) run();
  };
}
