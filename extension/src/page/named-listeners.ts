import { intrinsics } from "./intrinsics";
import type { Provider } from "./provider";

type Handler = (data: unknown) => void;

/** Listeners of `addEventListener("…", handler)`: each is told of an event once, in a `CustomEvent`, as by every `EventTarget`. */
export class NamedListeners {
  private readonly byName = new Map<string, Map<Handler, Handler>>();

  constructor(private readonly provider: Pick<Provider, "on" | "off">) {}

  add(name: string, handler: Handler): void {
    const listeners = this.byName.get(name) ?? new Map<Handler, Handler>();
    this.byName.set(name, listeners);
    if (listeners.has(handler)) return;
    const told = (data: unknown) => handler(new intrinsics.CustomEvent(name, { detail: data }));
    listeners.set(handler, told);
    this.provider.on(name, told);
  }

  /** Takes it away from this event, and what was registered by `on`, too, where it is no listener. */
  remove(name: string, handler: Handler): void {
    const listeners = this.byName.get(name);
    this.provider.off(name, listeners?.get(handler) ?? handler);
    listeners?.delete(handler);
  }
}
