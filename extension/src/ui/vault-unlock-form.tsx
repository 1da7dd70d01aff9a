import { useEffect, useState } from "preact/hooks";
import type { DeviceSecret } from "../vault/device-secret";
import type { OwnVault } from "../vault/own-vault";
import type { VaultDoor } from "../vault/vault-door";
import type { VaultState } from "../wire/vault-state";
import { errorWords } from "./error-words";
import { Icon } from "./icon";
import { t } from "./t";

const LOOK_EVERY_MS = 2_000;

type VaultClient = Awaited<ReturnType<typeof loadClient>>;

interface Props {
  door: VaultDoor;
  state: VaultState;
  onUnlocked(state: VaultState): void;
  /** Where this browser can hold a key of its own. */
  deviceSecret?: DeviceSecret;
  /** How a page that is not the server's own unlocks by passkey. */
  passkey?: OwnVault["passkey"];
  /** Whether it is for the other apps too, until the person says otherwise. */
  forAll?: boolean;
}

/** Unlocks a vault, in the portal and in the extension: by passkey where there is one, else by words. Nothing typed leaves this page. */
export function VaultUnlockForm({ door, state, onUnlocked, deviceSecret, passkey, forAll = false }: Props) {
  const [words, setWords] = useState("");
  const [everywhere, setEverywhere] = useState(forAll);
  const [remembered, setRemembered] = useState(false);
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<string | null>(null);
  const [away, setAway] = useState(false);
  useUnlockedElsewhere(away, door, onUnlocked);
  const run = (doing: (client: VaultClient) => Promise<VaultState | null>) => {
    if (busy) return;
    setBusy(true);
    setFault(null);
    loadClient()
      .then(doing)
      .then((now) => (now === null ? setAway(true) : onUnlocked(now)))
      .catch((error: unknown) => setFault(errorWords(error)))
      .finally(() => setBusy(false));
  };
  const device = (remembered && deviceSecret) || null;
  const byPasskey = (client: VaultClient) =>
    passkey === undefined ? client.unlockByPasskey(door, everywhere) : passkey(everywhere, device);
  return (
    <form
      class="stack s3 vault-unlock"
      onSubmit={(event) => {
        event.preventDefault();
        if (words !== "") run((client) => client.unlockByWords(door, words, everywhere, device));
      }}
    >
      {state.locked_by_hand && state.wraps.some(({ kind }) => kind === "device") && (
        <p class="t12 m2">{t("vault_byHand")}</p>
      )}
      {away && (
        <p class="t13" role="status">
          {t("vault_away")}
        </p>
      )}
      {(isOwnPage() || passkey !== undefined) && state.wraps.some(({ kind }) => kind === "passkey_prf") && (
        <PasskeyButton busy={busy} onClick={() => run(byPasskey)} />
      )}
      <div class="field">
        <label for="vault-words">{t("vault_words")}</label>
        <div class="row">
          <input
            id="vault-words"
            class="in lg"
            type="password"
            autocomplete="current-password"
            value={words}
            aria-invalid={fault === null ? undefined : "true"}
            aria-describedby={fault === null ? undefined : "vault-fault"}
            onInput={(event) => setWords(event.currentTarget.value)}
          />
          <button type="submit" class="btn lg" aria-busy={busy}>
            {busy ? t("vault_unlocking") : t("vault_unlock")}
          </button>
        </div>
        {fault !== null && (
          <p class="hint err" id="vault-fault" role="alert">
            <Icon name="failed" small />
            <span>{fault}</span>
          </p>
        )}
      </div>
      <label class="check">
        <input type="checkbox" checked={everywhere} onChange={(event) => setEverywhere(event.currentTarget.checked)} />
        {t("vault_everywhere")}
      </label>
      {deviceSecret !== undefined && <Remember isOn={remembered} onChange={setRemembered} />}
    </form>
  );
}

/** What it means is said where it is chosen: nobody needs to know any words then. */
function Remember({ isOn, onChange }: { isOn: boolean; onChange(isOn: boolean): void }) {
  return (
    <div class="stack s1">
      <label class="check">
        <input
          type="checkbox"
          checked={isOn}
          aria-describedby="vault-device-hint"
          onChange={(event) => onChange(event.currentTarget.checked)}
        />
        {t("vault_device")}
      </label>
      <p class="t12 m3" id="vault-device-hint">
        {t("vault_deviceHint")}
      </p>
    </div>
  );
}

function PasskeyButton({ busy, onClick }: { busy: boolean; onClick(): void }) {
  return (
    <>
      <button type="button" class="btn primary lg wide" aria-busy={busy} onClick={onClick}>
        <Icon name="passkey" />
        {t("vault_passkey")}
      </button>
      <p class="t12 m3 vault-or">{t("vault_or")}</p>
    </>
  );
}

/** Looks again and again, once the person was sent to another tab. */
function useUnlockedElsewhere(away: boolean, door: VaultDoor, onUnlocked: Props["onUnlocked"]): void {
  useEffect(() => {
    if (!away) return;
    const look = () =>
      door
        .vault()
        .then((now) => now.unlocked && onUnlocked(now))
        .catch(() => undefined); // away for a moment: it is looked again soon
    const looking = setInterval(() => void look(), LOOK_EVERY_MS);
    return () => clearInterval(looking);
  }, [away]);
}

/** A passkey is for the server's own name: a page of another has to ask for that. */
function isOwnPage(): boolean {
  return location.protocol.startsWith("http");
}

/** The ciphers, when they are needed and not before. */
async function loadClient() {
  return (await import("../vault/vault-client")).vaultClient;
}
