import { browser } from "wxt/browser";
import { passkeyWay } from "./passkey-way";

/** By the passkeys of a host that the person has let us reach: the browser asks them, once. Firefox has no such door yet. */
export const unlockByPasskey = passkeyWay({
  mayAskFor: async (match) => !import.meta.env.FIREFOX && browser.permissions.request({ origins: [match] }),
  client: async () => (await import("./vault-client")).vaultClient,
  openTab: (url) => browser.tabs.create({ url }),
});
