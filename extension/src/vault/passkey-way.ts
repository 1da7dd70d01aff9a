import type { VaultState } from "../wire/vault-state";
import type { DeviceSecret } from "./device-secret";
import { passkeyAddress } from "./passkey-address";
import type { vaultClient } from "./vault-client";
import type { VaultDoor } from "./vault-door";

interface Dependencies {
  /** Whether this page may ask for the passkeys of the hosts that match; the browser may ask the person. */
  mayAskFor(match: string): Promise<boolean>;
  client(): Promise<Pick<typeof vaultClient, "unlockByPasskey">>;
  openTab(address: string): Promise<unknown>;
}

const FOR_ALL_APPS = "/#/keys?everywhere";

/**
 * How a page of the extension unlocks by passkey: by one of the server's host, where the browser gives us that. Elsewhere it goes on in
 * the portal, which opens in a tab, and the answer is null.
 */
export function passkeyWay({ mayAskFor, client, openTab }: Dependencies) {
  return async (
    door: VaultDoor,
    backend: string,
    everywhere: boolean,
    deviceSecret: DeviceSecret | null,
  ): Promise<VaultState | null> => {
    const address = passkeyAddress(backend);
    if (address !== null && (await mayAskFor(`${address.protocol}//${address.hostname}/*`))) {
      try {
        return await (await client()).unlockByPasskey(door, everywhere, { rpId: address.hostname, deviceSecret });
      } catch (problem) {
        // An older Chromium: it lets us reach the host, but gives us none of its passkeys.
        if (!(problem instanceof DOMException && problem.name === "SecurityError")) throw problem;
      }
    }
    const query = new URLSearchParams({ next: FOR_ALL_APPS });
    await openTab(new URL(`/sign-in?${query}`, address ?? backend).href);
    return null;
  };
}
