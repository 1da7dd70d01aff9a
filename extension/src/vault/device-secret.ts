type Bytes = Uint8Array<ArrayBuffer>;

/** What a device's own key derives for an account and a salt. */
export type DeviceSecret = (accountId: string, salt: Bytes) => Promise<Bytes>;

const LABEL = "satchel/v1/device";

/** Derives it by an HMAC-SHA256 key that need not be extractable: the key itself stays where it is. */
export async function deviceSecret(key: CryptoKey, accountId: string, salt: Bytes): Promise<Bytes> {
  const about = new TextEncoder().encode(LABEL + accountId);
  return new Uint8Array(await crypto.subtle.sign("HMAC", key, new Uint8Array([...about, ...salt])));
}
