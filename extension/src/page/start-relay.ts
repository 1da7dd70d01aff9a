import { browser } from "wxt/browser";
import { isRecord } from "../wire/is-record";
import { receivePort } from "./receive-port";
import { Relay } from "./relay";
import type { RelaySurroundings } from "./relay-surroundings";

const surroundings: RelaySurroundings = {
  connect: () => {
    try {
      return browser.runtime?.id ? browser.runtime.connect({ name: "page" }) : null;
    } catch {
      return null;
    }
  },
  active: () => navigator.userActivation?.isActive === true,
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
  document.addEventListener("visibilitychange", () => relay?.visibilityChanged());
  window.addEventListener("pagehide", () => relay?.pageHidden());
  browser.runtime.onMessage.addListener((message: unknown) => {
    if (!isRecord(message)) return;
    if (message["type"] === "who") void browser.runtime.sendMessage({ type: "here" }).catch(() => undefined);
    else relay?.push(message);
  });
}
