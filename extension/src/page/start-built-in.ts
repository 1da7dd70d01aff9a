import { BUILT_IN_NAMES, type BuiltInAI, builtInOver } from "../../../sdk-js/src/polyfill/builtInAI";
import { installBuiltIn } from "../../../sdk-js/src/polyfill/installBuiltIn";
import { isUnavailable } from "../../../sdk-js/src/polyfill/isUnavailable";
import type { Transport } from "../../../sdk-js/src/Transport";
import type { InjectedProvider } from "../../../sdk-js/src/transports/InjectedProvider";
import { builtInEvent } from "./built-in-event";

type Page = Window & { ai?: object };

/**
 * Puts `LanguageModel` and its siblings where the browser has none; made at the first touch, over the provider of the page script.
 * What the person chose instead comes by an event, before the page's first script. A page that sends it changes nothing but itself.
 */
export function startBuiltIn(target: Page): void {
  if (!target.isSecureContext) return;
  const transport = announced(target);
  const make = () => builtInOver(() => transport);
  const names = installBuiltIn(target, make);
  const choose = (event: Event) => {
    const { detail } = event as CustomEvent;
    if (detail === "always") installBuiltIn(target, make, BUILT_IN_NAMES);
    else if (detail === "unavailable") for (const name of BUILT_IN_NAMES) void giveWay(target, make, name);
    else for (const name of names) Reflect.deleteProperty(target, name);
    alias(target);
  };
  target.document.addEventListener(builtInEvent, choose, { once: true });
  alias(target);
}

/** Takes the place of the browser's own object once that has said that it is unavailable; each as soon as it says so. */
async function giveWay(target: Page, make: () => BuiltInAI, name: keyof BuiltInAI): Promise<void> {
  if (await isUnavailable(target, name)) installBuiltIn(target, make, [name]);
}

/** The provider of our own page script, which runs before or after this one. */
function announced(target: Page): Promise<Transport> {
  return new Promise((resolve) => {
    const hear = (event: Event) => {
      const { info, provider } = (event as CustomEvent).detail ?? {};
      if (info?.rdns !== "dev.satchel") return;
      target.removeEventListener("ai:announceProvider", hear);
      resolve(transportOf(provider));
      alias(target);
    };
    target.addEventListener("ai:announceProvider", hear);
    target.dispatchEvent(new Event("ai:requestProvider"));
  });
}

function transportOf(provider: InjectedProvider): Transport {
  return {
    request: ({ method, params, signal, onEvent }) =>
      provider.request(
        { method, ...(params && { params }) },
        { ...(signal && { signal }), ...(onEvent && { onEvent }) },
      ),
    subscribe(event, handler) {
      provider.on?.(event, handler);
      return () => void provider.off?.(event, handler);
    },
  };
}

/** Pages of early 2025 look for `ai.languageModel`. */
function alias(target: Page): void {
  const { ai } = target;
  if (typeof ai !== "object" || ai === null || !Object.isExtensible(ai)) return;
  const isThere = "LanguageModel" in target;
  if (!isThere) Reflect.deleteProperty(ai, "languageModel");
  else if (!("languageModel" in ai)) {
    const get = () => (target as unknown as { LanguageModel: unknown }).LanguageModel;
    Object.defineProperty(ai, "languageModel", { get, configurable: true, enumerable: false });
  }
}
