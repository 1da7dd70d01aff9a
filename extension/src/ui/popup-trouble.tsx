import { useState } from "preact/hooks";
import type { Snapshot } from "../wire/snapshot";
import { errorWords } from "./error-words";
import { Icon } from "./icon";
import { Note } from "./note";
import { OriginName } from "./origin-name";
import { Sentence } from "./sentence";
import { t } from "./t";

interface Props {
  snapshot: Snapshot;
  /** Whether it is being looked again now. */
  looking: boolean;
  onConnect(): Promise<void>;
  onRetry(): void;
  onSettings(): void;
}

/** The popup when there is nobody to ask: signed out, or nothing listening at the address. */
export function PopupTrouble({ snapshot, looking, onConnect, onRetry, onSettings }: Props) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const signedOut = snapshot.connection === "signed_out";
  const connect = () => {
    if (busy) return;
    setBusy(true);
    setError(null);
    onConnect()
      .catch((failure: unknown) => setError(errorWords(failure)))
      .finally(() => setBusy(false));
  };
  return (
    <div class="stack s3">
      <div class="empty">
        <span class="vmark locked big">
          <Icon name={signedOut ? "lock" : "server"} />
        </span>
        <h1 class="h2">{signedOut ? t("popup_signInTitle") : t("popup_downTitle")}</h1>
        {signedOut ? (
          <p>{t("popup_signIn")}</p>
        ) : (
          <p>
            <Sentence of="popup_down" parts={{ address: <span class="mono">{new URL(snapshot.backend).host}</span> }} />
          </p>
        )}
        <div class="row gap-top">
          {signedOut ? (
            <button type="button" class="btn primary" aria-busy={busy} onClick={connect}>
              {busy ? t("popup_signingIn") : t("popup_signInButton")}
            </button>
          ) : (
            <button type="button" class="btn primary" aria-busy={looking} onClick={() => looking || onRetry()}>
              <Icon name="refresh" />
              {t("popup_again")}
            </button>
          )}
          <button type="button" class="btn" onClick={onSettings}>
            {t("popup_change")}
          </button>
        </div>
      </div>
      {error !== null && (
        <Note kind="danger">
          <p>{error}</p>
        </Note>
      )}
      {!signedOut && (
        <div class="stack s1">
          <p class="t12 m2">{t("popup_restart")}</p>
          <div class="code">
            <span class="grow cut">{t("popup_command")}</span>
            <button
              type="button"
              class="btn icon sm quiet"
              aria-label={t("popup_copy")}
              onClick={() => void navigator.clipboard.writeText(t("popup_command"))}
            >
              <Icon name="copy" />
            </button>
          </div>
        </div>
      )}
      {snapshot.missed !== null && (
        <Note kind="info">
          <p>
            <Sentence of="popup_missed" parts={{ site: <OriginName origin={snapshot.missed.origin} /> }} />
          </p>
        </Note>
      )}
    </div>
  );
}
