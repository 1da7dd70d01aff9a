import type { VaultDoors } from "@vault/vault-door";
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { PortalError } from "./PortalError";
import { ResourceNote } from "./ResourceNote";
import { asPortalError } from "./useResource";

/** For a person who cannot unlock: what still opens the vault, what is lost for good, and the way to begin anew. */
export function VaultLost({ doors, changed }: { doors: VaultDoors; changed(): Promise<void> }): JSX.Element {
  const [asking, ask] = useState(false);
  const [failure, setFailure] = useState<PortalError | null>(null);
  const startOver = () => {
    setFailure(null);
    doors.startOver().then(changed, (cause: unknown) => setFailure(asPortalError(cause)));
  };
  return (
    <details class="vault-lost">
      <summary class="t13 b">I have lost my passphrase</summary>
      <div class="stack s2 gap-top t13 m2">
        <p>
          Type the recovery code above instead. A passkey or a device that you added opens the vault as well. Then
          choose <b class="b">New passphrase and code…</b>
        </p>
        <p>
          If you have lost all of them, nobody can open these keys, neither we nor who runs the server. You can start
          over: the keys that are locked in are removed, and you add them again from your providers. Your sites,
          budgets, activity and sign-in stay.
        </p>
        {failure && <ResourceNote error={failure} />}
        <div class="row wrap">
          {asking ? (
            <>
              <button type="button" class="btn" onClick={() => ask(false)}>
                Keep them
              </button>
              <button type="button" class="btn destroy" onClick={startOver}>
                Remove my keys and start over
              </button>
            </>
          ) : (
            <button type="button" class="btn quiet danger" onClick={() => ask(true)}>
              Start over…
            </button>
          )}
        </div>
      </div>
    </details>
  );
}
