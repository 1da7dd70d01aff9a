import { type DeviceSecret, deviceSecret } from "./device-secret";
import { profileKey } from "./profile-key";

const HMAC = { name: "HMAC", hash: "SHA-256", length: 256 };

/** By this browser profile's own key: made on first use, not extractable, so that it can be used here and copied nowhere. */
export const browserDeviceSecret: DeviceSecret = async (accountId, salt) => {
  const key = await profileKey("vault-device", () => crypto.subtle.generateKey(HMAC, false, ["sign"]));
  return deviceSecret(key, accountId, salt);
};
