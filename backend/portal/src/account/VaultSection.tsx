import { Icon } from "@ui/icon";
import { VaultUnlockForm } from "@ui/vault-unlock-form";
import { idleMinutes } from "@vault/idle-minutes";
import type { VaultState } from "@wire/vault-state";
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { formatMoment } from "../format/formatMoment";
import { ResourceNote } from "./ResourceNote";
import { VaultLost } from "./VaultLost";
import { VaultSetup } from "./VaultSetup";
import { VaultWays } from "./VaultWays";
import type { ViewProps } from "./ViewProps";

/** How the extension sends people here, where their browser gives it no passkey of ours. */
const FOR_APPS = /\?everywhere$/;

/** The vault's state, first on the page of keys: locked it is one thing to do. */
export function VaultSection(props: ViewProps): JSX.Element | null {
  const { api, vault, keys } = props;
  const [setting, set] = useState(false);
  const changed = async () => {
    set(false);
    await Promise.all([vault.reload(), keys.reload()]);
  };
  if (vault.error) return <ResourceNote error={vault.error} retry={vault.reload} />;
  if (vault.data === null) return null;
  if (setting) return <VaultSetup doors={api.vault} done={changed} cancel={() => set(false)} />;
  if (vault.data.mode === "managed") return <Managed begin={() => set(true)} />;
  const isForApps = FOR_APPS.test(location.hash);
  if (!vault.data.unlocked || (isForApps && !vault.data.everywhere)) {
    return (
      <section class="card" aria-labelledby="vault-title">
        <div class="empty">
          <span class="vmark locked big">
            <Icon name="lock" />
          </span>
          <h2 class="h2" id="vault-title">
            {vault.data.unlocked ? "Unlock the vault for your other apps" : "Your vault is locked"}
          </h2>
          <p>Your keys are sealed with something only you have. Models on this computer go on working.</p>
          <VaultUnlockForm door={api.vault} state={vault.data} forAll={isForApps} onUnlocked={() => void changed()} />
          {!vault.data.unlocked && <VaultLost doors={api.vault} changed={changed} />}
        </div>
      </section>
    );
  }
  return <Unlocked {...props} state={vault.data} begin={() => set(true)} changed={changed} />;
}

function Managed({ begin }: { begin(): void }): JSX.Element {
  return (
    <section class="vault" aria-label="Vault">
      <span class="vmark">
        <Icon name="unlock" />
      </span>
      <div class="grow">
        <h2 class="h3">The server opens your keys by itself</h2>
        <p class="t13 m2">In locked mode only you can: a copy of the database and the server’s own key open nothing.</p>
      </div>
      <button type="button" class="btn" onClick={begin}>
        <Icon name="lock" />
        Turn on locked mode…
      </button>
    </section>
  );
}

function Unlocked(props: ViewProps & { state: VaultState; begin(): void; changed(): Promise<void> }): JSX.Element {
  const { api, state, begin, changed } = props;
  return (
    <div class="stack s3">
      <section class="vault" aria-label="Vault">
        <span class="vmark">
          <Icon name="unlock" />
        </span>
        <div class="grow">
          <h2 class="h3">{state.everywhere ? "Unlocked for all your apps" : "Unlocked here"}</h2>
          <p class="t13 m2">
            It locks after {idleMinutes(state)} minutes without use
            {state.until_at && `, at ${formatMoment(new Date(state.until_at), new Date())} at the latest`}. Without you,
            a copy of the database opens nothing.
            {state.wraps.some(({ kind }) => kind === "device") &&
              " Locked by hand, it stays locked for your devices too, until you unlock it."}
          </p>
        </div>
        <button type="button" class="btn" onClick={() => void api.vault.lock().then(changed)}>
          <Icon name="lock" />
          Lock now
        </button>
      </section>
      <VaultWays doors={api.vault} state={state} begin={begin} changed={changed} />
    </div>
  );
}
