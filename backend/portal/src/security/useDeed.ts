import { useState } from "preact/hooks";
import type { PortalError } from "../account/PortalError";
import { asPortalError } from "../account/useResource";
import { passkeyFault } from "../passkeys/passkeyFault";

/** Something a person does that the server must agree to. */
export interface Deed {
  busy: boolean;
  error: PortalError | null;
  /** Do it, unless it is being done; tells whether it worked. */
  run(doing: () => Promise<void>): Promise<boolean>;
}

/** Keep whether a deed runs, and what it failed with; the browser's own words on passkeys are put into ours. */
export function useDeed(): Deed {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<PortalError | null>(null);
  const run = async (doing: () => Promise<void>) => {
    if (busy) return false;
    setBusy(true);
    setError(null);
    try {
      await doing();
      return true;
    } catch (cause) {
      const isBrowsers = cause instanceof Error && /^(?:NotAllowed|InvalidState|Security|Abort)Error$/.test(cause.name);
      setError(asPortalError(isBrowsers ? new Error(passkeyFault(cause)) : cause));
      return false;
    } finally {
      setBusy(false);
    }
  };
  return { busy, error, run };
}
