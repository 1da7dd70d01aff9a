import { useEffect, useRef, useState } from "preact/hooks";
import type { Model } from "../wire/model";
import type { ProviderChange } from "../wire/provider-change";
import { errorWords } from "./error-words";
import { Logo } from "./logo";
import type { MessageKey } from "./message-key";
import { ModelPicker } from "./model-picker";
import { Note } from "./note";
import { OriginName } from "./origin-name";
import type { ProviderSource } from "./provider-source";
import { ProviderTerms } from "./provider-terms";
import { Sentence } from "./sentence";
import { SiteMonogram } from "./site-monogram";
import { Skeleton } from "./skeleton";
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
  const { value, error, reload } = useLoaded(() => load(source));
  const [chosen, setChosen] = useState<Model | null>(null);
  const [picking, setPicking] = useState(false);
  const armed = useArmed(value?.change?.id);
  const { answer, busy, failure } = useAnswer(source, picking);
  if (error !== null) return <Words words={error} isFault />;
  if (value === null) return <Words words={null} />;
  const { change, models, favourites } = value;
  if (change === null) return <Words words={t("provider_over")} />;
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
        {failure !== null && (
          <Note kind="danger">
            <p>{failure}</p>
          </Note>
        )}
        <Who change={change} />
        <ProviderTerms change={change} model={model} onPick={() => setPicking(true)} />
      </main>
      <Buttons
        armed={armed && !busy}
        isPossible={isPossible}
        yes={t(yesOf(change), { count: change.keys?.length ?? 0 })}
        isDangerous={change.kind === "sign_out"}
        answer={(isYes) => answer(isYes, change.kind === "default" ? (model?.id ?? null) : null)}
      />
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
  isPossible: boolean;
  yes: string;
  isDangerous: boolean;
  answer(isYes: boolean): void;
}

function Buttons({ armed, isPossible, yes, isDangerous, answer }: ButtonsProps) {
  const no = useRef<HTMLButtonElement>(null);
  useEffect(() => no.current?.focus(), []);
  return (
    <footer class="cfoot">
      <div class="row dialog-buttons">
        <button ref={no} type="button" class="btn lg" aria-disabled={!armed} onClick={() => armed && answer(false)}>
          {t("provider_no")}
        </button>
        <button
          type="button"
          class={`btn lg ${isDangerous ? "danger" : "primary"}`}
          aria-disabled={!isPossible}
          onClick={() => isPossible && answer(true)}
        >
          {yes}
        </button>
      </div>
      <p class="tiny">{t("provider_hint")}</p>
    </footer>
  );
}

/** Nothing to be answered: a wait, a failure, or that it is over. */
function Words({ words, isFault = false }: { words: string | null; isFault?: boolean }) {
  return (
    <>
      <Bar />
      <main class="cmain">
        {words === null ? (
          <Skeleton rows={4} />
        ) : (
          <Note kind={isFault ? "danger" : "plain"}>
            <p>{words}</p>
          </Note>
        )}
      </main>
    </>
  );
}
