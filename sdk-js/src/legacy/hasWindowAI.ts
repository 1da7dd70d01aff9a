/**
 * Tell whether a page has an injected client.
 *
 * Safe where there is no `window` (server rendering): false there, while `window.ai` 0.2.4 throws.
 */
export function hasWindowAI(): boolean {
  const host = globalThis as { window?: { ai?: { generateText?: unknown } } };
  return typeof host.window?.ai?.generateText === "function";
}
