import type { Browser } from "wxt/browser";

/** What the relay needs to know of the document and the extension it lives in. */
export interface RelaySurroundings {
  /** Opens a port to the worker; null when the extension that put this relay here is gone. */
  connect(): Browser.runtime.Port | null;
  /** Whether that extension is gone. Chromium leaves the relay running without it, and closes no port. */
  orphaned(): boolean;
  /** Whether the person has just acted on the page, as the browser says. */
  active(): boolean;
  /** Whether the document is only prepared in case that the person goes there. */
  early(): boolean;
  /** Whether the tab is shown. */
  visible(): boolean;
  /** The document's own origin; `"null"` when it is opaque. */
  origin(): string;
  later(ms: number, run: () => void): unknown;
}
