import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Model } from "../wire/model";
import type { ProviderChange } from "../wire/provider-change";
import { errorWords } from "./error-words";
import { LoadState } from "./load-state";
import { Logo } from "./logo";
import type { MessageKey } from "./message-key";
import { ModelPicker } from "./model-picker";
import { Note } from "./note";
import { OriginName } from "./origin-name";
import type { ProviderSource } from "./provider-source";
import { ProviderTerms } from "./provider-terms";
import { Sentence } from "./sentence";
import { SiteMonogram } from "./site-monogram";
import { t } from "./t";
import { toggled } from "./toggled";
import { useArmed } from "./use-armed";
import { useLoaded } from "./use-loaded";

async function load(source: ProviderSource) {
  const change = await source.change();
  const isAboutModels = change?.kind === "default";
  const [models, favourites] = isAboutModels ? await Promise.all([source.models(), source.favourites()]) : [[], NONE];
  return { change, models: change === null ? [] : models.filter((model) => isOf(change, model)), favourites };
}

const NONE: ReadonlySet<string> = new Set();

/** Whether a model is one of those that are to be the default: all of the Satchel's, or those that one of the keys opens. */
function isOf({ keys }: ProviderChange, { satchel }: Model): boolean {
  if (satchel.direct) return false;
  return keys?.some(({ provider, label }) => provider === satchel.provider && label === satchel.key_label) ?? true;
}

function suggested(models: readonly Model[]): Model | null {
  const able = models.filter(({ satchel }) => satchel.available && satchel.capabilities.includes("chat"));
  return able.find(({ satchel }) => satchel.preferred) ?? able[0] ?? null;
}

/** A provider's own page wants to be the default, or to be signed out: what becomes of it, a no and a yes. Focus starts on the no; Esc is one. */
export function ProviderScreen({ source }: { source: ProviderSource }) {
  const { value, error, busy: isLoading, reload } = useLoaded(() => load(source));
  const [chosen, setChosen] = useState<Model | null>(null);
  const [picking, setPicking] = useState(false);
  const armed = useArmed(value?.change?.id);
  const { answer, busy, failure } = useAnswer(source, picking);
  if (value === null) {
    return (
      <>
        <Bar />
        <main class="cmain">
          <Failure of={failure} />
          <LoadState waiting error={error} busy={isLoading} onRetry={reload} />
        </main>
        <Buttons key="no" armed={armed && !busy} onNo={() => answer(false, null)} />
      </>
    );
  }
  const { change, models, favourites } = value;
  if (change === null) return <Over />;
  const model = chosen ?? suggested(models);
  if (picking) {
    return (
      <main class="cmain pickermain">
        <h1 class="sr">{t("picker_title")}</h1>
        <ModelPicker
          {...{ models, favourites }}
          chosen={model?.id ?? null}
          onChoose={(picked) => {
            setChosen(picked);
            setPicking(false);
          }}
          onFavourite={(id) => void source.setFavourites(toggled(favourites, id)).then(reload)}
          onBack={() => setPicking(false)}
        />
      </main>
    );
  }
  const isPossible = armed && !busy && (change.kind === "sign_out" || model !== null);
  return (
    <>
      <Bar />
      <main class="cmain">
        <Failure of={failure} />
        <Who change={change} />
        <ProviderTerms change={change} model={model} onPick={() => setPicking(true)} />
      </main>
      <Buttons armed={armed && !busy} onNo={() => answer(false, null)}>
        <button
          type="button"
          class={`btn lg ${change.kind === "sign_out" ? "danger" : "primary"}`}
          aria-disabled={!isPossible}
          onClick={() => isPossible && answer(true, change.kind === "default" ? (model?.id ?? null) : null)}
        >
          {t(yesOf(change), { count: change.keys?.length ?? 0 })}
        </button>
      </Buttons>
    </>
  );
}

/** Gives the answer once, and again when it could not be done; Esc is a no unless it closes the picker. */
function useAnswer(source: ProviderSource, picking: boolean) {
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const answer = (isYes: boolean, model: string | null) => {
    if (busy) return;
    setBusy(true);
    (isYes ? source.accept(model) : source.refuse()).then(source.close, (problem: unknown) => {
      setFailure(errorWords(problem));
      setBusy(false);
    });
  };
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key === "Escape" && !picking) answer(false, null);
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [picking, busy]);
  return { answer, busy, failure };
}

function yesOf({ kind, keys }: ProviderChange): MessageKey {
  if (kind === "default") return "provider_yesDefault";
  return keys === null ? "provider_yesDisconnect" : "provider_yesKeys";
}

function Who({ change }: { change: ProviderChange }) {
  const site = <OriginName origin={change.origin} scheme />;
  return (
    <div class="who">
      <SiteMonogram origin={change.origin} size="lg" />
      <div>
        <h1>
          <Sentence of={change.kind === "default" ? "provider_default" : "provider_signOut"} parts={{ site }} />
        </h1>
      </div>
    </div>
  );
}

function Bar() {
  return (
    <header class="cbar">
      <Logo size={18} />
      <span>{t("consent_bar")}</span>
    </header>
  );
}

interface ButtonsProps {
  armed: boolean;
  onNo(): void;
  /** The yes, where there is one. */
  children?: ComponentChildren;
}

function Buttons({ armed, onNo, children }: ButtonsProps) {
  const no = useRef<HTMLButtonElement>(null);
  useEffect(() => no.current?.focus(), []);
  return (
    <footer class="cfoot">
      <div class="row dialog-buttons">
        <button ref={no} type="button" class="btn lg" aria-disabled={!armed} onClick={() => armed && onNo()}>
          {t("provider_no")}
        </button>
        {children}
      </div>
      <p class="tiny">{t("provider_hint")}</p>
    </footer>
  );
}

function Failure({ of: failure }: { of: string | null }) {
  return failure === null ? null : (
    <Note kind="danger">
      <p>{failure}</p>
    </Note>
  );
}

function Over() {
  return (
    <>
      <Bar />
      <main class="cmain">
        <Note kind="plain">
          <p>{t("provider_over")}</p>
        </Note>
      </main>
    </>
  );
}
