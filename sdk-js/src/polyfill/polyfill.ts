import { NotConnected } from "../errors/NotConnected.js";
import type { Connect, Transport } from "../Transport.js";
import { injected } from "../transports/injected.js";
import { BUILT_IN_NAMES, type BuiltInAI, builtInOver } from "./builtInAI.js";
import { installBuiltIn } from "./installBuiltIn.js";
import { isUnavailable } from "./isUnavailable.js";

/** What `polyfill` and `builtInAI` take. */
export interface BuiltInOptions {
  /** How to reach the person's models; the browser extension by default. */
  transport?: Connect | undefined;
  /** How long to look for it, in milliseconds; 2400 by default. */
  timeoutMs?: number | undefined;
}

/** What `polyfill` takes. */
export interface PolyfillOptions extends BuiltInOptions {
  /**
   * When to take the place of the browser's own objects: where it has none (`missing`, the default), also where its own say that they
   * are unavailable, or always.
   */
  when?: "missing" | "unavailable" | "always" | undefined;
}

/**
 * Give this page `LanguageModel`, `Summarizer`, `Translator` and the others of the browsers' built-in AI, over the person's own models.
 *
 * @returns The names that are Satchel's now.
 */
export async function polyfill(options: PolyfillOptions = {}): Promise<(keyof BuiltInAI)[]> {
  const { when = "missing" } = options;
  const replaced = when === "always" ? BUILT_IN_NAMES : when === "unavailable" ? await unavailable() : [];
  return installBuiltIn(globalThis, () => builtInAI(options), replaced);
}

/** Make the same objects without touching the page's globals. Nothing is looked for before the first call. */
export function builtInAI({ transport = injected, timeoutMs = 2400 }: BuiltInOptions = {}): BuiltInAI {
  let opened: Promise<Transport> | undefined;
  return builtInOver(() => {
    opened ??= transport({ timeoutMs });
    opened.catch((error: unknown) => {
      if (error instanceof NotConnected) opened = undefined; // it may come later
    });
    return opened;
  });
}

/** The browser's own objects that say they cannot be used. */
async function unavailable(): Promise<string[]> {
  const own = BUILT_IN_NAMES.map(async (name) => ((await isUnavailable(globalThis, name)) ? [name] : []));
  return (await Promise.all(own)).flat();
}
