import { browserDeviceSecret } from "../vault/browser-device-secret";
import type { OwnVault } from "../vault/own-vault";
import type { WorkerApi } from "../wire/worker-api";

/** The vault for one of our screens: the worker's doors, and the key of this browser. */
export function vaultOf({ vault, beginUnlock, unlock, lock, device, forgetDevice }: WorkerApi): OwnVault {
  return { vault, beginUnlock, unlock, lock, device, forgetDevice, deviceSecret: browserDeviceSecret };
}
