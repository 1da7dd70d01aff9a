import { type InjectedProvider, isInjectedProvider } from "./InjectedProvider.js";

const LOOK_AGAIN_MS = 100;

/**
 * Find the extension's injected client: by announcement, else as `window.ai`.
 *
 * Load order does not matter: the extension announces itself when it starts and whenever a page asks.
 *
 * @returns The client, or `undefined` when nothing answers in time; at once where there is no window.
 */
export function discoverProvider(timeoutMs: number): Promise<InjectedProvider | undefined> {
  if (typeof window === "undefined") return Promise.resolve(undefined);
  return new Promise((resolve) => {
    const settle = (found: InjectedProvider | undefined) => {
      clearInterval(interval);
      clearTimeout(deadline);
      window.removeEventListener("ai:announceProvider", heard);
      resolve(found);
    };
    const heard = (event: Event) => {
      const provider = (event as CustomEvent<{ provider?: unknown } | null>).detail?.provider;
      if (isInjectedProvider(provider)) settle(provider);
    };
    const look = () => {
      const ai: unknown = (window as { ai?: unknown }).ai;
      if (isInjectedProvider(ai)) settle(ai);
    };
    const interval = setInterval(look, LOOK_AGAIN_MS);
    const deadline = setTimeout(() => settle(undefined), timeoutMs);
    window.addEventListener("ai:announceProvider", heard);
    window.dispatchEvent(new Event("ai:requestProvider"));
    look();
  });
}
