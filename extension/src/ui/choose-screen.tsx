import { useEffect, useState } from "preact/hooks";
import type { ModelChoice } from "../wire/model-choice";
import type { ChooseSource } from "./choose-source";
import { errorWords } from "./error-words";
import { LoadState } from "./load-state";
import { Logo } from "./logo";
import { ModelPicker } from "./model-picker";
import { Note } from "./note";
import { OriginName } from "./origin-name";
import { Sentence } from "./sentence";
import { SiteMonogram } from "./site-monogram";
import { t } from "./t";
import { toggled } from "./toggled";
import { useArmed } from "./use-armed";
import { useLoaded } from "./use-loaded";

async function load(source: ChooseSource) {
  const choice = await source.choice();
  if (choice === null) return { choice, models: [], favourites: new Set<string>() };
  const [models, favourites] = await Promise.all([source.models(), source.favourites()]);
  return { choice, models: models.filter(({ id }) => choice.models.includes(id)), favourites };
}

/** A page asks which of its models it is to use: the picker, with those it was allowed. Esc, or closing the window, chooses none. */
export function ChooseScreen({ source }: { source: ChooseSource }) {
  const { value, error, busy, reload } = useLoaded(() => load(source));
  const choice = value?.choice ?? null;
  const armed = useArmed(choice?.id);
  const { answer, failure } = useAnswer(source);
  return (
    <>
      <header class="cbar">
        <Logo size={18} />
        <span>{t("consent_bar")}</span>
      </header>
      <main class="cmain pickermain">
        <div class="asking">
          {choice !== null && <Who choice={choice} />}
          {failure !== null && (
            <Note kind="danger">
              <p>{failure}</p>
            </Note>
          )}
          <LoadState waiting={value === null} error={error} busy={busy} onRetry={reload} />
          {value !== null && value.models.length === 0 && (
            <Note kind="plain">
              <p>{t(choice === null ? "provider_over" : "choose_noModel")}</p>
            </Note>
          )}
        </div>
        {value !== null && value.models.length > 0 && (
          <ModelPicker
            models={value.models}
            chosen={null}
            favourites={value.favourites}
            onChoose={({ id }) => armed && answer(id)}
            onFavourite={(id) => void source.setFavourites(toggled(value.favourites, id)).then(reload)}
            onBack={() => answer(null)}
          />
        )}
      </main>
      <footer class="cfoot">
        <button type="button" class="btn lg" aria-disabled={!armed} onClick={() => armed && answer(null)}>
          {t("choose_none")}
        </button>
        <p class="tiny">{t("choose_hint")}</p>
      </footer>
    </>
  );
}

/** Gives the answer once, and again when it could not be given; null chooses none, as does Esc. */
function useAnswer(source: ChooseSource) {
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const answer = (model: string | null) => {
    if (busy) return;
    setBusy(true);
    (model === null ? source.refuse() : source.choose(model)).then(source.close, (problem: unknown) => {
      setFailure(errorWords(problem));
      setBusy(false);
    });
  };
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key === "Escape") answer(null);
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [busy]);
  return { answer, failure };
}

function Who({ choice: { origin, embedder, reason } }: { choice: ModelChoice }) {
  const site = <OriginName origin={origin} scheme />;
  return (
    <div class="who">
      <SiteMonogram origin={origin} size="lg" />
      <div>
        <h1>
          {embedder === null ? (
            <Sentence of="choose_asks" parts={{ site }} />
          ) : (
            <Sentence of="choose_frameAsks" parts={{ site, page: <OriginName origin={embedder} scheme /> }} />
          )}
        </h1>
        {reason !== null && (
          <p class="says">
            <span>{t(embedder === null ? "consent_siteSays" : "consent_frameSays")}</span>{" "}
            <bdi dir="auto">“{reason}”</bdi>
          </p>
        )}
      </div>
    </div>
  );
}
