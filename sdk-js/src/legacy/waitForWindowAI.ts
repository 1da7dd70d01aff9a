import { hasWindowAI } from "./hasWindowAI.js";

/**
 * Wait until a page has an injected client.
 *
 * What is left out of `opts` keeps its default; in `window.ai` 0.2.4 `{timeout: 5000}` alone waits for ever.
 *
 * @param opts Milliseconds: look every `interval` (100), give up after `timeout` (2400).
 * @throws Error "window.ai not found", one interval after the timeout.
 */
export async function waitForWindowAI(opts: { interval?: number; timeout?: number } = {}): Promise<void> {
  const interval = opts.interval ?? 100;
  const timeout = opts.timeout ?? 2400;
  if (hasWindowAI()) return;
  await new Promise<void>((resolve, reject) => {
    let waited = 0;
    const timer = setInterval(() => {
      waited += interval;
      const found = hasWindowAI();
      if (!found && waited <= timeout) return;
      clearInterval(timer);
      if (found) resolve();
      else reject(new Error("window.ai not found"));
    }, interval);
  });
}
