import { useState } from "preact/hooks";
import type { Snapshot } from "../wire/snapshot";
import { errorWords } from "./error-words";
import type { FirstRunSource } from "./first-run-source";
import { Icon } from "./icon";
import { Step } from "./step";
import { t } from "./t";

interface Props {
  source: FirstRunSource;
  snapshot: Snapshot;
  onChange(): void;
}

/** Step one: the address, and the sign-in at it; afterwards where one is connected, and how to leave. */
export function ConnectStep({ source, snapshot, onChange }: Props) {
  const [editing, setEditing] = useState(false);
  const connected = snapshot.connection === "connected";
  const host = new URL(snapshot.backend).host;
  if (connected && !editing) {
    return (
      <Step
        number={1}
        state="done"
        title={t("first_connected")}
        hint={`${host} · ${snapshot.account?.email ?? ""}`}
        action={
          <button type="button" class="btn sm quiet" onClick={() => setEditing(true)}>
            {t("first_change")}
          </button>
        }
      />
    );
  }
  return (
    <Step number={1} state="now" title={t("first_connect")} hint={t("first_connectHint")}>
      <ConnectForm
        source={source}
        snapshot={snapshot}
        onDone={() => {
          setEditing(false);
          onChange();
        }}
      />
      {connected && (
        <div class="row">
          <button type="button" class="btn sm quiet" onClick={() => setEditing(false)}>
            {t("first_cancel")}
          </button>
          <button
            type="button"
            class="btn sm quiet danger end"
            onClick={() =>
              void source.disconnect().then(() => {
                setEditing(false);
                onChange();
              })
            }
          >
            {t("first_disconnect")}
          </button>
        </div>
      )}
    </Step>
  );
}

function ConnectForm({ source, snapshot, onDone }: { source: FirstRunSource; snapshot: Snapshot; onDone(): void }) {
  const [address, setAddress] = useState(snapshot.backend);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const connect = async (event: Event) => {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    setError(null);
    try {
      setAddress(await source.setBackend(address));
      await source.connect();
      onDone();
    } catch (problem) {
      setError(errorWords(problem));
    } finally {
      setBusy(false);
    }
  };
  return (
    <form class="stack s3" onSubmit={(event) => void connect(event)}>
      <div class="field">
        <label for="address">{t("first_address")}</label>
        <input
          id="address"
          class="in mono"
          value={address}
          spellcheck={false}
          autocomplete="off"
          aria-invalid={error !== null}
          aria-describedby="address-hint"
          onInput={(event) => setAddress(event.currentTarget.value)}
        />
        {error === null ? (
          <p class="hint" id="address-hint">
            {t("first_addressHint")}
          </p>
        ) : (
          <p class="hint err" id="address-hint" role="alert">
            <Icon name="failed" small />
            <span>{error}</span>
          </p>
        )}
      </div>
      <div class="row">
        <button type="submit" class="btn primary lg" aria-busy={busy}>
          {busy ? t("first_connecting") : t("first_connectButton")}
        </button>
      </div>
    </form>
  );
}
