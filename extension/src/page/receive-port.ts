import { handoverEvents } from "./handover-events";

/** The relay's half of the handover: takes the first port that is offered and ignores every later one. */
export function receivePort(document: Document, onPort: (port: MessagePort) => void): void {
  let taken = false;
  const take = (event: Event) => {
    const port = (event as MessageEvent).ports?.[0];
    if (taken || port === undefined) return;
    taken = true;
    event.stopImmediatePropagation();
    document.removeEventListener(handoverEvents.offer, take, true);
    document.dispatchEvent(new Event(handoverEvents.taken));
    onPort(port);
  };
  document.addEventListener(handoverEvents.offer, take, true);
  document.dispatchEvent(new Event(handoverEvents.ready));
}
