import { useEffect, useRef, useState } from "preact/hooks";
import type { Snapshot } from "../wire/snapshot";
import { errorWords } from "./error-words";
import type { FirstRunSource } from "./first-run-source";
import { Icon } from "./icon";
import { Note } from "./note";
import { Step } from "./step";
import { t } from "./t";
import { useFocusBack } from "./use-focus-back";

interface Props {
  source: FirstRunSource;
  snapshot: Snapshot;
  onChange(): void;
}

/** Step one: the address, and the sign-in at it; afterwards where one is connected, and how to leave. */
export function ConnectStep({ source, snapshot, onChange }: Props) {
  const [editing, setEditing] = useState(false);
  const connected = snapshot.connection === "connected";
  const change = useFocusBack(!connected || editing);
  const host = new URL(snapshot.backend).host;
  if (connected && !editing) {
    return (
      <Step
        number={1}
        state="done"
        title={t("first_connected")}
        hint={`${host} · ${snapshot.account?.email ?? ""}`}
        action={
          <button ref={change} type="button" class="btn sm quiet" onClick={() => setEditing(true)}>
            {t("first_change")}
          </button>
        }
      />
    );
  }
  const done = () => {
    setEditing(false);
    onChange();
  };
  return (
    <Step number={1} state="now" title={t("first_connect")} hint={t("first_connectHint")}>
      <ConnectForm source={source} snapshot={snapshot} focus={editing} onDone={done} />
      {connected && <Leave source={source} onCancel={() => setEditing(false)} onDone={done} />}
    </Step>
  );
}

interface LeaveProps {
  source: FirstRunSource;
  onCancel(): void;
  onDone(): void;
}

/** Beside the form of who is connected: back to how it was, or away from this Satchel. */
function Leave({ source, onCancel, onDone }: LeaveProps) {
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const disconnect = () => {
    if (busy) return;
    setBusy(true);
    setFailure(null);
    source
      .disconnect()
      .then(onDone, (problem: unknown) => setFailure(errorWords(problem)))
      .finally(() => setBusy(false));
  };
  return (
    <>
      {failure !== null && (
        <Note kind="danger">
          <p>{failure}</p>
        </Note>
      )}
      <div class="row">
        <button type="button" class="btn sm quiet" onClick={onCancel}>
          {t("first_cancel")}
        </button>
        <button type="button" class="btn sm quiet danger end" aria-busy={busy} onClick={disconnect}>
          {t("first_disconnect")}
        </button>
      </div>
    </>
  );
}

interface FormProps {
  source: FirstRunSource;
  snapshot: Snapshot;
  /** Whether the address takes the focus when it appears. */
  focus: boolean;
  onDone(): void;
}

function ConnectForm({ source, snapshot, focus, onDone }: FormProps) {
  const [address, setAddress] = useState(snapshot.backend);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (focus) field.current?.focus();
  }, []);
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
          ref={field}
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
