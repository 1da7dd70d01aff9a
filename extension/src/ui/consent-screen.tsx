import { useEffect, useRef, useState } from "preact/hooks";
import type { ConsentDecision } from "../wire/consent-decision";
import type { ConsentQuestion } from "../wire/consent-question";
import type { Model } from "../wire/model";
import { PermissionWish } from "../wire/permission-wish";
import { ConsentAnswer } from "./consent-answer";
import { ConsentLimits } from "./consent-limits";
import { ConsentMay } from "./consent-may";
import { ConsentRequests } from "./consent-requests";
import type { ConsentSource } from "./consent-source";
import { ConsentTerms } from "./consent-terms";
import { ConsentWho } from "./consent-who";
import { errorWords } from "./error-words";
import { Icon } from "./icon";
import { LoadState } from "./load-state";
import { Logo } from "./logo";
import { modelMaker } from "./model-maker";
import { ModelPicker } from "./model-picker";
import { modelPrice } from "./model-price";
import { Note } from "./note";
import { OptionsSection } from "./options-section";
import { t } from "./t";
import { toggled } from "./toggled";
import { useArmed } from "./use-armed";
import { useLoaded } from "./use-loaded";
import { useNarrow } from "./use-narrow";

const PREFERRED = "satchel/preferred";

/** The question; or, over it, who else could answer, or what would be sent. */
type View = "question" | "models" | "request";
type Asked = NonNullable<Awaited<ReturnType<ConsentSource["question"]>>>;

async function ask(source: ConsentSource) {
  return { asked: await source.question() };
}

async function offers(source: ConsentSource) {
  const [account, models, favourites] = await Promise.all([source.account(), source.models(), source.favourites()]);
  return { preferred: account.preferred_model, models, favourites };
}

/** The models that the site itself does not exclude. */
function wished(wish: ConsentQuestion["wish"], models: readonly Model[]): Model[] {
  return models.filter(({ id, satchel }) => PermissionWish.allows(wish, id, satchel.local));
}

/** The model that would answer: the one the page named when the person has it, else the person's default. */
function suggested(question: ConsentQuestion, models: readonly Model[], preferred: string | null): Model | null {
  const { wish } = question;
  const usable = wished(wish, models).filter((model) => model.satchel.available);
  const byId = (id: string | null) => usable.find((model) => model.id === id);
  return byId(question.model) ?? byId(preferred) ?? usable[0] ?? null;
}

/** Who asks for what, with which model, at most how much? Three equal buttons; focus starts on Deny; Esc denies. */
export function ConsentScreen({ source }: { source: ConsentSource }) {
  const question = useLoaded(() => ask(source));
  const offer = useLoaded(() => offers(source));
  const [chosen, setChosen] = useState<Model | null>(null);
  const [changed, onTerms] = useState<ConsentTerms | null>(null);
  const [view, setView] = useState<View>("question");
  const back = () => setView("question");
  const asked = question.value?.asked ?? null;
  const model =
    chosen ?? (asked && offer.value && suggested(asked.question, offer.value.models, offer.value.preferred));
  const armed = useArmed(`${asked?.question.requests} ${view} ${model?.id}`);
  const { decide, busy, failure } = useDecision(source, view === "question" ? null : back);

  useChanges(source, question.reload, offer.reload);
  if (question.value !== null && asked === null) return <Gone />;
  if (asked === null || offer.value === null)
    return (
      <Unready {...{ asked, failure, decide }} armed={armed && !busy} missing={asked === null ? question : offer} />
    );
  const { models, favourites } = offer.value;
  if (view === "question")
    return (
      <Question
        {...{ asked, models, model, changed, failure, decide, onTerms }}
        armed={armed && !busy}
        onView={setView}
      />
    );
  return (
    <>
      <ConsentBar others={asked.others} onBack={back} />
      {view === "request" ? (
        <ConsentRequests source={source} question={asked.question} />
      ) : (
        <main class="cmain pickermain">
          <h1 class="sr">{t("picker_title")}</h1>
          <ModelPicker
            models={wished(asked.question.wish, models)}
            chosen={model?.id ?? null}
            favourites={favourites}
            onChoose={(picked) => {
              setChosen(picked);
              back();
            }}
            onFavourite={(id) => void source.setFavourites(toggled(favourites, id)).then(offer.reload)}
            onBack={back}
          />
        </main>
      )}
    </>
  );
}

interface QuestionProps {
  asked: Asked;
  models: readonly Model[];
  model: Model | null;
  /** The terms, once the person has set them. */
  changed: ConsentTerms | null;
  armed: boolean;
  failure: string | null;
  decide(decision: ConsentDecision): void;
  onTerms(terms: ConsentTerms): void;
  onView(view: View): void;
}

function Question({ asked, models, model, changed, armed, failure, decide, onTerms, onView }: QuestionProps) {
  const { question, others } = asked;
  const terms = changed ?? ConsentTerms.startingFrom(question.wish ?? null);
  const mayOnce = canKeepBudget(model) || !question.wish?.budget;
  const isNarrow = useNarrow();
  return (
    <>
      <ConsentBar others={others} {...(question.readable ? { onRequest: () => onView("request") } : {})} />
      <main class="cmain">
        {failure !== null && (
          <Note kind="danger">
            <p>{failure}</p>
          </Note>
        )}
        <ConsentWho question={question} />
        <Missing question={question} model={model} />
        <ConsentMay question={question} models={models} />
        <div class="decisive">
          <ConsentAnswer question={question} model={model} onPick={() => onView("models")} />
          {canKeepBudget(model) ? (
            <ConsentLimits
              terms={terms}
              onChange={onTerms}
              folded={isNarrow || isTall(question) || isReplaced(question, model)}
              all={isNarrowed(question)}
            />
          ) : (
            <Note kind="plain">
              <p id="why-not-always">{t(mayOnce ? "consent_noBudget" : "consent_noBudgetAtAll")}</p>
            </Note>
          )}
        </div>
      </main>
      <ConsentButtons
        {...{ armed, model, mayOnce, terms }}
        answer={(kind) => decide(decisionOf(kind, question, model, terms))}
      />
    </>
  );
}

/**
 * Looks again when something changed: at the question each time, which costs nothing; at the models, which asks the
 * Satchel, unless what runs has merely got further. What changed in that same moment is seen when the person comes back here.
 */
function useChanges(source: ConsentSource, reloadQuestion: () => void, reloadOffer: () => void): void {
  useEffect(() => {
    let ran: string | null = null;
    const unwatch = source.watch((live) => {
      const runs = JSON.stringify(live);
      reloadQuestion();
      if (ran === null || ran === runs) reloadOffer();
      ran = runs;
    });
    window.addEventListener("focus", reloadOffer);
    return () => {
      unwatch();
      window.removeEventListener("focus", reloadOffer);
    };
  }, []);
}

/** Gives the answer once, and again when it could not be kept; Esc is a no, or leads back from what lies over the question. */
function useDecision(source: ConsentSource, back: (() => void) | null) {
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const decide = (decision: ConsentDecision) => {
    if (busy) return;
    setBusy(true);
    source.decide(decision).then(source.close, (problem: Error) => {
      setFailure(errorWords(problem));
      setBusy(false);
    });
  };
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== "Escape") return;
      if (back === null) decide({ kind: "deny" });
      else back();
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [back === null, busy]);
  return { decide, busy, failure };
}

/** The backend refuses a budget to what it cannot price: an “always” would be a “never”. */
function canKeepBudget(model: Model | null): boolean {
  return model === null || modelPrice(model).kind !== "unknown";
}

/** Whether another model than the one asked for answers: then the window says so, and needs the room. */
function isReplaced(question: ConsentQuestion, model: Model | null): boolean {
  return model === null || (question.model !== PREFERRED && question.model !== model.id);
}

function isTall(question: ConsentQuestion): boolean {
  const long = question.embedder !== null || question.origin.includes("xn--") || question.tools.length > 3;
  return long || isNarrowed(question);
}

/** Whether the site itself asked for less than everything: then all that can be narrowed is shown. */
function isNarrowed({ wish }: ConsentQuestion): boolean {
  return wish ? PermissionWish.narrows(wish) : false;
}

/** The model that was shown is named in the answer: of several requests only the first one's model was seen. */
function decisionOf(
  kind: ConsentDecision["kind"],
  question: ConsentQuestion,
  model: Model | null,
  terms: ConsentTerms,
): ConsentDecision {
  if (kind === "deny" || model === null) return { kind: "deny" };
  if (kind === "once") return { kind, model: model.id, requests: question.requests };
  const caveats = ConsentTerms.caveats(terms, model.id, new Date());
  return caveats === null ? { kind: "deny" } : { kind, model: model.id, caveats };
}

interface BarProps {
  others: number;
  onBack?: () => void;
  onRequest?: () => void;
}

/** What stays in its place: who asks you, whether more wait, and the way to the request itself and back. */
function ConsentBar({ others, onBack, onRequest }: BarProps) {
  return (
    <header class="cbar">
      {onBack === undefined ? (
        <Logo size={18} />
      ) : (
        <button type="button" class="btn icon sm quiet" aria-label={t("picker_back")} onClick={onBack}>
          <Icon name="left" />
        </button>
      )}
      <span class="cut">{t("consent_bar")}</span>
      <span class="end nw" role="status">
        {others > 0 ? t("consent_others", { count: others }) : ""}
      </span>
      {onRequest !== undefined && (
        <button type="button" class="btn sm quiet" onClick={onRequest}>
          {t("request_view")}
        </button>
      )}
    </header>
  );
}

function Missing({ question, model }: { question: ConsentQuestion; model: Model | null }) {
  const isWished = question.wish?.models || question.wish?.local_only;
  if (model === null)
    return (
      <Note kind="warn">
        <p>
          {t(isWished ? "consent_noModelWished" : "consent_noModel")} <AddKey model={question.model} />
        </p>
      </Note>
    );
  if (!isReplaced(question, model)) return null;
  return (
    <Note kind="warn">
      <p>
        <b class="b">{t("consent_missing", { model: question.model })}</b> {t("consent_missingRest")}{" "}
        <AddKey model={question.model} />
      </p>
    </Note>
  );
}

/** To the keys, with the provider of the model that was asked for: once it can answer, this question is about it. */
function AddKey({ model }: { model: string }) {
  return (
    <a href={OptionsSection.address("keys", modelMaker(model))} target="_blank" rel="noopener noreferrer">
      {t("popup_addKey")}
    </a>
  );
}

interface ButtonsProps {
  armed: boolean;
  model: Model | null;
  mayOnce: boolean;
  terms: ConsentTerms;
  answer(kind: ConsentDecision["kind"]): void;
}

function ConsentButtons({ armed, model, mayOnce, terms, answer }: ButtonsProps) {
  const deny = useRef<HTMLButtonElement>(null);
  useEffect(() => deny.current?.focus(), []);
  const canOnce = armed && model !== null && mayOnce;
  const hasBudget = canKeepBudget(model);
  const canAlways = armed && model !== null && hasBudget && ConsentTerms.isReadable(terms);
  const press = (allowed: boolean, kind: ConsentDecision["kind"]) => () => {
    if (allowed) answer(kind);
  };
  return (
    <footer class="cfoot">
      <div class="three">
        <button ref={deny} type="button" class="btn lg" aria-disabled={!armed} onClick={press(armed, "deny")}>
          {t("consent_deny")}
        </button>
        <button
          type="button"
          class="btn lg primary"
          aria-disabled={!canOnce}
          aria-describedby={mayOnce ? undefined : "why-not-always"}
          onClick={press(canOnce, "once")}
        >
          {t("consent_once")}
        </button>
        <button
          type="button"
          class="btn lg"
          aria-disabled={!canAlways}
          aria-describedby={hasBudget ? undefined : "why-not-always"}
          onClick={press(canAlways, "always")}
        >
          {t("consent_alwaysAllow")}
        </button>
      </div>
      <p class="tiny">{t("consent_hint")}</p>
    </footer>
  );
}

interface UnreadyProps extends Pick<QuestionProps, "armed" | "failure" | "decide"> {
  asked: Asked | null;
  /** What is not there yet, or could not be loaded. */
  missing: Pick<ReturnType<typeof useLoaded>, "error" | "busy" | "reload">;
}

/** As much of the question as there is; a no is possible all the same. */
function Unready({ asked, missing: { error, busy, reload }, armed, failure, decide }: UnreadyProps) {
  return (
    <>
      <ConsentBar others={asked?.others ?? 0} />
      <main class="cmain">
        {failure !== null && (
          <Note kind="danger">
            <p>{failure}</p>
          </Note>
        )}
        {asked !== null && <ConsentWho question={asked.question} />}
        <LoadState waiting error={error} busy={busy} onRetry={reload} />
      </main>
      <ConsentButtons
        {...{ armed }}
        model={null}
        mayOnce={false}
        terms={ConsentTerms.SMALLEST}
        answer={() => decide({ kind: "deny" })}
      />
    </>
  );
}

function Gone() {
  return (
    <>
      <ConsentBar others={0} />
      <main class="cmain">
        <div class="empty">
          <h1 class="h2">{t("consent_gone")}</h1>
          <p>{t("consent_goneRest")}</p>
        </div>
      </main>
    </>
  );
}
