import type { VaultState } from "../wire/vault-state";
import type { DeviceSecret } from "./device-secret";
import type { VaultDoor } from "./vault-door";

/** The vault as the extension's screens reach it: this browser may hold a key for it. */
export interface OwnVault extends VaultDoor {
  /** Whether this browser unlocks it without asking. */
  device(): Promise<boolean>;
  forgetDevice(): Promise<void>;
  deviceSecret: DeviceSecret;
  /** Unlocks by a passkey; null where that goes on in another tab. */
  passkey(everywhere: boolean, deviceSecret: DeviceSecret | null): Promise<VaultState | null>;
}
