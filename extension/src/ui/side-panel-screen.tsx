import type { Ref } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Model } from "../wire/model";
import type { Selection } from "../wire/selection";
import type { ChatSource } from "./chat-source";
import { Composer } from "./composer";
import { EmptyCard } from "./empty-card";
import { Icon } from "./icon";
import { LoadState } from "./load-state";
import { modelInitials } from "./model-initials";
import { ModelPicker } from "./model-picker";
import { Monogram } from "./monogram";
import { OptionsSection } from "./options-section";
import { PopupTrouble } from "./popup-trouble";
import { SelectionCard } from "./selection-card";
import { t } from "./t";
import { toggled } from "./toggled";
import { Turn } from "./turn";
import { TurnView } from "./turn-view";
import { useAnswer } from "./use-answer";
import { useFocusBack } from "./use-focus-back";
import { useLoaded } from "./use-loaded";
import { Wordmark } from "./wordmark";

async function load(source: ChatSource) {
  const snapshot = await source.snapshot();
  if (snapshot.connection !== "connected") return { snapshot, models: [], favourites: new Set<string>() };
  const [models, favourites] = await Promise.all([source.models(), source.favourites()]);
  return { snapshot, models, favourites };
}

/** A conversation with the person's own model, beside any page; about a text that was marked there, if they wish. */
export function SidePanelScreen({ source }: { source: ChatSource }) {
  const { value, error, busy, reload } = useLoaded(() => load(source));
  const [chosen, setChosen] = useState<Model | null>(null);
  const [picking, setPicking] = useState(false);
  const [about, setAbout] = useState<Selection | null>(null);
  const opener = useFocusBack(picking);
  const chat = useConversation(source);
  useEffect(() => source.watchSelection(setAbout), []);
  const model =
    chosen ??
    value?.models.find(({ id }) => id === value.snapshot.account?.preferred_model) ??
    value?.models[0] ??
    null;
  const forget = () => {
    setAbout(null);
    void source.clearSelection();
  };
  const send = (question: string) => {
    if (model === null) return;
    chat.send(question, about, model);
    forget();
  };
  return (
    <>
      <header class="bar">
        <Wordmark />
        <span class="end" />
        <button type="button" class="btn icon sm quiet" aria-label={t("chat_new")} onClick={chat.clear}>
          <Icon name="plus" />
        </button>
        <button type="button" class="btn icon sm quiet" aria-label={t("popup_settings")} onClick={source.openSettings}>
          <Icon name="settings" />
        </button>
      </header>
      {picking && value !== null ? (
        <main class="popmain pickermain">
          <h1 class="sr">{t("picker_title")}</h1>
          <ModelPicker
            models={value.models}
            chosen={model?.id ?? null}
            favourites={value.favourites}
            onChoose={(picked) => {
              setChosen(picked);
              setPicking(false);
            }}
            onFavourite={(id) => void source.setFavourites(toggled(value.favourites, id)).then(reload)}
            onBack={() => setPicking(false)}
          />
        </main>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
        <main class="popmain talk" tabIndex={0} aria-busy={chat.busy}>
          <h1 class="sr">{t("chat_title")}</h1>
          <LoadState waiting={value === null} error={error} busy={busy} onRetry={reload} />
          {value !== null && value.snapshot.connection !== "connected" && (
            <PopupTrouble
              snapshot={value.snapshot}
              looking={busy}
              onConnect={() => source.connect().then(reload)}
              onRetry={reload}
              onSettings={source.openSettings}
            />
          )}
          {value?.snapshot.connection === "connected" && value.models.length === 0 && <NoModels />}
          {value?.snapshot.connection === "connected" && (
            <Conversation {...{ chat, model }} empty={about === null && value.models.length > 0} />
          )}
          {about !== null && <SelectionCard selection={about} onRemove={forget} />}
        </main>
      )}
      {value?.snapshot.connection === "connected" && !picking && (
        <PanelFoot {...{ model, about, opener }} busy={chat.busy} onPick={() => setPicking(true)} onSend={send} />
      )}
    </>
  );
}

/** The turns so far, the one that runs, and what may be done with them. */
function useConversation(source: ChatSource) {
  const [turns, setTurns] = useState<readonly Turn[]>([]);
  const [current, setCurrent] = useState<Omit<Turn, "answer"> | null>(null);
  const { answer, run, stop, clear } = useAnswer(source.ask);
  const round = useRef(0);
  const say = async (before: readonly Turn[], question: string, about: Selection | null, model: Model) => {
    const turn = { question, about, modelName: model.name };
    const mine = round.current;
    setTurns(before);
    setCurrent(turn);
    const ended = await run({ model: model.id, messages: Turn.messages(before, question, about) });
    if (mine !== round.current) return;
    setTurns([...before, { ...turn, answer: ended }]);
    setCurrent(null);
  };
  return {
    ...{ turns, current, answer, stop },
    busy: current !== null,
    send: (question: string, about: Selection | null, model: Model) => void say(turns, question, about, model),
    /** Asks the last question anew, in place of what came of it. */
    again: (model: Model) => {
      const last = turns.at(-1);
      if (last !== undefined) void say(turns.slice(0, -1), last.question, last.about, model);
    },
    clear: () => {
      round.current += 1;
      clear();
      setTurns([]);
      setCurrent(null);
    },
  };
}

interface ConversationProps {
  chat: ReturnType<typeof useConversation>;
  model: Model | null;
  empty: boolean;
}

function Conversation({ chat, model, empty }: ConversationProps) {
  const place = useRef<HTMLDivElement>(null);
  const end = useRef<HTMLDivElement>(null);
  /** The button that was pressed goes. */
  const keep = (deed: () => void) => {
    deed();
    place.current?.focus();
  };
  const { turns, current, answer } = chat;
  useEffect(() => end.current?.scrollIntoView({ block: "end" }), [turns.length, answer.text]);
  if (turns.length === 0 && current === null) {
    return empty ? (
      <div class="empty">
        <p class="h3 ink">{t("chat_emptyTitle")}</p>
        <p>{t("chat_empty")}</p>
      </div>
    ) : null;
  }
  return (
    <div class="stack s4" ref={place} tabIndex={-1}>
      {turns.map((turn, index) => {
        const isOpen = current === null && model !== null && index === turns.length - 1;
        return <TurnView key={index} {...turn} {...(isOpen ? { onAgain: () => keep(() => chat.again(model)) } : {})} />;
      })}
      {current !== null && <TurnView {...current} answer={answer} onStop={() => keep(chat.stop)} />}
      <p class="sr" role="status">
        {current !== null ? t("chat_writing") : t("chat_done")}
      </p>
      <div ref={end} />
    </div>
  );
}

function NoModels() {
  return (
    <EmptyCard title={t("models_none")} text={t("models_noneText")}>
      <a class="btn" href={OptionsSection.address("keys")} target="_blank" rel="noopener noreferrer">
        {t("popup_addKey")}
      </a>
    </EmptyCard>
  );
}

interface FootProps {
  model: Model | null;
  about: Selection | null;
  busy: boolean;
  opener: Ref<HTMLButtonElement | null>;
  onPick(): void;
  onSend(question: string): void;
}

function PanelFoot({ model, about, busy, opener, onPick, onSend }: FootProps) {
  const [draft, setDraft] = useState("");
  return (
    <footer class="foot panelfoot">
      <Composer
        value={draft}
        label={t("chat_ask")}
        placeholder={about === null ? t("chat_ask") : t("chat_askAbout")}
        busy={busy || model === null}
        onInput={setDraft}
        onSend={() => {
          onSend(draft.trim());
          setDraft("");
        }}
      >
        <button ref={opener} type="button" class="btn sm quiet modelbtn" aria-haspopup="listbox" onClick={onPick}>
          {model !== null && <Monogram text={modelInitials(model.name)} size="sm" />}
          <span class="cut">{model?.name ?? t("model_none")}</span>
          <Icon name="choose" small />
        </button>
      </Composer>
    </footer>
  );
}
