import { browserDeviceSecret } from "../vault/browser-device-secret";
import type { OwnVault } from "../vault/own-vault";
import type { VaultDoor } from "../vault/vault-door";
import type { VaultState } from "../wire/vault-state";
import type { WorkerApi } from "../wire/worker-api";

/** How a page of ours unlocks by passkey, given the doors and the address of the person's Satchel. */
type ByPasskey = (
  door: VaultDoor,
  backend: string,
  ...how: Parameters<OwnVault["passkey"]>
) => Promise<VaultState | null>;

/** The vault for one of our screens: the worker's doors, and the key of this browser. */
export function vaultOf(api: WorkerApi, byPasskey: ByPasskey): OwnVault {
  const { vault, beginUnlock, unlock, lock, device, forgetDevice } = api;
  const door = { vault, beginUnlock, unlock, lock };
  const passkey: OwnVault["passkey"] = async (...how) => byPasskey(door, (await api.snapshot(null)).backend, ...how);
  return { ...door, device, forgetDevice, deviceSecret: browserDeviceSecret, passkey };
}
