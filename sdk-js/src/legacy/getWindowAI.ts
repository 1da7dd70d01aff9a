import type { WindowAI } from "./WindowAI.js";
import { waitForWindowAI } from "./waitForWindowAI.js";

/**
 * Wait for the injected client and return it.
 *
 * @throws Error "window.ai not found"; it never resolves to null.
 */
export const getWindowAI = async (opts?: { interval?: number; timeout?: number }): Promise<WindowAI> => {
  await waitForWindowAI(opts);
  return (globalThis as unknown as { window: { ai: WindowAI } }).window.ai;
};
