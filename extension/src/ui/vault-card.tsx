import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { idleMinutes } from "../vault/idle-minutes";
import type { OwnVault } from "../vault/own-vault";
import type { VaultState } from "../wire/vault-state";
import { errorWords } from "./error-words";
import { formatUntil } from "./format-until";
import { Icon } from "./icon";
import { LoadState } from "./load-state";
import { Note } from "./note";
import { t } from "./t";
import { useLoaded } from "./use-loaded";
import { VaultUnlockForm } from "./vault-unlock-form";

async function load(door: OwnVault) {
  const [state, isRemembered] = await Promise.all([door.vault(), door.device()]);
  return { state, isRemembered };
}

/** The locked vault: while it is locked for this extension one thing to do, else until when it is open. Nothing in managed mode. */
export function VaultCard({ door, onUnlocked }: { door: OwnVault; onUnlocked(): void }) {
  const { value, error, busy, reload } = useLoaded(() => load(door));
  const isOpen = value?.state.unlocked;
  const wasOpen = useRef(isOpen);
  useLayoutEffect(() => {
    const isGone = wasOpen.current !== undefined && document.activeElement === document.body;
    if (isGone) document.getElementById("vault-title")?.focus(); // what had the focus
    wasOpen.current = isOpen;
  }, [isOpen]);
  if (value === null) {
    const why = error && t("vault_unknown", { why: error });
    return why && <LoadState waiting={false} error={why} busy={busy} onRetry={reload} />;
  }
  if (value.state.mode !== "locked") return null;
  const changed = () => {
    reload();
    onUnlocked();
  };
  if (value.state.unlocked) return <Open {...value} door={door} onChange={changed} />;
  return (
    <section class="card pad3 stack s3" aria-labelledby="vault-title">
      <div class="row g3">
        <span class="vmark locked">
          <Icon name="lock" />
        </span>
        <div class="grow">
          <h2 class="h3 t13" id="vault-title" tabIndex={-1}>
            {t("vault_title")}
          </h2>
          <p class="t12 m2">{t("vault_why")}</p>
        </div>
      </div>
      <VaultUnlockForm
        door={door}
        state={value.state}
        deviceSecret={door.deviceSecret}
        passkey={door.passkey}
        onUnlocked={changed}
      />
    </section>
  );
}

interface OpenProps {
  state: VaultState;
  isRemembered: boolean;
  door: OwnVault;
  onChange(): void;
}

function Open({ state, isRemembered, door, onChange }: OpenProps) {
  const [failure, setFailure] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const act = (deed: () => Promise<unknown>) => {
    if (busy) return;
    setBusy(true);
    setFailure(null);
    deed()
      .then(onChange, (problem: unknown) => setFailure(errorWords(problem)))
      .finally(() => setBusy(false));
  };
  const minutes = String(idleMinutes(state));
  const until = state.until_at === null ? "" : formatUntil(new Date(state.until_at), new Date());
  return (
    <section class="card pad3 stack s2" aria-labelledby="vault-title">
      <div class="row g3">
        <span class="vmark">
          <Icon name="unlock" />
        </span>
        <div class="grow">
          <h2 class="h3 t13" id="vault-title" tabIndex={-1}>
            {t("vault_openTitle")}
          </h2>
          <p class="t12 m2">{t("vault_openUntil", { minutes, until })}</p>
        </div>
        <button type="button" class="btn sm" aria-busy={busy} onClick={() => act(door.lock)}>
          {t("vault_lock")}
        </button>
      </div>
      {isRemembered && (
        <div class="row g3">
          <p class="t12 m2 grow">{t("vault_deviceIsOn")}</p>
          <button type="button" class="btn sm quiet" aria-busy={busy} onClick={() => act(door.forgetDevice)}>
            {t("vault_deviceOff")}
          </button>
        </div>
      )}
      {failure !== null && (
        <Note kind="danger">
          <p>{failure}</p>
        </Note>
      )}
    </section>
  );
}
