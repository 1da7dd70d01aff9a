/** Say why no passkey was made or used, in words; the server's own words are taken as they are. */
export function passkeyFault(cause: unknown): string {
  const name = cause instanceof Error ? cause.name : "";
  if (name === "InvalidStateError") return "This device has a passkey for this account already.";
  if (name === "NotAllowedError" || name === "AbortError") {
    return "No passkey was chosen. Try again, or use your password.";
  }
  if (name === "SecurityError") return "This browser allows no passkey at this address.";
  return cause instanceof Error && cause.message ? cause.message : "The passkey did not work. Try again.";
}
