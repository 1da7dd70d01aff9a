import { type Announcement, hearAnnouncements } from "./Announcement.js";
import { type InjectedProvider, isInjectedProvider } from "./InjectedProvider.js";

const LOOK_AGAIN_MS = 100;
const RDNS = "dev.satchel";

/**
 * Find the extension's injected client: Satchel's by its announcement, else as `window.ai`, else another extension's that speaks as it does.
 *
 * Load order does not matter: the extension announces itself when it starts and whenever a page asks.
 *
 * @returns The client, or `undefined` when nothing answers in time; at once where there is no window.
 */
export function discoverProvider(timeoutMs: number): Promise<InjectedProvider | undefined> {
  if (typeof window === "undefined") return Promise.resolve(undefined);
  return new Promise((resolve) => {
    const others: InjectedProvider[] = [];
    const look = () => {
      const ai: unknown = (window as { ai?: unknown }).ai;
      if (isInjectedProvider(ai) && !others.includes(ai)) settle(ai);
    };
    const interval = setInterval(look, LOOK_AGAIN_MS);
    const deadline = setTimeout(() => settle(others[0]), timeoutMs);
    let stop: (() => void) | undefined;
    const settle = (found: InjectedProvider | undefined) => {
      clearInterval(interval);
      clearTimeout(deadline);
      stop?.();
      resolve(found);
    };
    const heard = ({ info, provider }: Announcement) => {
      if (info.rdns === RDNS) settle(provider);
      else others.push(provider);
    };
    stop = hearAnnouncements(heard);
    look();
  });
}
