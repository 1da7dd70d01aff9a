import { browser } from "wxt/browser";

/** A worker that calls nothing of the browser is put to sleep after 30 s, also while it waits for a slow model. */
const EVERY_MS = 20_000;

/** Keeps the worker awake until the returned function is called. */
export function stayAwake(): () => void {
  const timer = setInterval(() => void browser.runtime.getPlatformInfo(), EVERY_MS);
  return () => clearInterval(timer);
}
