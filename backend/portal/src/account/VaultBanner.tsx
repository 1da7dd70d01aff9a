import type { VaultState } from "@wire/vault-state";
import type { JSX } from "preact";
import { TitledNote } from "../pieces/TitledNote";

/** Says on every page that the vault is locked, and where to unlock it. */
export function VaultBanner({ vault }: { vault: VaultState | null }): JSX.Element | null {
  if (vault === null || vault.mode !== "locked" || vault.unlocked) return null;
  return (
    <div class="vault-banner">
      <TitledNote kind="warn" icon="lock" title="Your vault is locked.">
        <p>
          Models that need your keys do not answer. <a href="#/keys">Unlock it</a>
        </p>
      </TitledNote>
    </div>
  );
}
