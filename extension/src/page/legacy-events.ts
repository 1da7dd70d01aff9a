import { intrinsics } from "./intrinsics";

type LegacyHandler = (event: string, data: unknown) => void;

/** The original's one-argument `addEventListener`: every handler hears every event, each has an id. */
export class LegacyEvents {
  private readonly handlers = new Map<string, LegacyHandler>();

  /** Registers a handler and returns its id. */
  add(handler: LegacyHandler): string {
    const id = intrinsics.randomId();
    this.handlers.set(id, handler);
    return id;
  }

  /** Takes a handler away, by its id or by itself. */
  remove(which: unknown): void {
    for (const [id, handler] of this.handlers) {
      if (id === which || handler === which) this.handlers.delete(id);
    }
  }

  /** Calls every handler; one that throws does not keep the others from hearing. */
  emit(event: "model_changed" | "error", data: unknown): void {
    for (const handler of [...this.handlers.values()]) {
      try {
        handler(event, data);
      } catch (error) {
        intrinsics.setTimeout(() => {
          throw error;
        }, 0);
      }
    }
  }
}
