import { useState } from "preact/hooks";
import type { Model } from "../wire/model";
import type { Snapshot } from "../wire/snapshot";
import { ConnectStep } from "./connect-step";
import { errorWords } from "./error-words";
import { FirstRunPromise } from "./first-run-promise";
import type { FirstRunSource } from "./first-run-source";
import { LoadState } from "./load-state";
import { ModelPicker } from "./model-picker";
import { ModelStep } from "./model-step";
import { Step } from "./step";
import { t } from "./t";
import { useFocusBack } from "./use-focus-back";
import { useLoaded } from "./use-loaded";
import { Wordmark } from "./wordmark";

async function load(source: FirstRunSource) {
  const snapshot = await source.snapshot();
  if (snapshot.connection !== "connected") return { snapshot, models: [], favourites: new Set<string>() };
  const [models, favourites] = await Promise.all([source.models(), source.favourites()]);
  return { snapshot, models, favourites };
}

interface Props {
  source: FirstRunSource;
  /** Leaves the steps for everything that can be set. */
  onSettings(): void;
}

/** What is this, and when does it work? Connect, choose, try. */
export function FirstRunScreen({ source, onSettings }: Props) {
  const { value, error, busy, reload } = useLoaded(() => load(source));
  return (
    <>
      <header class="bar wbar">
        <Wordmark size={24} />
        <span class="end row t12 m2" role="status">
          {value !== null && <Status snapshot={value.snapshot} />}
        </span>
        {value?.snapshot.connection === "connected" && (
          <button type="button" class="btn sm" onClick={onSettings}>
            {t("popup_settings")}
          </button>
        )}
      </header>
      <main class="first">
        <FirstRunPromise />
        <div class="stack">
          <LoadState waiting={value === null} error={error} busy={busy} onRetry={reload} />
          {value !== null && <Steps source={source} reload={reload} {...value} />}
        </div>
      </main>
    </>
  );
}

function Status({ snapshot }: { snapshot: Snapshot }) {
  const connected = snapshot.connection === "connected";
  return (
    <>
      <span class={`dot ${connected ? "" : "off"}`} aria-hidden="true" />
      {t(`first_status_${snapshot.connection}`)}
    </>
  );
}

interface StepsProps {
  source: FirstRunSource;
  snapshot: Snapshot;
  models: Model[];
  favourites: ReadonlySet<string>;
  reload(): void;
}

function Steps({ source, snapshot, models, favourites, reload }: StepsProps) {
  const [decided, setDecided] = useState(false);
  const [picking, setPicking] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const opener = useFocusBack(picking);
  const connected = snapshot.connection === "connected";
  const use = (model: Model) => {
    setPicking(false);
    if (busy) return;
    setBusy(true);
    setFailure(null);
    const done = () => {
      setDecided(true);
      reload();
    };
    source
      .setModel(model.id)
      .then(done, (problem: unknown) => setFailure(errorWords(problem)))
      .finally(() => setBusy(false));
  };
  if (picking) {
    return (
      <section class="card pad3 pickercard" aria-label={t("first_choose")}>
        <ModelPicker
          models={models}
          chosen={snapshot.account?.preferred_model ?? null}
          favourites={favourites}
          onChoose={use}
          onFavourite={(id) => {
            const next = new Set(favourites);
            if (!next.delete(id)) next.add(id);
            void source.setFavourites(next).then(reload);
          }}
          onBack={() => setPicking(false)}
        />
      </section>
    );
  }
  return (
    <ol class="steps">
      <ConnectStep source={source} snapshot={snapshot} onChange={reload} />
      {connected ? (
        <ModelStep
          models={models}
          preferred={snapshot.account?.preferred_model ?? null}
          decided={decided}
          busy={busy}
          opener={opener}
          error={failure}
          onUse={use}
          onPick={() => setPicking(true)}
          onLater={() => setDecided(true)}
          onChange={() => setDecided(false)}
        />
      ) : (
        <Step number={2} state="later" title={t("first_choose")} hint={t("first_chooseHint")} />
      )}
      <Step
        number={3}
        state={connected && decided ? "now" : "later"}
        title={t("first_demo")}
        hint={t("first_demoHint")}
        action={
          connected && decided ? (
            <a class="btn primary" href={`${snapshot.backend}/demo`} target="_blank" rel="noopener noreferrer">
              {t("first_demoButton")}
            </a>
          ) : null
        }
      />
    </ol>
  );
}
