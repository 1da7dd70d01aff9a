import { passkeyFault } from "../passkeys/passkeyFault";

/** Say in an alert of the page why a passkey did not do. */
export function sayFault(alert: HTMLElement, cause: unknown): void {
  const words = passkeyFault(cause);
  alert.textContent = words.charAt(0).toUpperCase() + words.slice(1) + (/[.!?]$/.test(words) ? "" : ".");
  alert.hidden = false;
}
