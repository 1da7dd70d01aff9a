import { handoverEvents } from "./handover-events";
import { intrinsics } from "./intrinsics";

/**
 * Gives one end of the private channel to the isolated relay, before any script of the page runs.
 *
 * The event is dispatched synchronously; when the relay is not there yet nobody answers, and it is sent again when
 * the relay says it is ready. Either way it is over before the page's first script.
 */
export function handOverPort(port: MessagePort): void {
  const { document, addEventListener, dispatchEvent, MessageEvent } = intrinsics;
  let taken = false;
  const offer = () => {
    if (!taken) dispatchEvent.call(document, new MessageEvent(handoverEvents.offer, { ports: [port] }));
  };
  addEventListener.call(
    document,
    handoverEvents.taken,
    () => {
      taken = true;
    },
    { once: true },
  );
  addEventListener.call(document, handoverEvents.ready, offer, { once: true });
  offer();
}
