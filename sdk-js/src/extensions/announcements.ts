import type { Connect } from "../Transport.js";
import { type Announcement, hearAnnouncements } from "../transports/Announcement.js";
import { through } from "../transports/through.js";

/** Every extension on this page that speaks as Satchel does, for a page that lets the person choose among several. */
export interface Announcements {
  /** Those that have announced themselves, in the order in which they did. */
  list(): readonly Announcement[];
  /** Be told of the list as it is now, and whenever it grows. Returns what stops that. */
  subscribe(told: (all: readonly Announcement[]) => void): () => void;
  /** Hear no more. */
  close(): void;
}

/** Collect the extensions on this page; empty where there is no window. */
export function announcements(): Announcements {
  let all: readonly Announcement[] = [];
  const listeners = new Set<(all: readonly Announcement[]) => void>();
  const heard = (announced: Announcement) => {
    if (all.some(({ info }) => info.uuid === announced.info.uuid)) return; // said again, as whenever a page asks
    all = [...all, announced];
    for (const told of listeners) told(all);
  };
  const close = typeof window === "undefined" ? () => undefined : hearAnnouncements(heard);
  return {
    list: () => all,
    subscribe(told) {
      listeners.add(told);
      told(all);
      return () => void listeners.delete(told);
    },
    close,
  };
}

/** Reach models through the extension that the person chose: `createClient({ transport: announced(choice) })`. */
export function announced({ provider }: Announcement): Connect {
  return async () => through(provider);
}
