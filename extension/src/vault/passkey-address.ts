/**
 * The address of a Satchel by the name that its passkeys are for; null where it has only a number, for which there are none.
 * This computer's own, however it is written, is `localhost`.
 */
export function passkeyAddress(backend: string): URL | null {
  const url = new URL(backend);
  if (["127.0.0.1", "[::1]"].includes(url.hostname)) url.hostname = "localhost";
  return /^\[|^[\d.]+$/.test(url.hostname) ? null : url;
}
