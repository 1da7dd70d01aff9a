import { useEffect, useState } from "preact/hooks";
import type { OwnVault } from "../vault/own-vault";
import type { VaultState } from "../wire/vault-state";
import { errorWords } from "./error-words";
import { Icon } from "./icon";
import { Note } from "./note";
import { OriginName } from "./origin-name";
import { Sentence } from "./sentence";
import { t } from "./t";
import { VaultUnlockForm } from "./vault-unlock-form";
import { Wordmark } from "./wordmark";

interface Props {
  /** The site that waits. */
  origin: string;
  state: VaultState;
  door: OwnVault;
  decide(isRight: boolean): Promise<void>;
  /** Look again how things stand. */
  reload(): void;
}

/** A page waits because the vault is locked: unlock it here, or anywhere else, and the page goes on by itself. */
export function TroubleVault({ origin, state, door, decide, reload }: Props) {
  const [problem, setProblem] = useState<string | null>(null);
  const answer = (isRight: boolean) =>
    void decide(isRight).catch((failure: unknown) => setProblem(errorWords(failure)));
  const isOpen = state.mode === "managed" || state.unlocked;
  useEffect(() => {
    if (isOpen) answer(true);
    window.addEventListener("focus", reload);
    return () => window.removeEventListener("focus", reload);
  }, [isOpen]);
  return (
    <main class="pad stack s4">
      <Wordmark />
      <div class="row g3">
        <span class="vmark locked">
          <Icon name="lock" />
        </span>
        <div class="grow stack s1">
          <h1 class="h2">{t("vault_title")}</h1>
          <p class="t13 m2 anywhere">
            <Sentence of="trouble_waitsForVault" parts={{ site: <OriginName origin={origin} /> }} />
          </p>
        </div>
      </div>
      <VaultUnlockForm
        door={door}
        state={state}
        deviceSecret={door.deviceSecret}
        passkey={door.passkey}
        onUnlocked={reload}
      />
      {problem !== null && (
        <Note kind="danger">
          <p>{problem}</p>
        </Note>
      )}
      <p class="t12 m3">{t("trouble_nothingSent")}</p>
      <div class="row dialog-buttons">
        <button type="button" class="btn" onClick={() => answer(false)}>
          {t("trouble_cancel")}
        </button>
      </div>
    </main>
  );
}
